/** The judge of answers takes what docs/operating.md allows, and sees each way in which a handler could break it. */
import { describe, expect, it } from '@jest/globals';
import {
  type Answered,
  type DecisionLine,
  type Disturbance,
  type HandlerRun,
  judgeAnswers,
  type Surroundings,
} from './judge-answers.ts';

const T = Date.parse('2026-11-24T10:00:00Z');
const SECOND = 1_000;

const SETTINGS = { ttlMs: SECOND, maxStaleMs: 10 * SECOND, onPolicyUnavailable: 'deny', recordMs: 0 } as const;

/** Revision 1 refuses everybody, revision 2, from second 5 on, admits everybody. */
const SURROUNDINGS: Surroundings = {
  revisions: new Map([
    [1, { notBefore: T - 60 * SECOND, certainlyAt: T - 60 * SECOND }],
    [2, { notBefore: T + 5 * SECOND, certainlyAt: T + 5 * SECOND }],
  ]),
  supersededAt: (revision) => (revision === 1 ? T + 5 * SECOND : Number.POSITIVE_INFINITY),
  decide: (revision) =>
    revision === 1
      ? { allow: false, message: 'Not from here.' }
      : revision === 2
        ? { allow: true, message: '' }
        : undefined,
  pauses: [],
};

function answerOf(allow: boolean, message: string) {
  return {
    allow,
    'error-msg-on-denied-connection': message,
    'posture-compliance-statuses': [],
    'schema-version': 'v3',
  };
}

/** An answer that begins at a second and takes 10 ms. */
function answered(second: number, line: DecisionLine, ms = 10): Answered {
  const begunAt = T + second * SECOND;
  return {
    event: { 'connection-id': `at-${second}` },
    begunAt,
    endedAt: begunAt + ms,
    ms,
    answer: answerOf(line.allow === true, line.refusalMessage ?? ''),
    line,
  };
}

function decided(second: number, revision: number, policyAgeMs: number, policyStale = false, ms = 10): Answered {
  const verdict =
    revision === 1
      ? { outcome: 'refused', allow: false, refusalMessage: 'Not from here.' }
      : { outcome: 'admitted', allow: true };
  const decidedAt = new Date(T + second * SECOND + ms).toISOString();
  return answered(second, { ...verdict, revision, policyAgeMs, policyStale, decidedAt }, ms);
}

function refused(second: number, cause: string, more: Partial<DecisionLine> = {}, ms = 10): Answered {
  return answered(second, { outcome: 'failed-closed', allow: false, refusalMessage: 'Sorry.', cause, ...more }, ms);
}

function admitted(second: number, cause: string, more: Partial<DecisionLine> = {}): Answered {
  return answered(second, { outcome: 'failed-open', allow: true, cause, ...more });
}

const between = (kind: Disturbance['kind'], from: number, until: number) => ({
  kind,
  from: T + from * SECOND,
  until: T + until * SECOND,
});

function judge(answers: readonly Answered[], run: Partial<HandlerRun> = {}, surroundings: Partial<Surroundings> = {}) {
  return judgeAnswers(
    { name: 'handler', settings: SETTINGS, startedAt: T, disturbances: [], answers, ...run },
    { ...SURROUNDINGS, ...surroundings },
  );
}

const ALLOW = { settings: { ...SETTINGS, onPolicyUnavailable: 'allow' } } as const;

describe('the judge of answers', () => {
  it.each<[string, Answered[], Partial<HandlerRun>]>([
    ['decisions of the policy in force', [decided(1, 1, 10), decided(2, 1, 999), decided(6, 2, 10)], {}],
    ['a revision that was in force when it was asked for', [decided(5.5, 1, 990)], {}],
    [
      'a stale decision while the store fails, and five seconds after',
      [decided(1, 1, 10), decided(3, 1, 2_000, true), decided(8.4, 1, 7_400, true)],
      { disturbances: [between('outage', 2, 3.5)] },
    ],
    [
      'a refusal where the policy is too old, and nothing can be read',
      [decided(1, 1, 10), refused(12, 'outdated', { policyAgeMs: 11_000 })],
      { disturbances: [between('outage', 2, 12)] },
    ],
    [
      'a refusal before anything was read',
      [refused(1, 'unreachable', {}, 9_500)],
      { disturbances: [between('outage', 0, 3)] },
    ],
    [
      'an admission there, by the setting',
      [admitted(1, 'unreachable'), decided(3, 1, 10), admitted(14, 'outdated', { policyAgeMs: 11_000 })],
      { ...ALLOW, disturbances: [between('outage', 0, 1.5), between('outage', 4, 15)] },
    ],
    [
      'a refusal of damage, whatever the setting, also when an outage came after it',
      [refused(1, 'corrupt'), refused(4, 'corrupt'), refused(5, 'store-refused')],
      { ...ALLOW, disturbances: [between('damage', 0.5, 1.5), between('outage', 3, 6)] },
    ],
    ['a refusal before the first policy', [refused(-70, 'empty')], { startedAt: T - 80 * SECOND }],
    ['a first answer that waits for the store', [decided(1, 1, 3_000, false, 3_000)], {}],
  ])('takes %s', (_, answers, run) => {
    expect(judge(answers, run).failures).toEqual([]);
  });

  it.each<[string, Answered[], Partial<HandlerRun>, string]>([
    [
      'what another revision decides',
      [{ ...decided(1, 1, 10), line: { ...decided(1, 1, 10).line, outcome: 'refused', revision: 2 } }],
      {},
      'revision 2 decides',
    ],
    [
      'a revision that never was',
      [{ ...decided(1, 1, 10), line: { ...decided(1, 1, 10).line, outcome: 'refused', revision: 7 } }],
      {},
      'revision 7 decides undefined',
    ],
    [
      'a revision that was no longer in force when it was asked for',
      [decided(6, 1, 10)],
      {},
      'revision 1 was not in force',
    ],
    ['a revision that was not there yet', [decided(2, 2, 10)], {}, 'revision 2 was not in force'],
    ['a policy beyond its TTL that is not called stale', [decided(2, 1, 1_500)], {}, 'more than the TTL'],
    [
      'a stale policy without a cause',
      [decided(8, 1, 6_500, true)],
      { disturbances: [between('outage', 1, 2)] },
      'nothing had kept the handler from reading',
    ],
    [
      'a stale policy that is too old',
      [decided(13, 1, 12_000, true)],
      { disturbances: [between('outage', 1, 14)] },
      'more than may be',
    ],
    [
      'an answer that takes too long with a policy in hand',
      [decided(1, 1, 10), decided(3, 1, 10, false, 1_600)],
      {},
      'it took 1600 ms with a policy in hand',
    ],
    [
      'one that takes too long without',
      [refused(1, 'unreachable', {}, 10_600)],
      { disturbances: [between('outage', 0, 12)] },
      'it took 10600 ms',
    ],
    [
      'an outage that nobody made',
      [refused(4, 'unreachable')],
      { disturbances: [between('outage', 1, 2)] },
      'there was no outage',
    ],
    [
      'an unreachable store where there had been a policy',
      [decided(1, 1, 10), refused(2, 'unreachable')],
      { disturbances: [between('outage', 1, 3)] },
      'there had been a policy',
    ],
    [
      'an outdated policy that is not',
      [decided(1, 1, 10), refused(4, 'outdated', { policyAgeMs: 3_000 })],
      { disturbances: [between('outage', 2, 5)] },
      'too early',
    ],
    [
      'damage that nobody did',
      [decided(3, 1, 10), refused(4, 'corrupt')],
      { disturbances: [between('damage', 1, 2)] },
      'it says corrupt, and nothing was',
    ],
    [
      'an admission without a policy against the setting',
      [admitted(1, 'unreachable')],
      { disturbances: [between('outage', 0, 2)] },
      'goes against ON_POLICY_UNAVAILABLE',
    ],
    [
      'a refusal for want of one against the setting',
      [refused(1, 'unreachable')],
      { ...ALLOW, disturbances: [between('outage', 0, 2)] },
      'goes against ON_POLICY_UNAVAILABLE',
    ],
    [
      'an admission by damage',
      [admitted(1, 'corrupt')],
      { ...ALLOW, disturbances: [between('damage', 0, 2)] },
      'it was admitted, and the cause was corrupt',
    ],
    [
      'an admission in an outage after damage was read',
      [admitted(3, 'unreachable')],
      { ...ALLOW, disturbances: [between('damage-read', 1, 1.1), between('outage', 2, 4)] },
      'after the handler had read a damaged policy',
    ],
    [
      'an admission where nothing was published',
      [admitted(-70, 'empty')],
      { ...ALLOW, startedAt: T - 80 * SECOND },
      'admitted without any policy',
    ],
    ['nothing published where there was', [refused(1, 'empty')], {}, 'it says that nothing was published'],
    [
      'an older policy in the place of a newest one that cannot be read',
      [decided(3, 1, 10)],
      { disturbances: [between('damage', 1, 4), between('unreadable-head', 1, 4)] },
      'that one could not be read',
    ],
    ['a fault of the handler itself', [refused(1, 'internal')], {}, 'it says internal'],
    ['an answer that is not in the log', [{ ...decided(1, 1, 10), line: undefined }], {}, 'no line in the log'],
    [
      'a log that says otherwise',
      [{ ...decided(1, 1, 10), answer: answerOf(true, '') }],
      {},
      'the log says something else',
    ],
    ['an error in the place of an answer', [{ ...decided(1, 1, 10), answer: { errorMessage: 'x' } }], {}, 'malformed'],
  ])('sees %s', (_, answers, run, failure) => {
    expect(judge(answers, run).failures.join('\n')).toContain(failure);
  });

  it('counts what is wrong, malformed and too old', () => {
    const wrong = {
      ...decided(1, 1, 10),
      answer: answerOf(true, ''),
      line: { ...decided(1, 1, 10).line, outcome: 'admitted', allow: true, refusalMessage: '' },
    };
    const malformed = { ...decided(2, 1, 10), answer: { ...answerOf(false, 'No.'), allow: 'false' } };
    expect(judge([wrong, malformed, decided(6, 1, 10)])).toMatchObject({
      wrong: 1,
      malformed: 1,
      tooOld: 1,
      decided: 2,
    });
  });

  it('calls nothing late while the machine stood still', () => {
    const pauses = [{ from: T + 3 * SECOND, until: T + 4 * SECOND }];
    expect(judge([decided(1, 1, 10), decided(3, 1, 10, false, 1_600)], {}, { pauses }).failures).toEqual([]);
  });
});

describe('the format of an answer', () => {
  it.each([
    ['no object', 'true'],
    ['another key', { ...answerOf(true, ''), more: 1 }],
    ['a key less', { allow: true }],
    ['allow as text', { ...answerOf(true, ''), allow: 'true' }],
    ['another version', { ...answerOf(true, ''), 'schema-version': 'v2' }],
    ['a long message', answerOf(false, 'x'.repeat(256))],
    ['an empty refusal', answerOf(false, '')],
    ['many statuses', { ...answerOf(true, ''), 'posture-compliance-statuses': Array(11).fill('a') }],
  ])('has not %s', (_, answer) => {
    expect(judge([{ ...decided(1, 1, 10), answer }])).toMatchObject({ malformed: 1 });
  });
});
