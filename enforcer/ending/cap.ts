/** How many connections of one endpoint may be ended at once without an operator's word. */

/** However small the share, so many: a small VPN could otherwise never end anybody's. */
export const LEAST_CAP = 5;

/** @param maxSharePercent 0 to 100 */
export function capOf(activeCount: number, maxSharePercent: number): number {
  return Math.max(LEAST_CAP, Math.floor((activeCount * maxSharePercent) / 100));
}
