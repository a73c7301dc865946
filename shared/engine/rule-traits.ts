/**
 * What of a rule decides most connections: a few bits, and the times between which it can apply at all. They stand side by side in
 * typed arrays, so that of thousands of rules few need be fetched from memory.
 */
import type { CompiledRule } from './compiled-rule.ts';
import { filedUnder } from './rule-index/filed-under.ts';

export const DENY = 1;
export const ALLOW = 2;
export const EXEMPT = 4;
export const EFFECTS = DENY | ALLOW | EXEMPT;
/** In report mode. */
export const REPORT = 8;
/** Within its times the rule applies to every connection for which the index finds it: nothing is left to ask. */
export const CERTAIN = 16;
export const HAS_STATUSES = 32;

/** The traits of each rule, by its number. */
export class RuleTraits {
  readonly #bits: Uint8Array;
  /**
   * Pairs: the first moment at which the rule can apply, and the first at which it no longer can. It is in force between them and,
   * where `match` is one block, one of its absolute windows can be open.
   */
  readonly #times: Float64Array;

  constructor(rules: readonly CompiledRule[]) {
    this.#bits = new Uint8Array(rules.length);
    this.#times = new Float64Array(2 * rules.length);
    rules.forEach((rule, number) => {
      this.#bits[number] = bitsOf(rule);
      const within =
        rule.match.length === 1 ? rule.match[0]?.find(({ heldWithin }) => heldWithin)?.heldWithin : undefined;
      this.#times[2 * number] = Math.max(rule.notBeforeMs, within?.fromMs ?? rule.notBeforeMs);
      this.#times[2 * number + 1] = Math.min(rule.expiresAtMs, within?.untilMs ?? rule.expiresAtMs);
    });
  }

  bits(number: number): number {
    return this.#bits[number] as number; // in bounds: a rule's number
  }

  /** False for a rule that does not apply to anybody at that moment. */
  canApplyAt(number: number, nowMs: number): boolean {
    return nowMs >= (this.#times[2 * number] as number) && nowMs < (this.#times[2 * number + 1] as number); // as above
  }
}

function bitsOf(rule: CompiledRule): number {
  return (
    (rule.effect === 'deny' ? DENY : rule.effect === 'allow' ? ALLOW : EXEMPT) |
    (rule.enforced ? 0 : REPORT) |
    (appliesWhenFound(rule) ? CERTAIN : 0) |
    (rule.effect !== 'exempt' && rule.postureStatuses.length > 0 ? HAS_STATUSES : 0)
  );
}

/**
 * True for a rule without exceptions whose one block holds, within the rule's times, wherever the index finds it. INVARIANT: the index
 * finds it by what `filedUnder` says, and by nothing else.
 */
function appliesWhenFound({ match, except }: CompiledRule): boolean {
  const [block] = match;
  if (block === undefined || match.length > 1 || except.length > 0) return false;
  const found = filedUnder(block);
  for (const condition of block) {
    const isSure = condition.heldWithin?.throughout === true || (condition === found && condition.keySuffices);
    if (!isSure) return false;
  }
  return true;
}
