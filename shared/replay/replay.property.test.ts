/**
 * Replay against the reference evaluator: on generated policies, drafts and recorded decisions it finds the differences that the
 * reference finds, and no other. `REPLAY_DECISIONS` (5,000 else) says how many decisions.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DecisionRecord, RecordedEvent, RecordedMalformed } from '../decision-log/index.ts';
import {
  type Connection,
  compile,
  type Decision,
  foldWide,
  isMalformed,
  type PolicyDocument,
} from '../engine/index.ts';
import { connection, moment, policyDocument, scene } from '../engine/reference/arbitraries.ts';
import { referenceDecide } from '../engine/reference/reference-evaluator.ts';
import {
  createReplayer,
  createReplaySums,
  type DifferenceGroup,
  type Differences,
  pastOfRecord,
  type ReplayReport,
} from './index.ts';

const DECISIONS = Number(process.env.REPLAY_DECISIONS ?? 5_000);
const SEED = Number(process.env.PROPERTY_SEED ?? 20261124);
const CASES = 50;
/** Of the decisions of one case; replayed in parts of this many and added up. */
const PARTS = 4;

interface ReplayCase {
  readonly before: PolicyDocument;
  readonly draft: PolicyDocument;
  readonly asked: readonly { readonly connection: Connection; readonly atMs: number }[];
}

/** Half of the drafts change the policy here and there, the others are policies of their own. */
function replayCase(decisions: number): fc.Arbitrary<ReplayCase> {
  const generated = scene().chain((place) => {
    const draft = fc.oneof(
      policyDocument(place).map((other) => () => other),
      fc.tuple(fc.nat(8), fc.nat(2)).map(
        ([at, how]) =>
          (before: PolicyDocument) =>
            edited(before, at, how),
      ),
    );
    const asked = fc.record({ connection: connection(), atMs: moment(place) });
    return fc.tuple(policyDocument(place), draft, fc.array(asked, { minLength: decisions, maxLength: decisions }));
  });
  return generated.map(([before, draft, asked]) => ({ before, draft: draft(before), asked }));
}

function edited(document: PolicyDocument, at: number, how: number): PolicyDocument {
  const { rules = [] } = document;
  const place = at % Math.max(rules.length, 1);
  if (how === 0) return { ...document, defaultEffect: document.defaultEffect === 'allow' ? 'deny' : 'allow' };
  if (how === 1)
    return {
      ...document,
      rules: rules.map((rule, index) => (index === place ? { ...rule, enabled: true, mode: 'enforce' } : rule)),
    };
  return { ...document, rules: rules.map((rule, index) => (index === place ? { ...rule, mode: 'report' } : rule)) };
}

/** As the handler records it. */
function recorded({ connection: asked, atMs }: ReplayCase['asked'][number], index: number): DecisionRecord {
  const text = <T>(value: T): T | RecordedMalformed =>
    isMalformed(value) ? { malformed: String(value.malformed) } : value;
  const attributes = {
    'connection-id': text(asked.connectionId),
    'endpoint-id': text(asked.endpointId),
    username: text(asked.username),
    'common-name': text(asked.commonName),
    'public-ip': text(asked.publicIp),
    platform: text(asked.platform),
    'platform-version': text(asked.platformVersion),
    'client-openvpn-version': text(asked.openvpnVersion),
    'aws-client-version': text(asked.awsClientVersion),
    groups: text(asked.groups),
    'schema-version': 'v3',
  };
  const event = Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
  return {
    id: `cvpn-connection-${index}`,
    decidedAt: new Date(atMs).toISOString(),
    event: event as RecordedEvent, // the attributes above, but for those that are absent
    names: 'clear',
    outcome: index % 3 === 0 ? 'refused' : 'admitted',
    allow: index % 3 !== 0,
    rules: [],
    reported: [],
    postureStatuses: [],
  };
}

// What is expected, from the reference evaluator alone

function expectedReport({ before, draft, asked }: ReplayCase) {
  const changed = new Expected();
  const reportRules = new Map(
    (draft.rules ?? [])
      .filter((rule) => rule.mode === 'report' && rule.enabled !== false)
      .map(({ id, effect }) => [id, { effect, applied: 0, changed: new Expected() }]),
  );
  const endpoints = new Map(
    Object.entries(draft.endpoints ?? {})
      .filter(([, { mode }]) => mode === 'observe')
      .map(([id]) => [id, new Expected()]),
  );
  let [toldOtherwise, refusedThen, admittedThen] = [0, 0, 0];
  for (const [index, one] of asked.entries()) {
    const was = referenceDecide(before, one.connection, one.atMs);
    const is = referenceDecide(draft, one.connection, one.atMs);
    changed.note(one, [was.allow, reason(was)], [is.allow, reason(is)]);
    if (was.allow === is.allow && told(was) !== told(is)) toldOtherwise += 1;
    const answered = index % 3 !== 0;
    if (was.allow === is.allow && is.allow !== answered) answered ? admittedThen++ : refusedThen++;
    for (const rule of is.reported) {
      const enforced = {
        ...draft,
        rules: (draft.rules ?? []).map((each) => (each.id === rule ? { ...each, mode: 'enforce' as const } : each)),
      };
      const would = referenceDecide(enforced, one.connection, one.atMs);
      const summary = reportRules.get(rule);
      if (summary === undefined) throw new Error(`${rule} is no rule in report mode`);
      summary.applied += 1;
      const by = [would.decidedBy, ...would.rules];
      summary.changed.note(one, [is.allow, reason(is)], [would.allow, by]);
    }
    if (is.observed) {
      endpoints
        .get(String(one.connection.endpointId))
        ?.note(one, [true, ['observe-mode']], [false, [is.decidedBy, ...is.rules]]);
    }
  }
  return {
    users: new Set(asked.flatMap(({ connection: { username, commonName } }) => nameOf(username, commonName) ?? []))
      .size,
    changed: changed.told(),
    toldOtherwise,
    answeredOtherwise: { refusedThen, admittedThen },
    reportRules: [...reportRules].map(([rule, summary]) => ({ ...summary, rule, changed: summary.changed.told() })),
    observedEndpoints: [...endpoints].map(([endpoint, differences]) => ({ endpoint, changed: differences.told() })),
  };
}

class Expected {
  readonly #groups = new Map<string, number[]>();
  readonly #counts = { 'newly-refused': 0, 'newly-admitted': 0 };
  readonly #users = { 'newly-refused': new Set<string>(), 'newly-admitted': new Set<string>() };

  note(
    { connection: { username, commonName }, atMs }: ReplayCase['asked'][number],
    [allowed, before]: readonly [boolean, readonly string[]],
    [allows, after]: readonly [boolean, readonly string[]],
  ): void {
    if (allowed === allows) return;
    const change = allows ? 'newly-admitted' : 'newly-refused';
    const user = nameOf(username, commonName);
    this.#counts[change] += 1;
    if (user !== undefined) this.#users[change].add(user);
    const key = JSON.stringify([change, user ?? null, before, after]);
    this.#groups.set(key, [...(this.#groups.get(key) ?? []), atMs]);
  }

  told() {
    const time = (ms: number) => new Date(ms).toISOString();
    return {
      newlyRefused: [this.#counts['newly-refused'], this.#users['newly-refused'].size],
      newlyAdmitted: [this.#counts['newly-admitted'], this.#users['newly-admitted'].size],
      groups: [...this.#groups]
        .map(([key, times]) => [key, times.length, time(Math.min(...times)), time(Math.max(...times))])
        .sort(),
    };
  }
}

function nameOf(username: Connection['username'], commonName: Connection['commonName']): string | undefined {
  const name = [username, commonName].find((each) => typeof each === 'string');
  return typeof name === 'string' ? foldWide(name) : undefined;
}

function reason({ observed, decidedBy, rules }: Decision): readonly string[] {
  return observed ? ['observe-mode'] : [decidedBy, ...rules];
}

function told({ allow, message, postureStatuses }: Decision): string {
  return JSON.stringify([allow || message, postureStatuses]);
}

// What replay says, in the same form

function shown({ users, changed, toldOtherwise, answeredOtherwise, reportRules, observedEndpoints }: ReplayReport) {
  return {
    users: users.count,
    changed: differences(changed),
    toldOtherwise,
    answeredOtherwise,
    reportRules: reportRules.map((summary) => ({ ...summary, changed: differences(summary.changed) })),
    observedEndpoints: observedEndpoints.map(({ endpoint, changed: would }) => ({
      endpoint,
      changed: differences(would),
    })),
  };
}

function differences({ newlyRefused, newlyAdmitted, groups, more }: Differences) {
  expect(more).toBeUndefined();
  const key = ({ change, user, before, after }: DifferenceGroup) =>
    JSON.stringify([
      change,
      user === undefined ? null : foldWide(user),
      [before.decidedBy, ...before.rules],
      [after.decidedBy, ...after.rules],
    ]);
  return {
    newlyRefused: [newlyRefused.connections, newlyRefused.users.count],
    newlyAdmitted: [newlyAdmitted.connections, newlyAdmitted.users.count],
    groups: groups.map((group) => [key(group), group.connections, group.firstAt, group.lastAt]).sort(),
  };
}

describe('replay', () => {
  it('finds exactly what the reference evaluator finds, at once and in parts that are added up', () => {
    const found = { differences: 0, reported: 0, observed: 0 };
    const perCase = Math.ceil(DECISIONS / CASES);
    fc.assert(
      fc.property(replayCase(perCase), (replay) => {
        const { before, draft, asked } = replay;
        const policies = {
          before: { document: before, compiled: compile(before) },
          after: { document: draft, compiled: compile(draft) },
        };
        const whole = createReplayer(policies, { listed: 1_000_000, groups: 1_000_000 });
        const parts = Array.from({ length: PARTS }, () => createReplayer(policies, { listed: 1_000_000 }));
        for (const [index, one] of asked.entries()) {
          const past = pastOfRecord(recorded(one, index));
          if (past === undefined) throw new Error('the record is of no connect event');
          whole.add(past);
          parts[index % PARTS]?.add(past);
        }
        const expected = expectedReport(replay);
        expect(shown(whole.report())).toEqual(expected);

        const sums = createReplaySums(undefined, { listed: 1_000_000 });
        for (const part of parts) sums.addPart(JSON.parse(JSON.stringify(part.part())));
        expect(shown(sums.report())).toEqual(expected);

        found.differences += expected.changed.newlyRefused[0] ?? 0;
        found.differences += expected.changed.newlyAdmitted[0] ?? 0;
        found.reported += expected.reportRules.filter(({ changed }) => changed.groups.length > 0).length;
        found.observed += expected.observedEndpoints.filter(({ changed }) => changed.groups.length > 0).length;
      }),
      { numRuns: CASES, seed: SEED, endOnFailure: true },
    );
    expect(found.differences).toBeGreaterThan(DECISIONS / 20);
    expect(Math.min(found.reported, found.observed)).toBeGreaterThanOrEqual(5);
  }, 3_600_000);
});
