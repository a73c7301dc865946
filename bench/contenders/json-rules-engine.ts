/** json-rules-engine: refusals at a higher priority and a stop at the first, as its documentation has it; operators of our own. */
import { Engine, type RuleProperties } from 'json-rules-engine';
import { ipv4Ends, ipv4Number } from '../ipv4.ts';
import type { PlainConnection, PlainRule } from '../plain-policy.ts';
import type { Contender } from './contender.ts';

type Ends = readonly (readonly [first: number, last: number])[];

export async function jsonRulesEngine(rules: readonly PlainRule[], nowMs: number): Promise<Contender<PlainConnection>> {
  const engine = new Engine();
  engine.addOperator('isOneOf', (user: string, users: ReadonlySet<string>) => users.has(user));
  engine.addOperator('shares', (of: readonly string[], groups: readonly string[]) =>
    of.some((group) => groups.includes(group)),
  );
  engine.addOperator('isWithin', (address: number, ranges: Ends) =>
    ranges.some(([first, last]) => address >= first && address <= last),
  );
  for (const rule of rules) engine.addRule(toJsonRule(rule));
  engine.on('deny', () => {
    engine.stop();
  });
  return {
    name: 'json-rules-engine',
    prepare: (connection) => connection,
    decide: async ({ username, groups, address }) => {
      const { events } = await engine.run({ user: username, groups, address: ipv4Number(address), now: nowMs });
      return events.some(({ type }) => type === 'allow') && !events.some(({ type }) => type === 'deny');
    },
  };
}

function toJsonRule({ effect, users, groups, ranges, window }: PlainRule): RuleProperties {
  return {
    priority: effect === 'deny' ? 2 : 1,
    event: { type: effect },
    conditions: {
      all: [
        ...(users ? [{ fact: 'user', operator: 'isOneOf', value: new Set(users) }] : []),
        ...(groups ? [{ fact: 'groups', operator: 'shares', value: groups }] : []),
        ...(ranges ? [{ fact: 'address', operator: 'isWithin', value: ranges.map(ipv4Ends) }] : []),
        ...(window
          ? [
              { fact: 'now', operator: 'greaterThanInclusive', value: window.fromMs },
              { fact: 'now', operator: 'lessThan', value: window.untilMs },
            ]
          : []),
      ],
    },
  };
}
