/** What replay tells, by example: who, why, how often; what the source lacks; what is left off. */
import { describe, expect, it } from '@jest/globals';
import { readConnectionLogLine } from '../client-vpn/index.ts';
import type { DecisionRecord } from '../decision-log/index.ts';
import { compile, type PolicyDocument, type Rule } from '../engine/index.ts';
import {
  createReplayer,
  createReplaySums,
  type PastConnection,
  pastOfLogLine,
  pastOfRecord,
  type ReplayedPolicies,
} from './index.ts';

const OPEN: PolicyDocument = { version: 1, defaultEffect: 'allow' };

function policy(document: PolicyDocument) {
  return { document, compiled: compile(document) };
}

function withRules(...rules: readonly Rule[]): PolicyDocument {
  return { ...OPEN, rules };
}

function record(username: string, minute = 0, facts: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    id: `cvpn-connection-${username}-${minute}`,
    decidedAt: `2026-11-20T09:${String(minute).padStart(2, '0')}:00.000Z`,
    event: { username, 'public-ip': '203.0.113.9', groups: ['staff'], 'schema-version': 'v3' },
    names: 'clear',
    outcome: 'admitted',
    allow: true,
    rules: [],
    reported: [],
    postureStatuses: [],
    ...facts,
  };
}

function onRecord(record: DecisionRecord): PastConnection {
  const past = pastOfRecord(record);
  if (past === undefined) throw new Error('the record is of no connect event');
  return past;
}

function replay(policies: ReplayedPolicies, pasts: readonly PastConnection[], bounds = {}) {
  const replayer = createReplayer(policies, bounds);
  for (const past of pasts) replayer.add(past);
  return replayer.report();
}

const BLOCK: Rule = { id: 'block-batchi', effect: 'deny', match: { users: ['batchi'] } };

describe('replay', () => {
  it('tells who would be refused by which rule, how often, from when to when', () => {
    const pasts = [record('batchi', 1), record('BATCHI', 3), record('tanaka', 2)].map(onRecord);
    const report = replay({ before: policy(OPEN), after: policy(withRules(BLOCK)) }, pasts);
    expect(report).toStrictEqual({
      connections: 3,
      firstAt: '2026-11-20T09:01:00.000Z',
      lastAt: '2026-11-20T09:03:00.000Z',
      users: { count: 2 },
      withoutUser: 0,
      plainAdmissions: 3,
      changed: {
        newlyRefused: { connections: 2, users: { count: 1 }, withoutUser: 0 },
        newlyAdmitted: { connections: 0, users: { count: 0 }, withoutUser: 0 },
        groups: [
          {
            change: 'newly-refused',
            user: 'batchi',
            before: { decidedBy: 'default', rules: [] },
            after: { decidedBy: 'rule', rules: ['block-batchi'] },
            connections: 2,
            firstAt: '2026-11-20T09:01:00.000Z',
            lastAt: '2026-11-20T09:03:00.000Z',
            lastConnection: 'cvpn-connection-BATCHI-3',
          },
        ],
      },
      toldOtherwise: 0,
      answeredOtherwise: { refusedThen: 0, admittedThen: 0 },
      notCompared: 0,
      reportRules: [],
      observedEndpoints: [],
      withheld: [],
    });
  });

  it('decides each connection at its own moment', () => {
    const night: Rule = {
      id: 'patch-night',
      effect: 'deny',
      match: { windows: [{ from: '2026-11-20T09:02:00Z', until: '2026-11-20T09:04:00Z' }] },
    };
    const pasts = [1, 2, 3, 4].map((minute) => onRecord(record('batchi', minute)));
    const { changed } = replay({ before: policy(OPEN), after: policy(withRules(night)) }, pasts);
    expect(changed.groups.map(({ connections, firstAt, lastAt }) => [connections, firstAt, lastAt])).toEqual([
      [2, '2026-11-20T09:02:00.000Z', '2026-11-20T09:03:00.000Z'],
    ]);
  });

  it('passes over the records of connections that were ended', () => {
    const ended = record('batchi', 1, { id: 'ended:x', outcome: 'ended', allow: false, rules: ['block-batchi'] });
    expect(pastOfRecord(ended)).toBeUndefined();
  });

  it('takes what an older revision answered apart from what the draft changes', () => {
    const then = [
      record('batchi', 1),
      record('tanaka', 2, { allow: false, outcome: 'refused' }),
      record('sato', 3, { allow: false, outcome: 'failed-closed' }),
    ];
    const both = { before: policy(withRules(BLOCK)), after: policy(withRules(BLOCK)) };
    const { changed, answeredOtherwise } = replay(both, then.map(onRecord));
    expect(changed.groups).toEqual([]);
    expect(answeredOtherwise).toEqual({ refusedThen: 2, admittedThen: 1 });
  });

  it('counts no sessions: of a refusal by a limit it knows that the rules let the connection in', () => {
    const limited = {
      allow: false,
      outcome: 'refused',
      effect: 'deny',
      decidedBy: 'limit',
      rules: ['one-each'],
    } as const;
    const pasts = [record('batchi', 1, limited), record('tanaka', 2, limited)].map(onRecord);
    for (const before of ['record', policy(OPEN)] as const) {
      const { changed, answeredOtherwise, plainAdmissions } = replay(
        { before, after: policy(withRules(BLOCK)) },
        pasts,
      );
      expect(changed.groups.map(({ change, user, after }) => [change, user, after.rules])).toEqual([
        ['newly-refused', 'batchi', ['block-batchi']],
      ]);
      expect([answeredOtherwise, plainAdmissions]).toEqual([{ refusedThen: 0, admittedThen: 0 }, 0]);
    }
  });

  it('compares with what was answered then, and with nothing where no policy was published', () => {
    const pasts = [
      onRecord(record('batchi', 1, { rules: ['offices'] })),
      onRecord(record('tanaka', 2, { allow: false, outcome: 'refused', rules: ['block-tanaka'] })),
      { ...onRecord(record('sato', 3)), admitted: undefined },
    ];
    const after = policy(withRules(BLOCK));
    const { changed, notCompared } = replay({ before: 'record', after }, pasts);
    expect(notCompared).toBe(1);
    expect(changed.groups.map((group) => [group.change, group.user, group.before, group.after.rules])).toEqual([
      ['newly-refused', 'batchi', { decidedBy: 'record', rules: ['offices'] }, ['block-batchi']],
      ['newly-admitted', 'tanaka', { decidedBy: 'record', rules: ['block-tanaka'] }, []],
    ]);
    const first = replay({ before: 'no-policy', after }, pasts);
    expect(first.changed.newlyAdmitted.connections).toBe(2);
    expect(first.changed.groups[0]?.before).toEqual({ decidedBy: 'no-policy', rules: [] });
  });

  it('counts who would be told otherwise', () => {
    const after = policy(withRules({ ...BLOCK, message: 'Call 1234.' } as Rule));
    const { changed, toldOtherwise } = replay(
      { before: policy(withRules(BLOCK)), after },
      [record('batchi'), record('tanaka')].map(onRecord),
    );
    expect([changed.groups, toldOtherwise]).toEqual([[], 1]);
  });

  it('tells what report rules and endpoints in observe mode would have done', () => {
    const endpoint = 'cvpn-endpoint-0a1b2c3d4e5f67890';
    const draft: PolicyDocument = {
      version: 1,
      defaultEffect: 'deny',
      endpoints: { [endpoint]: { name: 'frankfurt', mode: 'observe' } },
      rules: [
        { id: 'staff', effect: 'allow', match: { groups: ['staff'] } },
        { id: 'not-batchi', effect: 'deny', mode: 'report', match: { users: ['batchi'] } },
        { id: 'hard', effect: 'deny', match: { users: ['sato'] } },
        { id: 'lift', effect: 'exempt', mode: 'report', from: '*', match: { users: ['sato'] } },
        { id: 'never', effect: 'deny', mode: 'report', match: { users: ['nobody'] } },
        { id: 'off', effect: 'deny', mode: 'report', enabled: false, match: 'everyone' },
      ],
    };
    const observed = { 'endpoint-id': endpoint, username: 'suzuki', 'schema-version': 'v3' };
    const pasts = [record('batchi', 1), record('sato', 2), record('x', 3, { event: observed })].map(onRecord);
    const both = { before: policy(draft), after: policy(draft) };
    const { changed, reportRules, observedEndpoints } = replay(both, pasts);
    expect(changed.groups).toEqual([]);
    const told = reportRules.map(({ rule, effect, applied, changed: would }) => [
      rule,
      effect,
      applied,
      ...would.groups.map(({ change, user, before, after }) => [change, user, before.rules, after.rules]),
    ]);
    expect(told).toEqual([
      ['not-batchi', 'deny', 1, ['newly-refused', 'batchi', ['staff'], ['not-batchi']]],
      ['lift', 'exempt', 1, ['newly-admitted', 'sato', ['hard'], ['staff']]],
      ['never', 'deny', 0],
    ]);
    expect(observedEndpoints).toMatchObject([
      {
        endpoint,
        name: 'frankfurt',
        changed: {
          newlyRefused: { connections: 1 },
          groups: [{ user: 'suzuki', before: { decidedBy: 'observe-mode' }, after: { decidedBy: 'default' } }],
        },
      },
    ]);
  });
});

describe('what the source lacks', () => {
  it('is told for pseudonyms, which count as absent names and still as users', () => {
    const rule: Rule = { id: 'a', effect: 'deny', match: { identities: ['batchi'] } };
    const missing: Rule = { id: 'b', effect: 'deny', match: { users: ['x'] }, except: { missing: ['username'] } };
    const report = replay({ before: policy(withRules(rule)), after: policy(withRules(rule, missing)) }, [
      onRecord(record('p-Abc', 1, { names: 'pseudonyms' })),
      onRecord(record('p-Abc', 2, { names: 'pseudonyms' })),
      onRecord(record('x', 3, { names: 'left-out', event: { 'schema-version': 'v3' }, groupsCount: 200 })),
    ]);
    expect(report.users).toEqual({ count: 1 });
    expect(report.withoutUser).toBe(1);
    expect(report.withheld).toEqual([
      { attribute: 'username', connections: 3, rules: ['a', 'b'] },
      { attribute: 'commonName', connections: 1, rules: ['a'] },
      { attribute: 'groups', connections: 1, rules: [] },
    ]);
  });

  const LINE = {
    'connection-log-type': 'connection-attempt',
    'connection-attempt-status': 'failed',
    'connection-attempt-failure-reason': 'client-connect-failed',
    'connection-id': 'cvpn-connection-1',
    'client-vpn-endpoint-id': 'cvpn-endpoint-05e3cd01fe10ad9ee',
    'connection-start-time': 'NA',
    'connection-last-update-time': '2020-11-07 08:27:46',
    'common-name': 'client1.domain.tld',
    'device-ip': '203.0.113.10',
  };
  const pastOf = (fields: object) => {
    const line = readConnectionLogLine({ ...LINE, ...fields });
    return line && pastOfLogLine(line);
  };

  it('is told for lines of the connection log, which name no groups, platform or versions', () => {
    expect(pastOf({})).toMatchObject({
      atMs: Date.UTC(2020, 10, 7, 8, 27, 46),
      id: 'cvpn-connection-1',
      user: 'client1.domain.tld',
      admitted: false,
      withheld: ['groups', 'platform', 'platformVersion', 'openvpnVersion', 'awsClientVersion'],
    });
  });

  it.each([
    [{ 'connection-attempt-status': 'successful', username: 'batchi' }, true, 'batchi'],
    [{ 'connection-attempt-failure-reason': 'client-connect-handler-timed-out' }, false, 'client1.domain.tld'],
    [{ 'connection-attempt-failure-reason': 'NA' }, undefined, 'client1.domain.tld'],
  ])('of %j it is known whether it was let in: %p', (fields, admitted, user) => {
    expect(pastOf(fields)).toMatchObject({ admitted, user });
  });

  it('may be the time, without which nothing can be decided', () => {
    expect(pastOf({ 'connection-last-update-time': 'NA' })).toBeUndefined();
  });
});

describe('bounds', () => {
  const all = { before: policy(OPEN), after: policy({ ...OPEN, defaultEffect: 'deny' }) };
  const crowd = Array.from({ length: 10 }, (_, n) => onRecord(record(`user-${n}`)));
  const often = onRecord(record('user-9', 1));

  it('hold for users, groups and what is listed; the counts of connections stay exact', () => {
    const report = replay(all, [...crowd, often], { users: 4, groups: 6, listed: 3 });
    expect(report.users).toEqual({ count: 4, atLeast: true });
    expect(report.changed.newlyRefused).toEqual({
      connections: 11,
      users: { count: 8, atLeast: true },
      withoutUser: 0,
    });
    expect([report.changed.groups.length, report.changed.more]).toEqual([3, 8]);
  });

  it('list those with most connections', () => {
    const { changed } = replay(all, [...crowd, often], { listed: 1 });
    expect(changed.groups).toMatchObject([{ user: 'user-9', connections: 2 }]);
    expect(changed.more).toBe(9);
  });

  it('are passed on by parts: what one left off is missing in the sum', () => {
    const cut = createReplayer(all, { users: 4, listed: 3 });
    const whole = createReplayer(all);
    for (const past of crowd) cut.add(past);
    whole.add(often);
    const sums = createReplaySums();
    for (const part of [cut.part(), whole.part()]) sums.addPart(part);
    const { connections, users, changed } = sums.report();
    expect(connections).toBe(11);
    expect(users).toEqual({ count: 5, atLeast: true });
    expect(changed.newlyRefused).toEqual({ connections: 11, users: { count: 4, atLeast: true }, withoutUser: 0 });
    expect(changed.more).toBe(7);
  });

  it('count a name over 64 characters as one user, too', () => {
    const name = 'x'.repeat(400);
    const { users } = replay(all, [record(name), record(name.toUpperCase()), record(`${name}y`)].map(onRecord));
    expect(users).toEqual({ count: 2 });
  });
});
