/**
 * Judges the answers of a handler whose store failed by "The rules when DynamoDB fails" (docs/operating.md): each is the decision of a
 * revision that was in force when the handler last asked, no older than it may be, or the refusal that the rules name.
 */
import { answerFaults } from './answer-faults.ts';

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
  /** How long each decision took that a policy in hand made. */
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

export function judgeAnswers(run: HandlerRun, surroundings: Surroundings): AnswersJudged {
  const { settings, startedAt, disturbances } = run;
  const failures: string[] = [];
  const refusedWithoutPolicy = new Map<string, number>();
  let [decided, stale, admittedWithoutPolicy, malformed, wrong, tooOld] = [0, 0, 0, 0, 0, 0];
  let [slowestWithoutPolicyMs, slowestRecoveryMs] = [0, 0];
  const decidedMs: number[] = [];
  /** When the last check that succeeded was begun. */
  let checkedAt: number | undefined;

  const disturbed = (kinds: readonly Disturbance['kind'][], from: number, until: number) =>
    disturbances.some((one) => kinds.includes(one.kind) && one.from <= until && one.until >= from);
  const stoodStill = (from: number, until: number) =>
    surroundings.pauses.some((pause) => pause.from <= until && pause.until >= from);

  for (const answered of [...run.answers].sort((a, b) => a.begunAt - b.begunAt)) {
    const { event, begunAt, endedAt, ms, answer, line } = answered;
    const fail = (what: string) => failures.push(`${run.name}, ${event['connection-id']}: ${what}`);
    const faults = answerFaults(answer);
    if (faults.length > 0) {
      malformed++;
      fail(`malformed: ${faults.join(', ')}: ${JSON.stringify(answer)}`);
      continue;
    }
    const { allow, 'error-msg-on-denied-connection': message } = answer as {
      readonly allow: boolean;
      readonly 'error-msg-on-denied-connection': string;
    };
    if (line === undefined) {
      fail('it has no line in the log');
      continue;
    }
    if (line.allow !== allow || (line.refusalMessage ?? '') !== message)
      fail('the log says something else than the answer');

    const isLate = (mostMs: number) => ms > mostMs + SLACK_MS && !stoodStill(begunAt, endedAt);
    const leastRecoveryMs = () => {
      const last = disturbances.filter(({ from }) => from <= endedAt).map(({ until }) => Math.min(until, endedAt));
      return last.length === 0 ? 0 : endedAt - Math.max(...last);
    };

    if (line.cause === undefined) {
      decided++;
      const { revision = 0, policyAgeMs = 0 } = line;
      const decidedAt = Date.parse(line.decidedAt ?? '');
      const begun = decidedAt - policyAgeMs;
      const expected = surroundings.decide(revision, event, decidedAt);
      if (expected?.allow !== allow || expected.message !== message) {
        wrong++;
        fail(`revision ${revision} decides ${JSON.stringify(expected)}, the answer is ${JSON.stringify(answer)}`);
      }
      const endOfIt = surroundings.supersededAt(revision);
      const startOfIt = surroundings.revisions.get(revision)?.notBefore ?? Number.POSITIVE_INFINITY;
      if (endOfIt < begun - EPSILON_MS || startOfIt > endedAt) {
        tooOld++;
        fail(`revision ${revision} was not in force when the handler asked, ${policyAgeMs} ms before`);
      }
      if (line.policyStale) {
        stale++;
        slowestRecoveryMs = Math.max(slowestRecoveryMs, leastRecoveryMs());
        if (policyAgeMs >= settings.maxStaleMs + EPSILON_MS) {
          tooOld++;
          fail(`the policy was confirmed ${policyAgeMs} ms before, more than may be`);
        }
        const since = decidedAt - RETRY_MS - CHECK_MS - EPSILON_MS;
        if (!disturbed(['outage', 'refusal', 'damage'], since, endedAt) && !stoodStill(since, endedAt)) {
          fail('it was decided by a stale policy, and nothing had kept the handler from reading for 5 s');
        }
      } else if (policyAgeMs > settings.ttlMs + EPSILON_MS && begun < begunAt - EPSILON_MS) {
        tooOld++;
        fail(`the policy was confirmed ${policyAgeMs} ms before, more than the TTL, and is not called stale`);
      }
      const asked = begun >= begunAt - EPSILON_MS;
      if (
        asked &&
        disturbances.some((one) => one.kind === 'unreadable-head' && one.from < begun && one.until > endedAt)
      ) {
        wrong++;
        fail(`revision ${revision} was taken for the newest, and that one could not be read`);
      }
      // Without one that may serve, a connection waits for the store as long as it can.
      const hadPolicy = checkedAt !== undefined && begunAt - checkedAt < settings.maxStaleMs;
      checkedAt = begun;
      if (isLate(hadPolicy ? CHECK_MS + settings.recordMs : INVOCATION_MS - CHECK_MS)) {
        fail(`it took ${Math.round(ms)} ms with ${hadPolicy ? 'a' : 'no'} policy in hand`);
      }
      if (hadPolicy) decidedMs.push(ms);
      else slowestWithoutPolicyMs = Math.max(slowestWithoutPolicyMs, ms);
      continue;
    }

    const { cause, outcome } = line;
    slowestWithoutPolicyMs = Math.max(slowestWithoutPolicyMs, ms);
    if (isLate(INVOCATION_MS - CHECK_MS)) fail(`it took ${Math.round(ms)} ms`);
    if (allow !== (outcome === 'failed-open')) fail(`the outcome ${outcome} has allow ${allow}`);
    if (allow) admittedWithoutPolicy++;
    else refusedWithoutPolicy.set(cause, (refusedWithoutPolicy.get(cause) ?? 0) + 1);
    if (cause !== 'empty') slowestRecoveryMs = Math.max(slowestRecoveryMs, leastRecoveryMs());

    const sinceRetry = begunAt - RETRY_EMPTY_HANDED_MS - EPSILON_MS;
    const isOutage = cause === 'unreachable' || cause === 'outdated';
    if (isOutage) {
      if (!disturbed(['outage'], sinceRetry, endedAt) && !stoodStill(sinceRetry, endedAt)) {
        fail(`it says ${cause}, and there was no outage`);
      }
      if (allow !== (settings.onPolicyUnavailable === 'allow'))
        fail(`the outcome ${outcome} goes against ON_POLICY_UNAVAILABLE`);
      if (allow && disturbed(['damage-read'], checkedAt ?? startedAt, begunAt)) {
        wrong++;
        fail('it was admitted after the handler had read a damaged policy');
      }
    }
    switch (cause) {
      case 'unreachable':
        if (checkedAt !== undefined) fail('it says unreachable, and there had been a policy');
        break;
      case 'outdated':
        if ((line.policyAgeMs ?? 0) < settings.maxStaleMs - EPSILON_MS) fail('it says outdated too early');
        break;
      case 'corrupt':
      case 'store-refused':
        if (!disturbed(['refusal', 'damage'], checkedAt ?? startedAt, endedAt))
          fail(`it says ${cause}, and nothing was`);
        if (allow) {
          wrong++;
          fail(`it was admitted, and the cause was ${cause}`);
        }
        break;
      case 'empty':
        if ((surroundings.revisions.get(1)?.certainlyAt ?? Number.POSITIVE_INFINITY) < begunAt - EPSILON_MS) {
          fail('it says that nothing was published');
        }
        if (allow) fail('it was admitted without any policy');
        break;
      default:
        fail(`it says ${cause}`);
    }
  }
  return {
    decided,
    stale,
    refusedWithoutPolicy,
    admittedWithoutPolicy,
    malformed,
    wrong,
    tooOld,
    decidedMs,
    slowestWithoutPolicyMs,
    slowestRecoveryMs,
    failures,
  };
}
