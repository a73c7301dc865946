/** Medians of paired measurements: on a machine that others use, a ratio of neighbours says more than a time. */

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The middle one of the ratios, and between which the middle half of them lies. */
export interface Ratio {
  readonly median: number;
  readonly from: number;
  readonly to: number;
}

/** How many times as much as the base, each time against its measurement of the same round. */
export function pairedRatio(values: readonly number[], base: readonly number[]): Ratio {
  const ratios = values.map((value, round) => value / (base[round] ?? Number.NaN));
  return { median: median(ratios), from: quantile(ratios, 0.25), to: quantile(ratios, 0.75) };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const lower = sorted[Math.floor(place)];
  const upper = sorted[Math.ceil(place)];
  if (lower === undefined || upper === undefined) throw new RangeError('nothing was measured');
  return lower + (upper - lower) * (place - Math.floor(place));
}
