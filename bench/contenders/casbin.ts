/**
 * casbin: one policy line a rule, the matcher's functions on lists that were parsed before, the synchronous call. Its own
 * `ipMatch` would parse both addresses again for each line.
 */
import { newEnforcer, newModelFromString } from 'casbin';
import { ipv4Ends, ipv4Number } from '../ipv4.ts';
import type { PlainConnection, PlainRule } from '../plain-policy.ts';
import type { Contender } from './contender.ts';

const MODEL = `
[request_definition]
r = user, groups, address, now
[policy_definition]
p = users, groups, ranges, window, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = (p.users == "*" || isUser(r.user, p.users)) && (p.groups == "*" || inGroup(r.groups, p.groups)) && (p.ranges == "*" || inRange(r.address, p.ranges)) && (p.window == "*" || during(r.now, p.window))
`;

export async function casbin(rules: readonly PlainRule[], nowMs: number): Promise<Contender<PlainConnection>> {
  const users = new Map<string, ReadonlySet<string>>();
  const groups = new Map<string, readonly string[]>();
  const ranges = new Map<string, readonly (readonly [number, number])[]>();
  const windows = new Map<string, NonNullable<PlainRule['window']>>();
  const lines = rules.map((rule) => {
    if (rule.users) users.set(rule.id, new Set(rule.users));
    if (rule.groups) groups.set(rule.id, rule.groups);
    if (rule.ranges) ranges.set(rule.id, rule.ranges.map(ipv4Ends));
    if (rule.window) windows.set(rule.id, rule.window);
    const named = (part: unknown) => (part === undefined ? '*' : rule.id);
    return [named(rule.users), named(rule.groups), named(rule.ranges), named(rule.window), rule.effect];
  });
  const enforcer = await newEnforcer(newModelFromString(MODEL));
  enforcer.enableLog(false);
  // Straight into its model: adding tens of thousands of policies by its interface compares each with all.
  enforcer
    .getModel()
    .model.get('p')
    ?.get('p')
    ?.policy.push(...lines);
  await enforcer.addFunction('isUser', (user: string, list: string) => users.get(list)?.has(user) === true);
  await enforcer.addFunction('inGroup', (of: readonly string[], list: string) =>
    of.some((group) => groups.get(list)?.includes(group)),
  );
  await enforcer.addFunction(
    'inRange',
    (address: number, list: string) =>
      ranges.get(list)?.some(([first, last]) => address >= first && address <= last) === true,
  );
  await enforcer.addFunction('during', (now: number, of: string) => {
    const window = windows.get(of);
    return window !== undefined && now >= window.fromMs && now < window.untilMs;
  });
  return {
    name: 'casbin',
    prepare: (connection) => connection,
    decide: ({ username, groups: of, address }) => enforcer.enforceSync(username, of, ipv4Number(address), nowMs),
  };
}
