/** Whose a connection is, for people: the names that EC2 tells, else those on record where they stand there in clear. */
import type { JudgedConnection } from './judge-connections.ts';

export interface ShownNames {
  readonly username?: string;
  readonly commonName?: string;
}

export function shownNames({ active, known }: Pick<JudgedConnection, 'active' | 'known'>): ShownNames {
  const username = active.username ?? textOf(known?.request.username);
  const commonName = active.commonName ?? textOf(known?.request.commonName);
  return { ...(username !== undefined && { username }), ...(commonName !== undefined && { commonName }) };
}

/** The text; undefined for what is absent or could not be read. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
