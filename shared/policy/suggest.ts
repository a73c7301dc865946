/** "Did you mean …?": the accepted word that is nearest to the one that was written. */

/** The nearest of `accepted`, where it is near enough to be meant, else undefined. */
export function nearest(word: string, accepted: Iterable<string>): string | undefined {
  if (word.length > MAX_WORD_LENGTH) return undefined;
  const plain = plainForm(word);
  let best: string | undefined;
  let tolerated = plain.length < 4 ? 1 : plain.length < 8 ? 2 : 3;
  for (const candidate of accepted) {
    if (candidate === word || candidate.length > 2 * MAX_WORD_LENGTH) continue;
    const distance = editDistance(plain, plainForm(candidate), tolerated);
    if (distance > tolerated) continue;
    best = candidate;
    if (distance === 0) break;
    tolerated = distance - 1; // only a nearer one is better
  }
  return best;
}

/** ` (did you mean "x"?)`, or nothing where no accepted word is near. */
export type Suggest = (word: string, accepted: readonly string[]) => string;

/** Suggests for many words: after comparing that often in all it suggests nothing more, so that a huge bad document costs little. */
export function suggester(comparisons = 200_000): Suggest {
  let left = comparisons;
  return (word, accepted) => {
    left -= accepted.length;
    const best = left < 0 ? undefined : nearest(word, accepted);
    return best === undefined ? '' : ` (did you mean ${JSON.stringify(best)}?)`;
  };
}

const MAX_WORD_LENGTH = 64;

/** Letter case, hyphens and underscores are what people mix up first: `source-ips` is `sourceIps`. */
function plainForm(word: string): string {
  return word.toLowerCase().replaceAll(/[-_]/g, '');
}

/**
 * Insertions, deletions, replacements and swaps of neighbours (optimal string alignment), or infinity where that is over
 * `most`. Looks only at what lies within `most` of the diagonal: all else is further away.
 */
function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return Number.POSITIVE_INFINITY;
  let beforeLast: number[] = [];
  let last = Array.from({ length: Math.min(b.length, most) + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row: number[] = [];
    const [from, to] = [Math.max(0, i - most), Math.min(b.length, i + most)];
    let least = Number.POSITIVE_INFINITY;
    for (let j = from; j <= to; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = j === 0 ? i : Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, at(beforeLast, j - 2) + 1);
      row[j] = cost;
      least = Math.min(least, cost);
    }
    if (least > most) return Number.POSITIVE_INFINITY;
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

/** Infinity outside of what was looked at. */
function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
