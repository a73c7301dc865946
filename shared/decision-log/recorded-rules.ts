/** Rules as far as a record holds them. */

/** The most rules of each kind, and report rules, that a record holds. */
export const MAX_RECORDED_RULES = 50;

/** The ids of a list as far as a record holds them, and how many there are where that is not all. */
export function firstOf<Name extends string, Count extends string>(name: Name, count: Count, ids: readonly string[]) {
  const kept = ids.slice(0, MAX_RECORDED_RULES);
  return { [name]: kept, ...(kept.length < ids.length ? { [count]: ids.length } : {}) } as {
    readonly [Key in Name]: readonly string[];
  } & { readonly [Key in Count]?: number };
}
