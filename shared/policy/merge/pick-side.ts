/** The heart of a three-way merge: of one value, the side that changed it. */
import { sameData } from '../diff.ts';

export interface Versions<T> {
  readonly base: T;
  readonly ours: T;
  readonly theirs: T;
}

export type Picked<T> = { readonly agreed: true; readonly value: T } | { readonly agreed: false };

/**
 * `theirs` where we changed nothing or the same, `ours` where they changed nothing; undefined stands for an absent value.
 * @param same when two versions say the same
 */
export function pickSide<T>({ base, ours, theirs }: Versions<T>, same: (a: T, b: T) => boolean = sameData): Picked<T> {
  if (same(base, ours) || same(ours, theirs)) return { agreed: true, value: theirs };
  if (same(base, theirs)) return { agreed: true, value: ours };
  return { agreed: false };
}
