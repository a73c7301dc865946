import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compile } from '../compile.ts';
import { type Connection, namesAttribute, textAttribute } from '../connection.ts';
import { decide } from '../decide.ts';
import type { Block, PolicyDocument, Rule } from '../document.ts';
import { applies } from '../judge.ts';
import type { CompiledPolicy } from '../policy.ts';
import { policyCase } from '../reference/arbitraries.ts';
import { Subject } from '../subject.ts';

const NOW = Date.parse('2026-11-24T10:00:00+09:00');

type Asked = Partial<Record<keyof Connection, unknown>> & { readonly nowMs?: number };

function candidates(
  rules: Rule[],
  attributes: { username?: unknown; publicIp?: unknown; endpointId?: unknown },
  more: Partial<PolicyDocument> = {},
) {
  const policy = compile({ version: 1, defaultEffect: 'allow', rules, ...more });
  const subject = new Subject(connectionOf(attributes));
  return foundIds(policy, subject, NOW);
}

function connectionOf({ groups, ...texts }: Omit<Asked, 'nowMs'>): Connection {
  const absent = { connectionId: undefined, endpointId: undefined, username: undefined, commonName: undefined };
  const more = { publicIp: undefined, platform: undefined, platformVersion: undefined, openvpnVersion: undefined };
  const read = Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, textAttribute(value)]));
  return { ...absent, ...more, awsClientVersion: undefined, ...read, groups: namesAttribute(groups) };
}

function foundIds(policy: CompiledPolicy, subject: Subject, nowMs: number): string[] {
  const found = policy.index.find(subject, nowMs).toArray();
  return found.map((number) => policy.ids[number] ?? 'no such rule');
}

describe('RuleIndex', () => {
  const names: Rule[] = ['ann', 'bob', 'cyd'].map((name) => ({
    id: name,
    effect: 'deny',
    match: { users: [name], sourceIps: ['0.0.0.0/0'] },
  }));

  it('asks only the rules that name the user', () => {
    expect(candidates(names, { username: 'BOB', publicIp: '203.0.113.9' })).toEqual(['bob']);
    expect(candidates(names, { publicIp: '203.0.113.9' })).toEqual([]);
  });

  it('asks every rule on an attribute that is malformed', () => {
    expect(candidates(names, { username: 42 })).toEqual(['ann', 'bob', 'cyd']);
  });

  it.each([
    ['*@contractor.example.com', 'Ann@Contractor.Example.com', 'ann@example.com'],
    ['temp-??@*', 'TEMP-01@example.com', 'temp'],
    ['ｔemp*', 'temporary', 'tem'],
  ])('asks a rule on %s by what the pattern begins or ends with', (pattern, like, unlike) => {
    const rules: Rule[] = [{ id: 'w', effect: 'deny', match: { users: [pattern] } }];
    expect(candidates(rules, { username: like })).toEqual(['w']);
    expect(candidates(rules, { username: unlike })).toEqual([]);
  });

  it('asks a rule on a text in the middle of names by what else it needs', () => {
    const rules: Rule[] = [{ id: 'w', effect: 'deny', match: { users: ['*a*'], sourceIps: ['10.0.0.0/8'] } }];
    expect(candidates(rules, { username: 'bob', publicIp: '10.1.1.1' })).toEqual(['w']);
    expect(candidates(rules, { username: 'ann', publicIp: '203.0.113.9' })).toEqual([]);
  });

  it('always asks a rule that stands on nothing it could be found by', () => {
    const rules: Rule[] = [
      { id: 'everyone', effect: 'allow', match: 'everyone' },
      { id: 'one-block-of-two', effect: 'deny', match: [{ users: ['ann'] }, { missing: ['groups'] }] },
    ];
    expect(candidates(rules, { username: 'bob' })).toEqual(['everyone', 'one-block-of-two']);
  });

  it('asks a rule once, in document order, however many of its blocks are found', () => {
    const rules: Rule[] = [
      {
        id: 'z',
        effect: 'deny',
        match: [{ sourceIps: ['10.0.0.0/8'] }, { users: ['ann'] }, { sourceIps: ['10.1.0.0/16', '10.1.1.0/24'] }],
      },
      ...names,
    ];
    expect(candidates(rules, { username: 'ann', publicIp: '10.1.1.1' })).toEqual(['z', 'ann']);
  });

  it('asks rules that stand on time alone only while they are inside a window', () => {
    const inside = { from: '2026-11-24T00:00:00Z', until: '2026-11-24T12:00:00Z' };
    const outside = { from: '2026-11-25T00:00:00Z' };
    const rules: Rule[] = [inside, outside].map((window, n) => ({
      id: `w-${n}`,
      effect: 'deny',
      match: { windows: [window] },
    }));
    expect(candidates(rules, {})).toEqual(['w-0']);
  });

  it('never misses a rule that applies', () => {
    let applied = 0;
    fc.assert(
      fc.property(policyCase(4), ({ document, questions }) => {
        const policy = compile(document);
        for (const { connection, nowMs } of questions) {
          const subject = new Subject(connection);
          const found = new Set(foundIds(policy, subject, nowMs));
          const applying = policy.rules.filter((rule) => applies(rule, subject, nowMs)).map((rule) => rule.id);
          applied += applying.length;
          expect(applying.filter((id) => !found.has(id))).toEqual([]);
        }
      }),
      { numRuns: 400 },
    );
    expect(applied).toBeGreaterThan(500);
  });
});

/** A condition with what makes it hold, and what does not. */
const CONDITIONS: readonly (readonly [block: Block, holds: Asked, fails: Asked])[] = [
  [{ users: ['ann'] }, { username: 'ann' }, { username: 'bob' }],
  [{ users: ['a*'] }, { username: 'ann' }, { username: 'bob' }],
  [{ users: ['*n*'] }, { username: 'ann' }, { username: 'bob' }],
  [{ commonNames: ['ann'] }, { commonName: 'ann' }, { commonName: 'bob' }],
  [{ groups: ['vpn'] }, { groups: ['vpn'] }, { groups: ['dev'] }],
  [{ allGroups: ['vpn', 'dev'] }, { groups: ['dev', 'vpn'] }, { groups: ['dev'] }],
  [{ sourceIps: ['10.0.0.0/8'] }, { publicIp: '10.1.1.1' }, { publicIp: '203.0.113.9' }],
  [{ platforms: ['win'] }, { platform: 'win' }, { platform: 'mac' }],
  [{ endpoints: ['cvpn-endpoint-0a1b2c3d4e5f67890'] }, { endpointId: 'cvpn-endpoint-0a1b2c3d4e5f67890' }, {}],
  [{ openvpnVersion: '<2.6' }, { openvpnVersion: '2.5' }, { openvpnVersion: '2.6' }],
  [{ awsClientVersion: '<5' }, { awsClientVersion: '4' }, { awsClientVersion: '5' }],
  [{ missing: ['platformVersion'] }, {}, { platformVersion: '10' }],
  [{ windows: [{ from: '2026-11-24T00:00:00Z', until: '2026-11-25T00:00:00Z' }] }, { nowMs: NOW }, { nowMs: 0 }],
  [
    {
      windows: [
        { from: '2026-11-24T00:00:00Z', until: '2026-11-24T02:00:00Z' },
        { from: '2026-11-24T03:00:00Z', until: '2026-11-24T04:00:00Z' },
      ],
    },
    { nowMs: NOW },
    { nowMs: Date.parse('2026-11-24T02:30:00Z') },
  ],
  [
    { windows: [{ days: ['tue'], start: '09:00', end: '11:00', timezone: 'Asia/Tokyo' }] },
    { nowMs: NOW },
    { nowMs: NOW + 7_200_000 },
  ],
];

describe('a rule that is found by an address', () => {
  it('is asked whether the entry still counts', () => {
    const ended = { value: '10.0.0.0/8', expiresAt: '2026-11-24T00:00:00+09:00' };
    const policy = compile({
      version: 1,
      defaultEffect: 'deny',
      sets: { offices: { kind: 'ip', entries: [ended, '192.0.2.0/24'] } },
      rules: [{ id: 'offices', effect: 'allow', match: { sourceIps: ['@offices'] } }],
    });
    const from = (publicIp: string) => decide(policy, connectionOf({ publicIp }), NOW).allow;
    expect([from('10.1.1.1'), from('192.0.2.1')]).toEqual([false, true]);
  });
});

/** Two conditions on one attribute cannot hold and fail side by side. */
const PAIRS = CONDITIONS.flatMap((first, place) =>
  CONDITIONS.slice(place + 1)
    .filter((second) => !Object.keys(second[1]).some((attribute) => attribute in first[1]))
    .map((second) => [Object.keys(first[0])[0] ?? '', Object.keys(second[0])[0] ?? '', first, second] as const),
);

describe('two conditions of one block', () => {
  const decided = (block: Block, { nowMs = NOW, ...attributes }: Asked) => {
    const rules: Rule[] = [{ id: 'both', effect: 'allow', match: block }];
    return decide(compile({ version: 1, defaultEffect: 'deny', rules }), connectionOf(attributes), nowMs).allow;
  };

  it.each(PAIRS)('%s and %s both have to hold, whichever the rule is found by', (_, __, first, second) => {
    const [[one, oneHolds, oneFails], [two, twoHolds, twoFails]] = [first, second];
    const block = { ...one, ...two };
    expect(decided(block, { ...oneHolds, ...twoHolds })).toBe(true);
    expect(decided(block, { ...oneHolds, ...twoFails })).toBe(false);
    expect(decided(block, { ...oneFails, ...twoHolds })).toBe(false);
  });
});
