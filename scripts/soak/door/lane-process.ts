/**
 * The process of a lane: loads the packaged handler under a clock that is set by hand, publishes policies through the store, and
 * tries events until it has had its share. What fails is made as small as it can be, event first, then policy.
 *
 *     node --import tsx lane-process.ts LANE_OPTIONS
 */
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import { DynamoDbPolicyStore, writePolicy } from '../../../shared/store/index.ts';
import { localDocumentClient } from '../../../shared/store/testing/dynalite.ts';
import { type DoorPolicy, doorPolicies } from './door-policies.ts';
import type { EventSpec } from './event-spec.ts';
import { hostileEvent, REAL_EVENTS } from './hostile-events.ts';
import type { LaneCounts, LaneMessage, LaneOptions } from './lane.ts';
import { captureLogLines } from './log-lines.ts';
import { doorMoment } from './moments.ts';
import { policyAt } from './policy-at.ts';
import { setClock } from './set-clock.ts';
import { showSpec } from './show-spec.ts';
import { smallestPolicy } from './smallest-policy.ts';
import { type Scenery, type Tried, tryEvent } from './trial.ts';

// INVARIANT: the parent wrote it.
const options = JSON.parse(process.argv[2] ?? '') as LaneOptions;
const realNow = Date.now;
const clock = setClock(Date.parse('2026-11-24T01:00:00Z'));
const lines = captureLogLines();
const { handler } = await import(pathToFileURL(options.bundle).href);
const parts = { handler, lines, logsNames: process.env.PSEUDONYMIZE !== 'true' };

const endpoint = process.env.AWS_ENDPOINT_URL_DYNAMODB ?? '';
const store = new DynamoDbPolicyStore({ client: localDocumentClient(endpoint), tableName: options.rulesTable });

const counts: Record<keyof LaneCounts, number> = {
  events: 0,
  policies: 0,
  moments: 0,
  admitted: 0,
  refused: 0,
  observed: 0,
  byRule: 0,
  reported: 0,
  v1: 0,
  v2: 0,
  v3: 0,
  malformed: 0,
  exotic: 0,
  untils: 0,
  logLines: 0,
  recordsLate: 0,
  throws: 0,
  malformedAnswers: 0,
  disagreements: 0,
  badLogLines: 0,
};
const failures: string[] = [];
let slowestMs = 0;
process.once('disconnect', () => process.exit(1));
process.on('unhandledRejection', (reason) => failures.push(`a rejection that nobody awaited: ${String(reason)}`));

const policies = await doorPolicies(options.policies, options.seed);
for (const [index, policy] of policies.entries()) {
  if (failures.length >= options.mostFailures) break;
  await tryPolicy(policy, options.seed + index);
  await send({ type: 'progress', events: counts.events });
}
await send({ type: 'done', report: { counts, slowestMs, failures } });
process.exit(0);

async function tryPolicy({ name, scene, document }: DoorPolicy, seed: number): Promise<void> {
  const revision = await publish(document);
  counts.policies++;
  const events = hostileEvent(document);
  const moments = fc.sample(doorMoment(scene, document), { numRuns: options.momentsPerPolicy, seed });
  for (const [index, nowMs] of moments.entries()) {
    const scenery = await standAt(document, revision, nowMs);
    counts.moments++;
    const property = fc.asyncProperty(events, async (spec) => {
      const tried = await tryEvent(parts, scenery, spec);
      count(spec, tried);
      const faults = faultsOf(tried);
      if (faults.length > 0) throw new Error(faults.join('\n'));
    });
    const checked = await fc.check(property, { numRuns: options.eventsPerMoment, seed: seed * 1_000 + index });
    if (!checked.failed) continue;
    const spec = checked.counterexample?.[0];
    if (spec === undefined) throw checked.errorInstance;
    tally(faultsBy(await tryEvent(parts, scenery, spec)));
    failures.push(await tell(name, document, spec, nowMs, String(checked.errorInstance)));
    return;
  }
}

/** Writes the policy through the gate that every write goes through; its number. */
async function publish(document: PolicyDocument): Promise<number> {
  const written = await writePolicy(store, {
    change: () => document,
    author: { type: 'local', id: 'soak' },
    reason: 'soak',
    confirm: ['lockout', 'tests'],
    now: realNow,
  });
  if (written.revision === undefined) throw new Error('nothing was published');
  return written.revision.number;
}

/** Sets the clock, and sees to it that the handler has that revision in hand, just confirmed. */
async function standAt(document: PolicyDocument, revision: number, nowMs: number): Promise<Scenery> {
  for (let tries = 0; tries < 200; tries++) {
    // On a busy machine the store may take longer than the handler waits: then again. A clock that steps back makes it ask.
    clock.nowMs = tries === 0 ? nowMs : nowMs - 1;
    if (tries > 0) await probe();
    clock.nowMs = nowMs;
    const line = await probe();
    if (line?.revision === revision && line.policyStale === false) {
      return { document, resolved: policyAt(document, nowMs), revision, nowMs };
    }
  }
  throw new Error(`revision ${revision} did not reach the handler`);
}

async function probe(): Promise<Readonly<Record<string, unknown>> | undefined> {
  await handler({ ...REAL_EVENTS[0] }, { getRemainingTimeInMillis: () => 30_000 });
  return lines.take().lines.find(({ message }) => String(message).startsWith('decision'));
}

function count(spec: EventSpec, tried: Tried): void {
  const { wanted, version, ms } = tried;
  counts.events++;
  counts[version]++;
  counts.logLines += tried.logLines;
  counts.recordsLate += tried.recordsLate;
  if (tried.isMalformed) counts.malformed++;
  if (spec.made !== 'json') counts.exotic++;
  if (tried.saysUntil) counts.untils++;
  if (wanted !== undefined) {
    counts[!wanted.allow ? 'refused' : wanted.observed ? 'observed' : 'admitted']++;
    if (wanted.decidedBy === 'rule') counts.byRule++;
    if (wanted.reported.length > 0) counts.reported++;
  }
  slowestMs = Math.max(slowestMs, ms);
}

type FaultKind = 'throws' | 'malformedAnswers' | 'disagreements' | 'badLogLines';

function faultsBy(tried: Tried): Readonly<Record<FaultKind, readonly string[]>> {
  const { threw, malformedAnswer, disagreement, badLines } = tried;
  return { throws: threw, malformedAnswers: malformedAnswer, disagreements: disagreement, badLogLines: badLines };
}

function faultsOf(tried: Tried): string[] {
  return Object.values(faultsBy(tried)).flat();
}

function tally(by: Readonly<Record<FaultKind, readonly string[]>>): void {
  for (const kind of ['throws', 'malformedAnswers', 'disagreements', 'badLogLines'] as const) {
    if (by[kind].length > 0) counts[kind]++;
  }
}

/** The smallest event and the smallest policy that fail, to be read by whoever looks into it. */
async function tell(
  name: string,
  document: PolicyDocument,
  spec: EventSpec,
  nowMs: number,
  error: string,
): Promise<string> {
  const stillFails = async (smaller: PolicyDocument): Promise<boolean> => {
    try {
      const revision = await publish(smaller);
      return faultsOf(await tryEvent(parts, await standAt(smaller, revision, nowMs), spec)).length > 0;
    } catch {
      // Not a policy any more.
      return false;
    }
  };
  const smallest = await smallestPolicy(document, stillFails);
  const revision = await publish(smallest);
  const faults = faultsOf(await tryEvent(parts, await standAt(smallest, revision, nowMs), spec));
  return [
    `${options.name}, ${name}, at ${new Date(nowMs).toISOString()}:`,
    ...(faults.length > 0 ? faults : [error]),
    `event: ${showSpec(spec)}`,
    `policy: ${JSON.stringify(smallest)}`,
  ].join('\n    ');
}

/** Resolves when it is on its way. */
function send(message: LaneMessage): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}
