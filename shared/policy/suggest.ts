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
export function suggester(comparisons = 100_000): Suggest {
  let left = comparisons;
  return (word, accepted) => {
    left -= accepted.length;
    const best = left < 0 ? undefined : nearest(word, accepted);
    return best === undefined ? '' : ` (did you mean ${JSON.stringify(best)}?)`;
  };
}

const MAX_WORD_LENGTH = 64;
const { min } = Math;

/** Letter case, hyphens and underscores are what people mix up first: `source-ips` is `sourceIps`. */
function plainForm(word: string): string {
  return word.toLowerCase().replaceAll(/[-_]/g, '');
}

/**
 * Insertions, deletions, replacements and swaps of neighbours (optimal string alignment), or `FAR` where that is over
 * `most`. Looks only at what lies within `most` of the diagonal: all else is further away.
 */
function editDistance(a: string, b: string, most: number): number {
  if (a.length - b.length > most || b.length - a.length > most) return FAR;
  let beforeLast: number[] = [];
  let last: number[] = [];
  for (let j = 0; j <= b.length && j <= most; j++) last[j] = j;
  for (let i = 1; i <= a.length; i++) {
    const row: number[] = [];
    let least = FAR;
    for (let j = i > most ? i - most : 0; j <= b.length && j <= i + most; j++) {
      let cost = (last[j] ?? FAR) + 1;
      if (j > 0) {
        const same = a[i - 1] === b[j - 1];
        cost = min(cost, (row[j - 1] ?? FAR) + 1);
        cost = min(cost, (last[j - 1] ?? FAR) + (same ? 0 : 1));
        const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
        if (swapped) cost = min(cost, (beforeLast[j - 2] ?? FAR) + 1);
      }
      row[j] = cost;
      least = min(least, cost);
    }
    if (least > most) return FAR;
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? FAR;
}

/** More than any distance; also that of what was not looked at. */
const FAR = 1_000_000;
