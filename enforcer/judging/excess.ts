/** Which connections are more than a limit lets one user have. */
import { type CompiledPolicy, limitsOf } from '../../shared/engine/index.ts';
import { olderFirst } from './age.ts';
import type { JudgedConnection } from './judge-connections.ts';
import type { KnownConnection } from './known-connections.ts';
import { countedKey } from './user.ts';

/** By connection, the limit that it is one too many for. */
export type Excess = ReadonlyMap<string, string>;

/**
 * Of each user's connections that go on by the rules, those beyond a limit: the oldest of them where it says `endOldest`, else the newest,
 * which would not have been let in, had they been counted. What one limit ends counts for no other. What is not on record is not counted.
 */
export function excessOf(policy: CompiledPolicy, judged: readonly JudgedConnection[]): Excess {
  const excess = new Map<string, string>();
  if (policy.limits.length === 0) return excess;
  const counted = byUserAndLimit(policy, judged);
  for (const limit of policy.limits) {
    for (const connections of counted.get(limit.id)?.values() ?? []) {
      const standing = connections.filter(({ active }) => !excess.has(active.id));
      const tooMany = standing.length - limit.maxConnections;
      if (tooMany <= 0) continue;
      const oldestFirst = standing.toSorted(({ active: one }, { active: other }) => olderFirst(one, other));
      const beyond = limit.whenExceeded === 'endOldest' ? oldestFirst.slice(0, tooMany) : oldestFirst.slice(-tooMany);
      for (const { active } of beyond) excess.set(active.id, limit.id);
    }
  }
  return excess;
}

type ByUser = Map<string, JudgedConnection[]>;

function byUserAndLimit(policy: CompiledPolicy, judged: readonly JudgedConnection[]): ReadonlyMap<string, ByUser> {
  const counted = new Map<string, ByUser>();
  for (const one of judged) {
    const { known, judgement, active } = one;
    if (known === undefined || judgement.verdict === 'refused') continue;
    if (policy.endpoints.get(active.endpoint)?.observes) continue;
    const user = countedKey(known);
    if (user === undefined) continue;
    for (const { id } of limitsAtLogin(policy, known)) {
      const users = counted.get(id) ?? new Map<string, JudgedConnection[]>();
      counted.set(id, users);
      users.set(user, [...(users.get(user) ?? []), one]);
    }
  }
  return counted;
}

/** The limits that a connection counts for: as the handler does it, they are asked when it connects. */
export function limitsAtLogin(policy: CompiledPolicy, { request, decidedAtMs }: KnownConnection) {
  return limitsOf(policy, request, decidedAtMs);
}
