/** Adds up differences by who and why, in bounded memory. */
import type { DifferenceCount, DifferenceGroup, Differences, Reason } from './replay-report.ts';
import { userKey } from './user-key.ts';

export interface DifferenceSums {
  add(group: DifferenceGroup): void;
  /** Those of other connections. */
  addAll(differences: Differences): void;
  report(): Differences;
}

/** How much may still be kept apart, by all that share it. */
export interface Budget {
  users: number;
  groups: number;
}

type Change = DifferenceGroup['change'];

interface Count {
  connections: number;
  withoutUser: number;
  readonly users: Set<string>;
  atLeast: boolean;
}

/** @param listed how many groups a report lists */
export function createDifferenceSums(budget: Budget, listed: number): DifferenceSums {
  const counts: Readonly<Record<Change, Count>> = { 'newly-refused': newCount(), 'newly-admitted': newCount() };
  const groups = new Map<string, DifferenceGroup>();

  const countUser = (count: Count, user: string): void => {
    const key = userKey(user);
    if (count.users.has(key)) return;
    if (budget.users > 0) {
      budget.users -= 1;
      count.users.add(key);
    } else {
      count.atLeast = true;
    }
  };
  const place = (group: DifferenceGroup): void => {
    if (group.user !== undefined) countUser(counts[group.change], group.user);
    const key = keyOf(group);
    const known = groups.get(key);
    if (known !== undefined) {
      groups.set(key, joined(known, group));
    } else if (budget.groups > 0) {
      budget.groups -= 1;
      groups.set(key, group);
    }
  };

  return {
    add(group) {
      const count = counts[group.change];
      count.connections += group.connections;
      if (group.user === undefined) count.withoutUser += group.connections;
      place(group);
    },
    addAll(differences) {
      addCount(counts['newly-refused'], differences.newlyRefused, differences.more !== undefined);
      addCount(counts['newly-admitted'], differences.newlyAdmitted, differences.more !== undefined);
      for (const group of differences.groups) place(group);
    },
    report() {
      const list = [...groups.values()].sort(mostFirst).slice(0, listed);
      const all = counts['newly-refused'].connections + counts['newly-admitted'].connections;
      const more = all - list.reduce((sum, { connections }) => sum + connections, 0);
      return {
        newlyRefused: countOf(counts['newly-refused']),
        newlyAdmitted: countOf(counts['newly-admitted']),
        groups: list,
        ...(more > 0 && { more }),
      };
    },
  };
}

function newCount(): Count {
  return { connections: 0, withoutUser: 0, users: new Set(), atLeast: false };
}

/** All but the users, which the groups name. */
function addCount(count: Count, { connections, users, withoutUser }: DifferenceCount, isCut: boolean): void {
  count.connections += connections;
  count.withoutUser += withoutUser;
  if (users.atLeast || (isCut && connections > 0)) count.atLeast = true;
}

function countOf({ connections, withoutUser, users, atLeast }: Count): DifferenceCount {
  return { connections, users: { count: users.size, ...(atLeast && { atLeast }) }, withoutUser };
}

function keyOf({ change, user, before, after }: DifferenceGroup): string {
  return JSON.stringify([change, user === undefined ? null : userKey(user), reasonKey(before), reasonKey(after)]);
}

function reasonKey({ decidedBy, rules }: Reason): readonly string[] {
  return [decidedBy, ...rules];
}

function joined(one: DifferenceGroup, other: DifferenceGroup): DifferenceGroup {
  const first = other.firstAt < one.firstAt ? other : one;
  const last = other.lastAt >= one.lastAt ? other : one;
  const { lastConnection: _, ...group } = one;
  return {
    ...group,
    connections: one.connections + other.connections,
    firstAt: first.firstAt,
    lastAt: last.lastAt,
    ...(last.lastConnection !== undefined && { lastConnection: last.lastConnection }),
  };
}

/** Those who are refused before those who are let in, and so that the order does not hang on who came first. */
function mostFirst(a: DifferenceGroup, b: DifferenceGroup): number {
  return (
    b.connections - a.connections ||
    order(b.change, a.change) ||
    order(a.firstAt, b.firstAt) ||
    order(keyOf(a), keyOf(b))
  );
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
