/** "Did you mean …?": the accepted word that is nearest to the one that was written. */

/** The nearest of `accepted`, where it is near enough to be meant, else undefined. */
export function nearest(word: string, accepted: Iterable<string>): string | undefined {
  if (word.length > 64) return undefined;
  const plain = plainForm(word);
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of accepted) {
    const distance = candidate === word ? Number.POSITIVE_INFINITY : editDistance(plain, plainForm(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  const tolerated = plain.length < 4 ? 1 : plain.length < 8 ? 2 : 3;
  return bestDistance <= tolerated ? best : undefined;
}

/** ` (did you mean "x"?)`, or nothing where no accepted word is near. */
export function didYouMean(word: string, accepted: Iterable<string>): string {
  const best = nearest(word, accepted);
  return best === undefined ? '' : ` (did you mean ${JSON.stringify(best)}?)`;
}

/** `didYouMean` for many words: after comparing that often in all it suggests nothing more, so that a huge bad document costs little. */
export function suggester(comparisons = 200_000): (word: string, accepted: readonly string[]) => string {
  let left = comparisons;
  return (word, accepted) => {
    left -= accepted.length;
    return left < 0 ? '' : didYouMean(word, accepted);
  };
}

/** Letter case, hyphens and underscores are what people mix up first: `source-ips` is `sourceIps`. */
function plainForm(word: string): string {
  return word.toLowerCase().replaceAll(/[-_]/g, '');
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 3) return Number.POSITIVE_INFINITY;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
