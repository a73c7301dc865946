/** The engine against the reference evaluator, on random policies, connections and moments. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Connection, compile, type Decision, decide, explain, type PolicyDocument } from './index.ts';
import { ABLATIONS } from './reference/ablation.ts';
import { type PolicyCase, policyCase, type Question, windowCase } from './reference/arbitraries.ts';
import { referenceDecide, referenceWindowHolds } from './reference/reference-evaluator.ts';
import { momentsShowing } from './reference/reference-windows.ts';

/** The same cases every time; `PROPERTY_SEED` and `PROPERTY_RUNS` (policies) go further afield. */
const SEED = Number(process.env.PROPERTY_SEED ?? 20261124);
const POLICIES = Number(process.env.PROPERTY_RUNS ?? 2500);
const QUESTIONS = 5;
const FEW = { numRuns: Math.ceil(POLICIES / 12), seed: SEED };
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** A connection that tells nothing of itself. */
const NOBODY: Connection = {
  connectionId: undefined,
  endpointId: undefined,
  username: undefined,
  commonName: undefined,
  publicIp: undefined,
  platform: undefined,
  platformVersion: undefined,
  openvpnVersion: undefined,
  awsClientVersion: undefined,
  groups: undefined,
};

/** The least number of pairs in which each thing must have happened, so that no property holds for want of cases. */
const LEAST: Readonly<Record<string, number>> = {
  pairs: 10_000,
  'deny by rule': 1000,
  'allow by rule': 1000,
  'deny by default': 1000,
  'allow by default': 1000,
  reported: 1000,
  observed: 200,
  'several rules decide': 200,
  'ten posture statuses': 50,
  'message cut': 50,
  // What made a difference to the decision; asking for all is dear, so that is done for one pair in ten.
  ...Object.fromEntries(Object.keys(ABLATIONS).map((feature) => [feature, 8])),
};

describe('decide', () => {
  it('says what the reference evaluator says, on 10,000 pairs and more', () => {
    const seen = new Map<string, number>();
    const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
    fc.assert(
      fc.property(policyCase(QUESTIONS), ({ document, questions }) => {
        const policy = compile(document);
        for (const [index, { connection, nowMs }] of questions.entries()) {
          const wanted = referenceDecide(document, connection, nowMs);
          expect(decide(policy, connection, nowMs)).toEqual(wanted);
          outcomes(wanted).forEach(count);
          const isAskedAll = index === 0 && (seen.get('pairs') ?? 0) % 2 === 0;
          const asked = isAskedAll ? Object.keys(ABLATIONS) : ['malformed address'];
          causes(document, { connection, nowMs }, wanted, asked).forEach(count);
        }
      }),
      { numRuns: POLICIES, seed: SEED },
    );
    if (POLICIES < 2500) return;
    const tooFew = Object.entries(LEAST).filter(([what, least]) => (seen.get(what) ?? 0) < least);
    expect(tooFew.map(([what, least]) => `${what}: ${seen.get(what) ?? 0} of ${least}`)).toEqual([]);
  });

  it('reads every window as the reference evaluator does, on the nights when clocks change too', () => {
    const sets = {
      holidays: { kind: 'date', entries: ['2026-11-01', { value: '2026-03-08', expiresAt: '2026-03-08T07:00Z' }] },
      freeze: { kind: 'date', entries: ['2011-12-30', '2018-11-04', '2026-10-25'] },
    } as const;
    const seen = { inside: 0, outside: 0 };
    fc.assert(
      fc.property(windowCase(20), ({ window, moments: asked }) => {
        const rules = [{ id: 'r', effect: 'deny', match: { windows: [window] } }] as const;
        const document: PolicyDocument = { version: 1, defaultEffect: 'allow', sets, rules };
        const policy = compile(document);
        for (const nowMs of asked) {
          const inside = referenceWindowHolds(document, window, nowMs);
          seen[inside ? 'inside' : 'outside'] += 1;
          expect([nowMs, decide(policy, NOBODY, nowMs).effect]).toEqual([nowMs, inside ? 'deny' : 'allow']);
        }
      }),
      { numRuns: Math.ceil(POLICIES / 5), seed: SEED },
    );
    if (POLICIES < 2500) return;
    expect(Math.min(seen.inside, seen.outside)).toBeGreaterThanOrEqual(2000);
  });

  it('gives at any moment what a freshly compiled policy gives, in whatever order the moments come', () => {
    fc.assert(
      fc.property(policyCase(8), ({ document, questions }) => {
        const policy = compile(document);
        const fresh = questions.map(({ connection, nowMs }) => decide(compile(document), connection, nowMs));
        // As they come, backwards, and in the order of time.
        const forwards = questions.map((_, index) => index);
        const inTime = [...forwards].sort((a, b) => (questions[a]?.nowMs ?? 0) - (questions[b]?.nowMs ?? 0));
        for (const order of [forwards, [...forwards].reverse(), inTime, [...inTime].reverse()]) {
          for (const index of order) {
            const { connection, nowMs } = questions[index] as Question;
            expect(decide(policy, connection, nowMs)).toEqual(fresh[index]);
          }
        }
      }),
      FEW,
    );
  });

  it('admits and refuses the same whatever the order of the rules', () => {
    const shuffled = policyCase(QUESTIONS).chain((policy) =>
      fc.tuple(
        fc.constant(policy),
        fc.shuffledSubarray([...(policy.document.rules ?? [])], { minLength: policy.document.rules?.length ?? 0 }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([{ document, questions }, rules]) => {
        const [one, other] = [compile(document), compile({ ...document, rules })];
        for (const { connection, nowMs } of questions) {
          expect(unordered(decide(other, connection, nowMs))).toEqual(unordered(decide(one, connection, nowMs)));
        }
      }),
      FEW,
    );
  });

  it('leaves the document as it was, and reads a key without a value as a key that is not there', () => {
    fc.assert(
      fc.property(policyCase(2), ({ document, questions }) => {
        const [plain, padded] = [compile(deepFreeze(fromJson(document))), compile(withUndefined(document))];
        for (const { connection, nowMs } of questions) {
          expect(decide(padded, connection, nowMs)).toEqual(decide(plain, connection, nowMs));
        }
      }),
      FEW,
    );
  });
});

describe('explain', () => {
  it('comes to the same decision as decide', () => {
    fc.assert(
      fc.property(policyCase(QUESTIONS), ({ document, questions }) => {
        const policy = compile(document);
        for (const { connection, nowMs } of questions) {
          expect(explain(policy, connection, nowMs).decision).toEqual(decide(policy, connection, nowMs));
        }
      }),
      FEW,
    );
  });
});

describe('{until}', () => {
  const untilCase = policyCase(2, { messages: fc.constant('{until}'), wholeMinutes: true }).map(mostRefusalsEnd);

  it.each([3, 30, 399])('sees an end %d days away past the windows of somebody else', (days) => {
    const nowMs = Date.parse('2026-11-01T06:00:00Z');
    const end = new Date(nowMs + days * DAY_MS).toISOString();
    const window = { cron: '*/2 * * * *', duration: 'PT1M', timezone: 'Europe/London' };
    const policy = compile({
      version: 1,
      defaultEffect: 'allow',
      defaultMessage: '{until}',
      rules: [
        { id: 'closed', effect: 'deny', match: 'everyone', expiresAt: end },
        { id: 'somebody-else', effect: 'deny', match: { users: ['zoe'], windows: [window] } },
      ],
    });
    const { message } = decide(policy, { ...NOBODY, username: 'batchi' }, nowMs);
    expect(message).toBe(`${end.slice(0, 16).replace('T', ' ')} (UTC)`);
  });

  it('is the first moment at which the connection is no longer refused', () => {
    let ends = 0;
    let never = 0;
    fc.assert(
      fc.property(untilCase, ({ document, questions }) => {
        const policy = compile(document);
        for (const { connection, nowMs } of questions) {
          const decision = decide(policy, connection, nowMs);
          if (decision.effect === 'allow') continue;
          const refused = (ms: number) => referenceDecide(document, connection, ms).effect === 'deny';
          if (decision.message === 'further notice') {
            never += 1;
            expect(moments(document, nowMs, nowMs + 400 * DAY_MS).filter((ms) => !refused(ms))).toEqual([]);
            continue;
          }
          ends += 1;
          const [, clock = '', zone = ''] = /^(\d{4}-\d\d-\d\d \d\d:\d\d) \((.+)\)$/.exec(decision.message ?? '') ?? [];
          expect(zone).toBe(expectedZone(document, decision, nowMs));
          // An hour that comes twice shows two moments alike.
          const ending = momentsShowing(clock, zone).filter((ms) => ms > nowMs && !refused(ms) && refused(ms - 1));
          expect([decision.message, ending.length]).not.toEqual([decision.message, 0]);
          const [end = nowMs] = ending;
          expect(moments(document, nowMs, end).filter((ms) => !refused(ms))).toEqual([]);
        }
      }),
      FEW,
    );
    if (POLICIES < 2500) return;
    expect(ends).toBeGreaterThanOrEqual(25);
    expect(never).toBeGreaterThanOrEqual(20);
  });
});

/** Admits by default, and gives every second rule an end. */
function mostRefusalsEnd(policy: PolicyCase): PolicyCase {
  const { document, scene } = policy;
  // Some soon, some in weeks or months: many windows come and go before that.
  const days = [0.5, 1, 23, 300];
  const endOf = (index: number) =>
    new Date(scene.anchorMs + (days[(index / 2) % days.length] ?? 0) * DAY_MS).toISOString();
  const rules = document.rules?.map((rule, index) => (index % 2 === 0 ? { expiresAt: endOf(index), ...rule } : rule));
  return { ...policy, document: { ...document, rules, defaultEffect: 'allow', defaultMessage: '{until}' } };
}

function outcomes({ effect, decidedBy, rules, postureStatuses, message, reported, observed }: Decision): string[] {
  return [
    'pairs',
    `${effect} by ${decidedBy}`,
    ...(reported.length > 0 ? ['reported'] : []),
    ...(observed ? ['observed'] : []),
    ...(rules.length > 1 ? ['several rules decide'] : []),
    ...(postureStatuses.length === 10 ? ['ten posture statuses'] : []),
    ...((message?.length ?? 0) >= 254 ? ['message cut'] : []),
  ];
}

/** Those of the features without which the decision would have been another. */
function causes(
  document: PolicyDocument,
  { connection, nowMs }: Question,
  decision: Decision,
  features: readonly string[],
): string[] {
  const wanted = JSON.stringify(decision);
  return features.filter((feature) => {
    const less = ABLATIONS[feature]?.(document, connection);
    if (less === undefined) return false;
    return JSON.stringify({ ...referenceDecide(...less, nowMs), message: decision.message }) !== wanted;
  });
}

/** What of a decision does not depend on the order of the rules. */
function unordered({ allow, effect, decidedBy, rules, reported, observed, endpoint }: Decision) {
  return { allow, effect, decidedBy, rules: [...rules].sort(), reported: [...reported].sort(), observed, endpoint };
}

/** Moments from one to (but without) the other: every quarter of an hour at first, days and years later a sample. */
function moments(document: PolicyDocument, fromMs: number, untilMs: number): number[] {
  const quarter = 15 * MINUTE_MS;
  const first = Math.ceil(fromMs / quarter) * quarter;
  const close = Array.from({ length: 32 }, (_, index) => first + index * quarter);
  const sampled = Array.from({ length: 40 }, (_, index) => first + Math.floor(((untilMs - first) * index) / 40));
  const named = [...JSON.stringify(document).matchAll(/"(\d{4}-\d\d-\d\dT[^"]+)"/g)].map(([, text]) =>
    Date.parse(text ?? ''),
  );
  const last = [untilMs - MINUTE_MS, untilMs - quarter, untilMs - 2 * quarter, untilMs - 4 * quarter];
  return [...close, ...sampled, ...named, ...last].filter((ms) => fromMs <= ms && ms < untilMs);
}

/** The zone of the first of the rule's windows that holds (`UTC+09:00` for an offset), else the offset of its `expiresAt`, else UTC. */
function expectedZone(document: PolicyDocument, decision: Decision, nowMs: number): string {
  const rule = document.rules?.find(({ id }) => id === decision.rules[0]);
  if (rule === undefined) return 'UTC';
  const blocks = rule.match === 'everyone' ? [] : [rule.match].flat();
  const window = blocks
    .flatMap((block) => block.windows ?? [])
    .find((one) => referenceWindowHolds(document, one, nowMs));
  if (window !== undefined && 'timezone' in window) return window.timezone;
  const time = window === undefined ? rule.expiresAt : (window.until ?? window.from);
  const offset = time === undefined ? 'Z' : (/(Z|[+-]\d\d:\d\d)$/.exec(time)?.[0] ?? 'Z');
  return offset === 'Z' || offset === '+00:00' ? 'UTC' : `UTC${offset}`;
}

/** Policies come as JSON; every document here survives the journey. */
function fromJson(document: PolicyDocument): PolicyDocument {
  return JSON.parse(JSON.stringify(document));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}

/** The same document with the optional keys there and undefined. */
function withUndefined(document: PolicyDocument): PolicyDocument {
  return {
    defaultMessage: undefined,
    tests: undefined,
    ...document,
    endpoints: Object.fromEntries(
      Object.entries(document.endpoints ?? {}).map(([id, settings]) => [
        id,
        { name: undefined, defaultEffect: undefined, defaultMessage: undefined, mode: undefined, ...settings },
      ]),
    ),
    rules: document.rules?.map((rule) => ({
      except: undefined,
      mode: undefined,
      enabled: undefined,
      notBefore: undefined,
      expiresAt: undefined,
      description: undefined,
      ...rule,
    })),
  };
}
