/** The handler that everybody writes: rules typed into the code, a loop over ranges parsed by ipaddr.js, arrays of users. */
import ipaddr from 'ipaddr.js';
import type { PlainConnection, PlainRule } from '../plain-policy.ts';
import type { Contender } from './contender.ts';

export async function handWritten(rules: readonly PlainRule[], nowMs: number): Promise<Contender<PlainConnection>> {
  const parsed = rules.map((rule) => ({ ...rule, ranges: rule.ranges?.map((range) => ipaddr.parseCIDR(range)) }));
  return {
    name: 'hand-written',
    prepare: (connection) => connection,
    decide: ({ username, groups, address }) => {
      const ip = ipaddr.parse(address);
      let allowed = false;
      for (const rule of parsed) {
        if (rule.users && !rule.users.includes(username)) continue;
        if (rule.groups && !rule.groups.some((group) => groups.includes(group))) continue;
        if (rule.ranges && !rule.ranges.some((range) => ip.match(range))) continue;
        if (rule.window && (nowMs < rule.window.fromMs || nowMs >= rule.window.untilMs)) continue;
        if (rule.effect === 'deny') return false;
        allowed = true;
      }
      return allowed;
    },
  };
}
