/** Policies that are nothing but two deny lists. */
import type { PlainRule } from '../plain-policy.ts';

/** The users and ranges that are refused, where everybody else is admitted; `undefined` for any other policy. */
export function denyLists(rules: readonly PlainRule[]): { users: string[]; ranges: string[] } | undefined {
  const lists = { users: [] as string[], ranges: [] as string[] };
  let othersAdmitted = false;
  for (const { effect, users = [], groups, ranges = [], window } of rules) {
    const conditions = Number(users.length > 0) + Number(ranges.length > 0);
    if (groups !== undefined || window !== undefined || conditions !== Number(effect === 'deny')) return undefined;
    if (effect === 'allow') othersAdmitted = true;
    lists.users = lists.users.concat(users);
    lists.ranges = lists.ranges.concat(ranges);
  }
  return othersAdmitted ? lists : undefined;
}
