/** Judges what clients and operators were answered while the policy changed and the store faltered. */
import { readRequest } from '../../../shared/client-vpn/index.ts';
import { referenceDecide } from '../../../shared/engine/reference/reference-evaluator.ts';
import { payloadFaults } from '../answer-faults.ts';
import type { Answered } from './clients.ts';
import type { DecisionLine } from './decision-lines.ts';
import type { Fault } from './faults.ts';
import type { PublishedRevision } from './history.ts';
import type { Write } from './operators.ts';

/** What the handler is bound to, in milliseconds: docs/operating.md. */
export interface Bounds {
  readonly ttlMs: number;
  readonly refreshMs: number;
  readonly recordMs: number;
  readonly maxStaleMs: number;
  /** A sandbox without a policy waits for one as long as the invocation lasts. */
  readonly invocationMs: number;
}

export interface Evidence {
  readonly lines: ReadonlyMap<string, DecisionLine>;
  readonly history: readonly PublishedRevision[];
  readonly faults: readonly Fault[];
  readonly bounds: Bounds;
  /** What serverless offline and the machine took at worst for an answer of a function that does nothing. */
  readonly overheadMs: number;
}

export interface Verdict {
  /** Of connections that got no answer, or that the function failed. */
  readonly unanswered: readonly string[];
  readonly malformed: readonly string[];
  readonly wrong: readonly string[];
  readonly late: readonly string[];
  /** Of sandboxes that had no policy yet. */
  readonly emptyHanded: number;
  /** Decisions by a policy that could not be confirmed. */
  readonly stale: number;
  /** Refusals for want of a policy, by handlers that began while the store could not be reached. */
  readonly withoutPolicy: number;
  /** For how long a policy decided that was superseded, at worst. */
  readonly longestSupersededMs: number;
}

/** Timers fire late, and two clocks of one machine are read one after the other. */
const CLOCK_MS = 25;

export function judgeAnswers(answers: readonly Answered[], evidence: Evidence): Verdict {
  const { bounds, overheadMs } = evidence;
  const [unanswered, malformed, wrong, late]: [string[], string[], string[], string[]] = [[], [], [], []];
  let [emptyHanded, stale, withoutPolicy, longestSupersededMs] = [0, 0, 0, 0];
  for (const answered of answers) {
    const { event, payload, error, tookMs } = answered;
    const id = event['connection-id'];
    const told = (what: string) => `${id}: ${what}: ${(payload ?? error ?? '').slice(0, 400)}`;
    if (payload === undefined || error !== undefined) {
      unanswered.push(told(`no answer, after ${tookMs.toFixed(0)} ms`));
      continue;
    }
    const line = evidence.lines.get(id ?? '');
    if (line?.hadNoPolicy) emptyHanded++;
    const atMostMs = line?.hadNoPolicy ? bounds.invocationMs : bounds.refreshMs + bounds.recordMs;
    if (tookMs > atMostMs + overheadMs) late.push(told(`after ${tookMs.toFixed(0)} ms`));
    const faults = payloadFaults(payload, readRequest(event).schemaVersion);
    malformed.push(...faults.map(told));
    if (faults.length > 0) continue;
    wrong.push(...[...decisionFaults(answered, payload, line, evidence)].map(told));
    if (line?.decided === undefined) withoutPolicy++;
    else if (line.decided.isStale) stale++;
    longestSupersededMs = Math.max(longestSupersededMs, supersededMs(line, evidence));
  }
  return { unanswered, malformed, wrong, late, emptyHanded, stale, withoutPolicy, longestSupersededMs };
}

function* decisionFaults(
  { event, sentMs, tookMs }: Answered,
  payload: string,
  line: DecisionLine | undefined,
  { history, faults, bounds, overheadMs }: Evidence,
): Generator<string> {
  if (line === undefined) return yield 'its decision is not in the log';
  const { decided, cause } = line;
  const answer: { readonly allow: boolean } & Readonly<Record<string, unknown>> = JSON.parse(payload);
  if (decided === undefined) {
    if (answer.allow) yield 'let in without a policy';
    if (cause !== 'unreachable') yield `no policy: ${cause}`;
    // A handler that has none waits a second before it asks again.
    const away = faults.some(({ fromMs, toMs }) => fromMs <= sentMs + tookMs && toMs + 1_000 + CLOCK_MS >= sentMs);
    if (!away) yield 'refused as if the store were away, and it was not';
    return;
  }

  const { revision: number, atMs, policyAgeMs, isStale } = decided;
  const at = history.findIndex((revision) => revision.number === number);
  const revision = history[at];
  if (revision === undefined) return yield `decided by revision ${number}, which there is not`;
  const { allow, message = '' } = referenceDecide(revision.document, readRequest(event), atMs);
  const said = Object.entries(answer).find(([key]) => key.startsWith('error-msg'))?.[1];
  if (answer.allow !== allow || said !== message)
    yield `revision ${number} decides ${allow ? 'allow' : 'deny'} ${JSON.stringify(message)}`;

  // When the store was asked for the policy that decided.
  const askedMs = atMs - policyAgeMs;
  if (revision.notBeforeMs > atMs + CLOCK_MS) yield `revision ${number} was not yet written`;
  const next = history[at + 1];
  if (next !== undefined && next.notAfterMs < askedMs - CLOCK_MS)
    yield `revision ${number} was superseded ${askedMs - next.notAfterMs} ms before the store was asked`;
  // A check that is under way may outlast the TTL; its end is noticed as late as anything is on this machine.
  const atMostMs = isStale ? bounds.maxStaleMs : bounds.ttlMs + bounds.refreshMs + overheadMs;
  if (policyAgeMs > atMostMs + CLOCK_MS)
    yield `by a policy that was confirmed ${policyAgeMs} ms ago${isStale ? ', stale' : ''}`;
  if (atMs < sentMs - CLOCK_MS || atMs > sentMs + tookMs + CLOCK_MS) yield 'decided for another moment';
}

function supersededMs(line: DecisionLine | undefined, { history }: Evidence): number {
  const { decided } = line ?? {};
  if (decided === undefined) return 0;
  const next = history.find(({ number }) => number === decided.revision + 1);
  return next === undefined ? 0 : Math.max(0, decided.atMs - next.notAfterMs);
}

/** What operators were told must be what the history says: no write is lost, none is made that was said not to be. */
export function judgeWrites(writes: readonly Write[], history: readonly PublishedRevision[]): readonly string[] {
  const faults: string[] = [];
  const byReason = new Map<string, PublishedRevision[]>();
  for (const revision of history) byReason.set(revision.reason, [...(byReason.get(revision.reason) ?? []), revision]);
  for (const { reason, what, status, code, revision } of writes) {
    const told = (fault: string) => faults.push(`${reason} (${what}, answered ${status} ${code ?? ''}): ${fault}`);
    const made = byReason.get(reason) ?? [];
    if (made.length > 1) told(`it was made ${made.length} times`);
    if (revision !== undefined) {
      if (made[0]?.number !== revision) told(`revision ${revision} is not this write's: it is lost`);
    } else if (made.length > 0 && code !== 'commit-outcome-unknown') {
      told(`revision ${made[0]?.number} was made all the same`);
    }
    if (!EXPECTED_STATUSES.has(status)) told('no operator should be answered that');
  }
  for (const [index, { number }] of history.entries())
    if (number !== index + 1) faults.push(`revision ${index + 1} is missing`);
  return faults;
}

/** Made; not there; it is there already, or a later change touches it; a test speaks against it; the store is away. */
const EXPECTED_STATUSES: ReadonlySet<number> = new Set([200, 201, 404, 409, 412, 422, 503]);
