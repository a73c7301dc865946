/** The load's own judge finds what it is there to find. */
import { describe, expect, it } from '@jest/globals';
import type { Answered } from './clients.ts';
import { type DecisionLine, decisionLines } from './decision-lines.ts';
import type { PublishedRevision } from './history.ts';
import { type Evidence, judgeAnswers, judgeWrites } from './judge.ts';
import type { Write } from './operators.ts';

const T = Date.parse('2026-11-24T01:00:00Z');
const ID = 'cvpn-connection-00000000000000001';

const revision = (number: number, notBeforeMs: number, allow: boolean): PublishedRevision => ({
  number,
  reason: `reason ${number}`,
  document: { version: 1, defaultEffect: allow ? 'allow' : 'deny', defaultMessage: 'No.' },
  notBeforeMs,
  notAfterMs: notBeforeMs + 50,
});

/** Revision 1 lets everybody in, 2 nobody, 3 everybody. */
const HISTORY = [revision(1, T - 60_000, true), revision(2, T - 10_000, false), revision(3, T - 5_000, true)];

const ANSWER = {
  allow: true,
  'error-msg-on-denied-connection': '',
  'posture-compliance-statuses': [],
  'schema-version': 'v3',
};
const REFUSAL = { ...ANSWER, allow: false, 'error-msg-on-denied-connection': 'No.' };

const answered = (answer: unknown, more: Partial<Answered> = {}): Answered => ({
  event: { 'connection-id': ID, username: 'mori', 'schema-version': 'v3' },
  sentMs: T - 10,
  tookMs: 30,
  payload: JSON.stringify(answer),
  ...more,
});

const decidedBy = (number: number, more: Partial<NonNullable<DecisionLine['decided']>> = {}): DecisionLine => ({
  connectionId: ID,
  decided: { revision: number, atMs: T, policyAgeMs: 500, isStale: false, ...more },
  cause: undefined,
  durationMs: 1,
  hadNoPolicy: false,
});

function judge(answer: Answered, line: DecisionLine | undefined, more: Partial<Evidence> = {}) {
  return judgeAnswers([answer], {
    lines: new Map(line === undefined ? [] : [[ID, line]]),
    history: HISTORY,
    faults: [],
    bounds: { ttlMs: 1_000, refreshMs: 500, recordMs: 150, maxStaleMs: 60_000, invocationMs: 10_000 },
    overheadMs: 100,
    ...more,
  });
}

describe('an answer', () => {
  it('that is right passes, fresh and stale', () => {
    const nothing = { unanswered: [], malformed: [], wrong: [], late: [], emptyHanded: 0, withoutPolicy: 0 };
    expect(judge(answered(ANSWER), decidedBy(3))).toEqual({ ...nothing, stale: 0, longestSupersededMs: 0 });
    expect(judge(answered(REFUSAL), decidedBy(2, { policyAgeMs: 6_000, isStale: true }))).toEqual({
      ...nothing,
      stale: 1,
      longestSupersededMs: 4_950,
    });
  });

  it.each<[string, Answered, DecisionLine | undefined]>([
    ['of another policy than it says', answered(REFUSAL), decidedBy(3)],
    [
      'with another message',
      answered({ ...REFUSAL, 'error-msg-on-denied-connection': 'Go.' }),
      decidedBy(2, { policyAgeMs: 6_000, isStale: true }),
    ],
    ['by a revision that there is not', answered(ANSWER), decidedBy(4)],
    ['by a revision that was superseded before the store was asked', answered(REFUSAL), decidedBy(2)],
    ['by a revision that was not yet written', answered(ANSWER), decidedBy(3, { atMs: T - 6_000 })],
    ['by a policy that is too old', answered(ANSWER), decidedBy(3, { policyAgeMs: 2_000 })],
    ['by a stale policy that is too old', answered(ANSWER), decidedBy(1, { policyAgeMs: 60_100, isStale: true })],
    ['for another moment', answered(ANSWER), decidedBy(3, { atMs: T + 1_000 })],
    ['that is not in the log', answered(ANSWER), undefined],
    [
      'without a policy, for no reason',
      answered(REFUSAL),
      { ...decidedBy(3), decided: undefined, cause: 'unreachable' },
    ],
    ['let in without a policy', answered(ANSWER), { ...decidedBy(3), decided: undefined, cause: 'unreachable' }],
  ])('is wrong: %s', (_, answer, line) => {
    expect(judge(answer, line).wrong).not.toEqual([]);
  });

  it('may be a refusal for want of a policy while the store is away, for no other cause', () => {
    const faults = [{ kind: 'refused', fromMs: T - 100, toMs: T + 100 }] as const;
    const line = { ...decidedBy(3), decided: undefined, cause: 'unreachable' };
    expect(judge(answered(REFUSAL), line, { faults })).toMatchObject({ wrong: [], withoutPolicy: 1 });
    expect(judge(answered(REFUSAL), { ...line, cause: 'corrupt' }, { faults }).wrong).toHaveLength(1);
  });

  it('is late beyond the bounds and what doing nothing took, no earlier', () => {
    expect(judge(answered(ANSWER, { tookMs: 749 }), decidedBy(3)).late).toEqual([]);
    expect(judge(answered(ANSWER, { tookMs: 751 }), decidedBy(3)).late).toHaveLength(1);
  });

  it('of a sandbox without a policy may take as long as an invocation', () => {
    const first = { ...decidedBy(3), hadNoPolicy: true };
    expect(judge(answered(ANSWER, { tookMs: 9_000 }), first)).toMatchObject({ emptyHanded: 1, late: [] });
    expect(judge(answered(ANSWER, { tookMs: 10_101 }), first).late).toHaveLength(1);
  });

  it.each<[string, string]>([
    ['no JSON', 'Internal server error'],
    ['no object', '[]'],
    ['a text for allow', JSON.stringify({ ...ANSWER, allow: 'true' })],
    ['another schema version', JSON.stringify({ ...ANSWER, 'schema-version': 'v2' })],
    ['a key too many', JSON.stringify({ ...ANSWER, debug: 1 })],
    ['the message under the key of v1', JSON.stringify({ ...ANSWER, 'error-msg-on-failed-posture-compliance': '' })],
    ['a message that is too long', JSON.stringify({ ...REFUSAL, 'error-msg-on-denied-connection': 'x'.repeat(256) })],
    ['half a character', JSON.stringify({ ...REFUSAL, 'error-msg-on-denied-connection': '\ud83d' })],
    ['a refusal without a word', JSON.stringify({ ...REFUSAL, 'error-msg-on-denied-connection': '' })],
    ['eleven statuses', JSON.stringify({ ...ANSWER, 'posture-compliance-statuses': Array(11).fill('a') })],
  ])('is malformed: %s', (_, payload) => {
    expect(judge(answered(ANSWER, { payload }), decidedBy(3)).malformed).not.toEqual([]);
  });

  it('that did not come, or is an error of the function, is none', () => {
    expect(judge(answered(ANSWER, { payload: undefined, error: 'TimeoutError' }), undefined).unanswered).toHaveLength(
      1,
    );
    expect(judge(answered({ errorMessage: 'no' }, { error: 'Unhandled' }), undefined).unanswered).toHaveLength(1);
  });
});

describe('a write', () => {
  const write = (more: Partial<Write>): Write => ({
    reason: 'reason 2',
    what: 'block',
    status: 201,
    code: undefined,
    revision: 2,
    ...more,
  });

  it.each<[string, Write]>([
    ['made', write({})],
    ['refused', write({ reason: 'other', status: 409, code: 'already-exists', revision: undefined })],
    ['made, of which the answer was lost', write({ status: 503, code: 'commit-outcome-unknown', revision: undefined })],
    [
      'not made, of which the answer was lost',
      write({ reason: 'other', status: 503, code: 'commit-outcome-unknown', revision: undefined }),
    ],
  ])('%s passes', (_, made) => {
    expect(judgeWrites([made], HISTORY)).toEqual([]);
  });

  it.each<[string, Write]>([
    ['that is another’s revision', write({ revision: 3 })],
    ['that is in no revision', write({ reason: 'other' })],
    ['that was refused and made', write({ status: 503, code: 'store-unreachable', revision: undefined })],
    ['that made the API fail', write({ reason: 'other', status: 500, code: 'internal', revision: undefined })],
    ['that got no answer', write({ reason: 'other', status: 0, revision: undefined })],
  ])('%s is found', (_, made) => {
    expect(judgeWrites([made], HISTORY)).not.toEqual([]);
  });

  it('made twice is found, and so is a revision that is missing', () => {
    expect(judgeWrites([write({})], [...HISTORY, { ...revision(4, T, true), reason: 'reason 2' }])).toHaveLength(1);
    expect(judgeWrites([], HISTORY.slice(1))).not.toEqual([]);
  });
});

describe('decisionLines', () => {
  it('finds them among all that is printed', () => {
    const line = {
      message: 'decision',
      connectionId: ID,
      durationMs: 7,
      revision: 3,
      policyAgeMs: 2,
      policyStale: true,
    };
    const at = (ms: number) => new Date(T + ms).toISOString();
    const printed = [
      '(λ: connect) RequestId: 1  Duration: 3 ms',
      '{ not JSON',
      JSON.stringify({ message: 'policy loaded', timestamp: at(-1_000), revision: 3, previousRevision: 2 }),
      JSON.stringify({ message: 'policy loaded', timestamp: at(2_000), revision: 3 }),
      JSON.stringify({ ...line, decidedAt: at(0) }),
      JSON.stringify({ ...line, decidedAt: at(2_001), connectionId: 'b' }),
      JSON.stringify({ message: 'decision without a policy', connectionId: 'c', durationMs: 1, cause: 'unreachable' }),
    ].join('\n');
    const decided = { revision: 3, atMs: T, policyAgeMs: 2, isStale: true };
    expect([...decisionLines(printed).values()]).toEqual([
      { connectionId: ID, decided, cause: undefined, durationMs: 7, hadNoPolicy: false },
      {
        connectionId: 'b',
        decided: { ...decided, atMs: T + 2_001 },
        cause: undefined,
        durationMs: 7,
        hadNoPolicy: true,
      },
      { connectionId: 'c', decided: undefined, cause: 'unreachable', durationMs: 1, hadNoPolicy: true },
    ]);
  });
});
