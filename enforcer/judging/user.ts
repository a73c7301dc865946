/** Whose a connection is. */
import { type NameKeeping, userOf, userPartition } from '../../shared/decision-log/index.ts';
import type { JudgedConnection } from './judge-connections.ts';
import type { KnownConnection } from './known-connections.ts';

/**
 * Under which key a user's connections are counted, here and by the handler: the name on record, a pseudonym where names are kept as such;
 * undefined where names are left out. Not EC2's names, which are not those of every kind of sign-in.
 */
export function countedKey({ record }: KnownConnection): string | undefined {
  const name = userOf(record);
  return name === undefined ? undefined : userPartition(name);
}

/** Whether it is the user's of that name (or pseudonym): whole, folded as the decision log folds names. */
export function isOfUser(
  { active, known }: Pick<JudgedConnection, 'active' | 'known'>,
  user: string,
  names: NameKeeping,
): boolean {
  const asked = [user, ...(names.names === 'pseudonyms' ? [names.pseudonymOf(user)] : [])].map(userPartition);
  const onRecord = known && countedKey(known);
  // What is not on record, or without its name, has only what EC2 tells.
  const told = active.username ?? active.commonName;
  const key = onRecord ?? (told === undefined ? undefined : userPartition(told));
  return key !== undefined && asked.includes(key);
}
