/** Random numbers from a seed: the same workload on each run and each machine. */

export interface Random {
  /** A whole number in [0, below). */
  below(below: number): number;
  /** One of them. */
  pick<T>(choices: readonly T[]): T;
  /** True in that share of cases. */
  chance(share: number): boolean;
}

/** Mulberry32: small, fast and even enough to draw test data from. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const unit = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number) => Math.floor(unit() * bound);
  return {
    below,
    pick: (choices) => {
      if (choices.length === 0) throw new RangeError('there is nothing to pick from');
      return choices[below(choices.length)] as (typeof choices)[number]; // in bounds
    },
    chance: (share) => unit() < share,
  };
}
