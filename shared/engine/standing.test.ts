import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compile } from './compile.ts';
import type { Connection } from './connection.ts';
import { decide } from './decide.ts';
import type { PolicyDocument, Rule } from './document.ts';
import { policyCase } from './reference/arbitraries.ts';
import { judgeStanding, refusedStanding, type StandingVerdict } from './standing.ts';
import { connectionOf } from './testing/connection-of.ts';

const ENDPOINT = 'cvpn-endpoint-0a1b2c3d4e5f67890';
const NOW = Date.parse('2026-11-24T22:00:00+09:00');
const MINUTE_MS = 60_000;

const STAFF: Rule = { id: 'staff', effect: 'allow', match: { users: ['*'] } };

function connectionOfUser(username: string): Connection {
  return connectionOf({ connectionId: 'cvpn-connection-1', endpointId: ENDPOINT, username, publicIp: '203.0.113.9' });
}

function judged(
  rules: Rule[],
  more: Partial<PolicyDocument> = {},
  admittedBy = ['staff'],
  nowMs = NOW,
): StandingVerdict {
  const document: PolicyDocument = { version: 1, defaultEffect: 'deny', rules, ...more };
  return judgeStanding(compile(document), connectionOfUser('batchi'), admittedBy, nowMs);
}

describe('judgeStanding', () => {
  it('lets go on whom the policy lets in, and whom an observing endpoint would', () => {
    expect(judged([STAFF])).toEqual({ outcome: 'admitted' });
    expect(judged([], { endpoints: { [ENDPOINT]: { mode: 'observe' } } })).toEqual({ outcome: 'admitted' });
  });

  it('refuses by every deny rule that does not keep, each with its grace, and tells whether one ends all', () => {
    const verdict = judged([
      STAFF,
      { id: 'block', effect: 'deny', match: { users: ['batchi'] } },
      { id: 'maintenance', effect: 'deny', match: 'everyone', standing: 'endAll', grace: 'PT10M' },
      { id: 'new-ones', effect: 'deny', match: 'everyone', standing: 'keep' },
    ]);
    expect(verdict).toEqual({
      outcome: 'refused',
      by: [
        { rule: 'block', graceMs: 0, endsAll: false },
        { rule: 'maintenance', graceMs: 10 * MINUTE_MS, endsAll: true },
      ],
    });
  });

  it('keeps whom only keeping rules refuse, unless nothing else would let them in', () => {
    const keeping: Rule = { id: 'new-ones', effect: 'deny', match: 'everyone', standing: 'keep' };
    expect(judged([STAFF, keeping])).toEqual({ outcome: 'kept', rules: ['new-ones'] });
    expect(judged([keeping])).toEqual({
      outcome: 'refused',
      by: [{ rule: 'default', graceMs: 0, endsAll: false }],
    });
    expect(judged([keeping], { defaultEffect: 'allow' })).toEqual({ outcome: 'kept', rules: ['new-ones'] });
  });

  it('a rule that gives grace gives it to those who would be let in without it', () => {
    const slow: Rule = { id: 'slow', effect: 'deny', match: 'everyone', grace: 'PT10M' };
    expect(judged([STAFF, slow])).toEqual({
      outcome: 'refused',
      by: [{ rule: 'slow', graceMs: 10 * MINUTE_MS, endsAll: false }],
    });
    expect(judged([slow])).toEqual({
      outcome: 'refused',
      by: [
        { rule: 'slow', graceMs: 10 * MINUTE_MS, endsAll: false },
        { rule: 'default', graceMs: 0, endsAll: false },
      ],
    });
  });

  it('passes over deny rules that report, that an exempt rule lifts, or that are not in force', () => {
    const rules: Rule[] = [
      STAFF,
      { id: 'trial', effect: 'deny', match: 'everyone', mode: 'report' },
      { id: 'night', effect: 'deny', match: 'everyone' },
      { id: 'late-shift', effect: 'exempt', from: ['night'], match: { users: ['batchi'] } },
      { id: 'over', effect: 'deny', match: 'everyone', expiresAt: '2026-11-24T21:00:00+09:00' },
    ];
    expect(judged(rules)).toEqual({ outcome: 'admitted' });
  });

  it.each<[string, Rule[], StandingVerdict]>([
    [
      'keeps whom an allow rule admitted that keeps, though its hours are over',
      [{ ...STAFF, expiresAt: '2026-11-24T21:00:00+09:00', standing: 'keep' } as Rule],
      { outcome: 'kept', rules: ['staff'] },
    ],
    [
      'gives the grace of the allow rule that admitted them',
      [{ ...STAFF, expiresAt: '2026-11-24T21:00:00+09:00', grace: 'PT2H' } as Rule],
      { outcome: 'refused', by: [{ rule: 'default', graceMs: 120 * MINUTE_MS, endsAll: false }] },
    ],
    [
      'not where that rule is switched off',
      [{ ...STAFF, enabled: false, standing: 'keep' } as Rule],
      { outcome: 'refused', by: [{ rule: 'default', graceMs: 0, endsAll: false }] },
    ],
    [
      'not where another rule of that name refuses',
      [{ id: 'staff', effect: 'deny', match: { users: ['nobody'] }, standing: 'keep' }],
      { outcome: 'refused', by: [{ rule: 'default', graceMs: 0, endsAll: false }] },
    ],
    [
      'not where it reports',
      [{ ...STAFF, mode: 'report', standing: 'keep' } as Rule],
      { outcome: 'refused', by: [{ rule: 'default', graceMs: 0, endsAll: false }] },
    ],
  ])('%s', (_, rules, verdict) => {
    expect(judged(rules)).toEqual(verdict);
  });

  it('an allow rule that keeps speaks only for those whom it admitted', () => {
    const over: Rule = { ...STAFF, expiresAt: '2026-11-24T21:00:00+09:00', standing: 'keep' };
    expect(judged([over], {}, ['guests'])).toMatchObject({ outcome: 'refused' });
    expect(judged([over], {}, [])).toMatchObject({ outcome: 'refused' });
  });

  it('is what deciding the policy without its keeping rules says, on random policies', () => {
    const outcomes = new Map<string, number>();
    fc.assert(
      fc.property(policyCase(5), fc.infiniteStream(fc.nat(9)), ({ document, questions }, dice) => {
        const withStanding = { ...document, rules: (document.rules ?? []).map((rule) => someStanding(rule, dice)) };
        const admittedBy = withStanding.rules
          .filter(({ effect }) => effect === 'allow')
          .map(({ id }) => id)
          .slice(0, 3);
        const policy = compile(withStanding);
        for (const { connection, nowMs } of questions) {
          const verdict = judgeStanding(policy, connection, admittedBy, nowMs);
          expect(verdict).toEqual(reference(withStanding, connection, admittedBy, nowMs));
          outcomes.set(verdict.outcome, (outcomes.get(verdict.outcome) ?? 0) + 1);
        }
      }),
      { numRuns: 250, seed: 20_261_127 },
    );
    for (const outcome of ['admitted', 'kept', 'refused']) expect(outcomes.get(outcome)).toBeGreaterThan(50);
  });
});

describe('refusedStanding', () => {
  it('asks whether the same rule refused by the policy of that moment', () => {
    const night: Rule = {
      id: 'night',
      effect: 'deny',
      grace: 'PT10M',
      match: { windows: [{ days: ['tue'], start: '21:55', end: '23:00', timezone: 'Asia/Tokyo' }] },
    };
    const policy = compile({ version: 1, defaultEffect: 'allow', rules: [night] });
    const reason = { rule: 'night', graceMs: 10 * MINUTE_MS, endsAll: false };
    const at = (ms: number) => refusedStanding(policy, connectionOfUser('batchi'), [], ms, reason);
    expect([at(NOW - 10 * MINUTE_MS), at(NOW - 5 * MINUTE_MS), at(NOW)]).toEqual([false, true, true]);
    expect(refusedStanding(policy, connectionOfUser('batchi'), [], NOW, { ...reason, rule: 'other' })).toBe(false);
  });
});

function someStanding({ standing: _, grace: __, ...plain }: Rule & Standing, dice: Iterator<number>): Rule {
  const rule = plain as Rule; // of two keys that may be left out
  const chance: number = dice.next().value;
  if (rule.effect === 'exempt' || chance < 4) return rule;
  if (chance < 7) return { ...rule, standing: 'keep' };
  if (rule.effect === 'deny' && chance === 9) return { ...rule, grace: 'PT1H', standing: 'endAll' };
  return { ...rule, grace: 'PT1H' };
}

interface Standing {
  readonly standing?: unknown;
  readonly grace?: unknown;
}

/** By its definition: the deny rules that keep are not there; where nothing admits any more, the allow rules speak. */
function reference(
  document: PolicyDocument,
  connection: Connection,
  admittedBy: string[],
  nowMs: number,
): StandingVerdict {
  const rules = document.rules ?? [];
  const decided = decide(compile(document), connection, nowMs);
  if (decided.allow) return { outcome: 'admitted' };
  const isKeeping = (rule: Rule) => rule.effect === 'deny' && rule.standing === 'keep';
  const keeping = new Set(rules.filter(isKeeping).map(({ id }) => id));
  const others = rules.flatMap((rule) => withoutRules(rule, keeping));
  const without = decide(compile({ ...document, rules: others }), connection, nowMs);
  const kept = decided.rules.filter((id) => keeping.has(id));
  if (without.allow) return { outcome: 'kept', rules: kept };
  const find = (id: string) => rules.find((rule) => rule.id === id);
  const by = without.decidedBy === 'rule' ? without.rules.map((id) => reasonOf(id, find(id))) : [];
  if (by.some(({ graceMs }) => graceMs === 0)) return { outcome: 'refused', by };
  if (by.length > 0) {
    // Those with grace are not there either: is the connection let in then?
    const graceful = new Set(by.map(({ rule }) => rule));
    const bare = others.flatMap((rule) => withoutRules(rule, graceful));
    const none = decide(compile({ ...document, rules: bare }), connection, nowMs);
    if (none.allow) return { outcome: 'refused', by };
  }
  const admitting = admittedBy
    .map(find)
    .filter((rule) => rule?.effect === 'allow' && rule.mode !== 'report' && rule.enabled !== false);
  const keepers = admitting.filter((rule) => rule?.effect === 'allow' && rule.standing === 'keep');
  const grace = admitting.some((rule) => rule?.effect === 'allow' && rule.grace !== undefined);
  const byDefault = { rule: 'default', graceMs: grace ? 60 * MINUTE_MS : 0, endsAll: false };
  if (by.length > 0) return { outcome: 'refused', by: keepers.length > 0 ? by : [...by, byDefault] };
  if (keepers.length > 0) return { outcome: 'kept', rules: [...kept, ...keepers.map((rule) => rule?.id ?? '')] };
  return { outcome: 'refused', by: [byDefault] };
}

/** The rule as it is in a policy without those; none where it is one of them, or lifts nothing any more. */
function withoutRules(rule: Rule, ids: ReadonlySet<string>): readonly Rule[] {
  if (ids.has(rule.id)) return [];
  if (rule.effect !== 'exempt' || rule.from === '*') return [rule];
  const from = rule.from.filter((id) => !ids.has(id));
  return from.length === 0 ? [] : [{ ...rule, from }];
}

function reasonOf(id: string, rule: Rule | undefined) {
  const denies = rule?.effect === 'deny' ? rule : undefined;
  return {
    rule: id,
    graceMs: denies?.grace === undefined ? 0 : 60 * MINUTE_MS,
    endsAll: denies?.standing === 'endAll',
  };
}
