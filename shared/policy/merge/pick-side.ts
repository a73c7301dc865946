/** The heart of a three-way merge: of one value, the side that changed it. */
import { sameData } from '../diff.ts';

export interface Versions<T> {
  readonly base: T;
  readonly ours: T;
  readonly theirs: T;
}

export type Picked<T> = { readonly agreed: true; readonly value: T } | { readonly agreed: false };

/** `theirs` where we changed nothing or the same, `ours` where they changed nothing; undefined stands for an absent value. */
export function pickSide<T>({ base, ours, theirs }: Versions<T>): Picked<T> {
  if (sameData(base, ours) || sameData(ours, theirs)) return { agreed: true, value: theirs };
  if (sameData(base, theirs)) return { agreed: true, value: ours };
  return { agreed: false };
}
