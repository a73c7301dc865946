/**
 * Judges the answers of a handler whose store failed by "The rules when DynamoDB fails" (docs/operating.md): each is the decision of a
 * revision that was in force when the handler last asked, no older than it may be, or the refusal that the rules name.
 */
import { answerFaults } from '../answer-faults.ts';

/** As the handler's environment variables. */
export interface HandlerSettings {
  readonly ttlMs: number;
  readonly maxStaleMs: number;
  readonly onPolicyUnavailable: 'allow' | 'deny';
  /** What a record may add to an answer; 0 where none is made. */
  readonly recordMs: number;
}

/** What the handler said of a decision in its log. */
export interface DecisionLine {
  readonly outcome: string;
  readonly allow?: boolean;
  readonly refusalMessage?: string;
  readonly cause?: string;
  readonly revision?: number;
  readonly policyAgeMs?: number;
  readonly policyStale?: boolean;
  /** ISO 8601. */
  readonly decidedAt?: string;
}

/** An invocation; times in milliseconds since 1970. */
export interface Answered {
  readonly event: Readonly<Record<string, unknown>>;
  readonly begunAt: number;
  readonly endedAt: number;
  /** As the handler's process measured it. */
  readonly ms: number;
  readonly answer: unknown;
  readonly line: DecisionLine | undefined;
}

/**
 * Something that kept the handler from reading. `outage`: no answer, or none in time. `refusal`: the store said no, or something
 * that is no answer. `damage`: of the table, whether the handler reads it or not. `damage-read`: the handler did.
 * `unreadable-head`: while the newest revision certainly was damaged, so that no check could succeed.
 */
export interface Disturbance {
  readonly kind: 'outage' | 'refusal' | 'damage' | 'damage-read' | 'unreadable-head';
  readonly from: number;
  readonly until: number;
}

/** When a revision came: not before, and certainly at. */
export interface RevisionTimes {
  readonly notBefore: number;
  readonly certainlyAt: number;
}

export interface HandlerRun {
  readonly name: string;
  readonly settings: HandlerSettings;
  readonly startedAt: number;
  readonly answers: readonly Answered[];
  readonly disturbances: readonly Disturbance[];
}

export interface Surroundings {
  readonly revisions: ReadonlyMap<number, RevisionTimes>;
  /** When it was certain that a revision was not in force any more; Infinity while it is. */
  supersededAt(revision: number): number;
  /** What a revision decides; undefined where there is none of that number. */
  decide(
    revision: number,
    event: Readonly<Record<string, unknown>>,
    atMs: number,
  ): { readonly allow: boolean; readonly message: string } | undefined;
  /** Where the machine itself stood still: nothing is late then. */
  readonly pauses: readonly { readonly from: number; readonly until: number }[];
}

export interface AnswersJudged {
  /** How long each decision took that a policy in hand made, but for where the machine stood still. */
  readonly decidedMs: readonly number[];
  readonly decided: number;
  readonly stale: number;
  readonly refusedWithoutPolicy: ReadonlyMap<string, number>;
  readonly admittedWithoutPolicy: number;
  readonly malformed: number;
  readonly wrong: number;
  readonly tooOld: number;
  /** The slowest answer without a policy in hand. */
  readonly slowestWithoutPolicyMs: number;
  /** From the end of the last disturbance to the end of the last answer that still bore its mark. */
  readonly slowestRecoveryMs: number;
  readonly failures: readonly string[];
}

/** docs/operating.md and shared/store/policy-cache.ts. */
const CHECK_MS = 500;
const RETRY_MS = 5_000;
const RETRY_EMPTY_HANDED_MS = 1_000;
/** What an invocation has (infra/connect-function.yml). */
const INVOCATION_MS = 10_000;
/** Rounding of clocks. */
const EPSILON_MS = 5;
/** What a busy machine takes for a decision beyond what the handler waits for. */
const SLACK_MS = 1_000;
/** What was asked while the machine stood still may fail for so long afterwards. */
const AFTER_PAUSE_MS = 2_000;

export function judgeAnswers(run: HandlerRun, surroundings: Surroundings): AnswersJudged {
  const tally: Tally = {
    decided: 0,
    decidedMs: [],
    stale: 0,
    refusedWithoutPolicy: new Map(),
    admittedWithoutPolicy: 0,
    malformed: 0,
    wrong: 0,
    tooOld: 0,
    slowestWithoutPolicyMs: 0,
    slowestRecoveryMs: 0,
    failures: [],
  };
  /** When the last check that succeeded was begun. */
  let checkedAt: number | undefined;
  for (const answered of [...run.answers].sort((a, b) => a.begunAt - b.begunAt)) {
    const fail = (what: string, counted?: 'wrong' | 'tooOld' | 'malformed') => {
      tally.failures.push(`${run.name}, ${answered.event['connection-id']}: ${what}`);
      if (counted) tally[counted]++;
    };
    const faults = answerFaults(answered.answer, 'v3');
    if (faults.length > 0) {
      fail(`malformed: ${faults.join(', ')}: ${JSON.stringify(answered.answer)}`, 'malformed');
      continue;
    }
    // INVARIANT: no faults were found.
    const answer = answered.answer as Answer;
    const { line } = answered;
    if (line === undefined) {
      fail('it has no line in the log');
      continue;
    }
    if (line.allow !== answer.allow || (line.refusalMessage ?? '') !== answer['error-msg-on-denied-connection']) {
      fail('the log says something else than the answer');
    }
    const known = { run, surroundings, answered, answer, line, checkedAt, tally, fail };
    if (line.cause === undefined) checkedAt = judgeDecision(known);
    else judgeWithoutPolicy(known, line.cause);
  }
  return tally;
}

interface Answer {
  readonly allow: boolean;
  readonly 'error-msg-on-denied-connection': string;
}

type Tally = { -readonly [Key in keyof AnswersJudged]: AnswersJudged[Key] } & {
  readonly decidedMs: number[];
  readonly refusedWithoutPolicy: Map<string, number>;
  readonly failures: string[];
};

/** An answer and all that is known when it is judged. */
interface Known {
  readonly run: HandlerRun;
  readonly surroundings: Surroundings;
  readonly answered: Answered;
  readonly answer: Answer;
  readonly line: DecisionLine;
  readonly checkedAt: number | undefined;
  readonly tally: Tally;
  readonly fail: (what: string, counted?: 'wrong' | 'tooOld') => void;
}

/** @returns when the check was begun that had confirmed the policy */
function judgeDecision(known: Known): number {
  const { run, surroundings, answered, answer, line, checkedAt, tally, fail } = known;
  const { settings } = run;
  const { event, begunAt, endedAt, ms } = answered;
  const { revision = 0, policyAgeMs = 0 } = line;
  const decidedAt = Date.parse(line.decidedAt ?? '');
  const begun = decidedAt - policyAgeMs;
  tally.decided++;

  const expected = surroundings.decide(revision, event, decidedAt);
  if (expected?.allow !== answer.allow || expected.message !== answer['error-msg-on-denied-connection']) {
    fail(`revision ${revision} decides ${JSON.stringify(expected)}, the answer is ${JSON.stringify(answer)}`, 'wrong');
  }
  const startOfIt = surroundings.revisions.get(revision)?.notBefore ?? Number.POSITIVE_INFINITY;
  if (surroundings.supersededAt(revision) < begun - EPSILON_MS || startOfIt > endedAt) {
    fail(`revision ${revision} was not in force when the handler asked, ${policyAgeMs} ms before`, 'tooOld');
  }
  const askedForThis = begun >= begunAt - EPSILON_MS;
  if (line.policyStale) {
    tally.stale++;
    noteRecovery(known);
    if (policyAgeMs >= settings.maxStaleMs + EPSILON_MS) {
      fail(`the policy was confirmed ${policyAgeMs} ms before, more than may be`, 'tooOld');
    }
    const since = decidedAt - RETRY_MS - CHECK_MS - EPSILON_MS;
    if (!wasDisturbed(known, ['outage', 'refusal', 'damage'], since) && !stoodStill(known, since)) {
      fail('it was decided by a stale policy, and nothing had kept the handler from reading for 5 s');
    }
  } else if (policyAgeMs > settings.ttlMs + EPSILON_MS && !askedForThis) {
    fail(`the policy was confirmed ${policyAgeMs} ms before, more than the TTL, and is not called stale`, 'tooOld');
  }
  const isUnreadable = ({ kind, from, until }: Disturbance) =>
    kind === 'unreadable-head' && from < begun && until > endedAt;
  if (askedForThis && run.disturbances.some(isUnreadable)) {
    fail(`revision ${revision} was taken for the newest, and that one could not be read`, 'wrong');
  }

  // Without one that may serve, a connection waits for the store as long as it can.
  const hadPolicy = checkedAt !== undefined && begunAt - checkedAt < settings.maxStaleMs;
  if (isLate(known, hadPolicy ? CHECK_MS + settings.recordMs : INVOCATION_MS - CHECK_MS)) {
    fail(`it took ${Math.round(ms)} ms with ${hadPolicy ? 'a' : 'no'} policy in hand`);
  }
  if (stoodStill(known, begunAt)) return begun;
  if (hadPolicy) tally.decidedMs.push(ms);
  else tally.slowestWithoutPolicyMs = Math.max(tally.slowestWithoutPolicyMs, ms);
  return begun;
}

function judgeWithoutPolicy(known: Known, cause: string): void {
  const { run, surroundings, answered, answer, line, checkedAt, tally, fail } = known;
  const { allow } = answer;
  const { begunAt, ms } = answered;
  if (!stoodStill(known, begunAt)) tally.slowestWithoutPolicyMs = Math.max(tally.slowestWithoutPolicyMs, ms);
  if (isLate(known, INVOCATION_MS - CHECK_MS)) fail(`it took ${Math.round(ms)} ms`);
  if (allow !== (line.outcome === 'failed-open')) fail(`the outcome ${line.outcome} has allow ${allow}`);
  if (allow) tally.admittedWithoutPolicy++;
  else tally.refusedWithoutPolicy.set(cause, (tally.refusedWithoutPolicy.get(cause) ?? 0) + 1);
  if (cause !== 'empty') noteRecovery(known);

  switch (cause) {
    case 'unreachable':
    case 'outdated': {
      const since = begunAt - RETRY_EMPTY_HANDED_MS - EPSILON_MS;
      if (!wasDisturbed(known, ['outage'], since) && !stoodStill(known, since)) {
        fail(`it says ${cause}, and there was no outage`);
      }
      if (allow !== (run.settings.onPolicyUnavailable === 'allow')) {
        fail(`the outcome ${line.outcome} goes against ON_POLICY_UNAVAILABLE`);
      }
      if (allow && wasDisturbed(known, ['damage-read'], checkedAt ?? run.startedAt, begunAt)) {
        fail('it was admitted after the handler had read a damaged policy', 'wrong');
      }
      if (cause === 'unreachable' && checkedAt !== undefined) fail('it says unreachable, and there had been a policy');
      if (cause === 'outdated' && (line.policyAgeMs ?? 0) < run.settings.maxStaleMs - EPSILON_MS) {
        fail('it says outdated too early');
      }
      break;
    }
    case 'corrupt':
    case 'store-refused':
      if (!wasDisturbed(known, ['refusal', 'damage'], checkedAt ?? run.startedAt)) {
        fail(`it says ${cause}, and nothing was`);
      }
      if (allow) fail(`it was admitted, and the cause was ${cause}`, 'wrong');
      break;
    case 'empty':
      if ((surroundings.revisions.get(1)?.certainlyAt ?? Number.POSITIVE_INFINITY) < begunAt - EPSILON_MS) {
        fail('it says that nothing was published');
      }
      if (allow) fail('it was admitted without any policy', 'wrong');
      break;
    default:
      fail(`it says ${cause}`);
  }
}

function wasDisturbed(
  { run, answered }: Known,
  kinds: readonly Disturbance['kind'][],
  since: number,
  until = answered.endedAt,
): boolean {
  return run.disturbances.some((one) => kinds.includes(one.kind) && one.from <= until && one.until >= since);
}

function stoodStill({ surroundings, answered }: Known, since: number): boolean {
  return surroundings.pauses.some((pause) => pause.from <= answered.endedAt && pause.until + AFTER_PAUSE_MS >= since);
}

function isLate(known: Known, mostMs: number): boolean {
  return known.answered.ms > mostMs + SLACK_MS && !stoodStill(known, known.answered.begunAt);
}

/** From the end of the last disturbance until an answer that still bears its mark. */
function noteRecovery({ run, answered, tally }: Known): void {
  const { endedAt } = answered;
  const last = run.disturbances
    .filter(({ from }) => from <= endedAt)
    .reduce((latest, { until }) => Math.max(latest, Math.min(until, endedAt)), Number.NEGATIVE_INFINITY);
  if (Number.isFinite(last)) tally.slowestRecoveryMs = Math.max(tally.slowestRecoveryMs, endedAt - last);
}
