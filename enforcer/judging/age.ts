/** Which of two connections has stood longer. */
import type { ActiveConnection } from '../ec2/index.ts';

/** Orders them, the longest-standing first; one of which EC2 tells no time counts as the newest. */
export function olderFirst(one: ActiveConnection, other: ActiveConnection): number {
  const [sinceOne, sinceOther] = [sinceMs(one), sinceMs(other)];
  if (sinceOne !== sinceOther) return sinceOne < sinceOther ? -1 : 1;
  return one.id < other.id ? -1 : 1;
}

function sinceMs({ establishedMs = Number.POSITIVE_INFINITY }: ActiveConnection): number {
  return establishedMs;
}
