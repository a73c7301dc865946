/** One event tried: handed to the handler, and answer and log line judged. */
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import { type EventSpec, expectedRequest, makeEvent } from './event-spec.ts';
import { decisionFaults, formatFaults, type Judged } from './judge-answer.ts';
import type { LogLines } from './log-lines.ts';

export type Handler = (event: unknown, context?: unknown) => Promise<unknown>;

export interface TrialParts {
  readonly handler: Handler;
  readonly lines: LogLines;
  /** False where pseudonyms stand in the log for names. */
  readonly logsNames: boolean;
}

/** The policy in force, as published, and as it is at the moment. */
export interface Scenery {
  readonly document: PolicyDocument;
  readonly resolved: PolicyDocument;
  readonly revision: number;
  readonly nowMs: number;
}

export interface Tried {
  readonly threw: readonly string[];
  readonly malformedAnswer: readonly string[];
  readonly disagreement: readonly string[];
  readonly badLines: readonly string[];
  readonly version: 'v1' | 'v2' | 'v3';
  readonly isMalformed: boolean;
  readonly wanted: Judged['wanted'] | undefined;
  /** True where the end of the refusal was looked up. */
  readonly saysUntil: boolean;
  readonly logLines: number;
  readonly recordsLate: number;
  /** How long the answer took; computing alone, the best of three, where that was long. */
  readonly ms: number;
}

/** An answer that takes so much computing, time and again, is a fault: Client VPN waits 30 s for it, a user not so long. */
const TOO_SLOW_MS = 1_000;
/** Beyond this it is measured again, twice. */
const SUSPICIOUS_MS = 100;

let invocations = 0;

/** As Lambda hands it over; now and then without one, as other callers do. */
function context(): unknown {
  invocations++;
  if (invocations % 16 === 0) return undefined;
  return {
    awsRequestId: `request-${invocations}`,
    functionName: 'AWSClientVPN-policy-soak',
    functionVersion: '1',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:AWSClientVPN-policy-soak:live',
    memoryLimitInMB: '512',
    getRemainingTimeInMillis: () => 30_000,
  };
}

export async function tryEvent(parts: TrialParts, scenery: Scenery, spec: EventSpec): Promise<Tried> {
  const expected = expectedRequest(spec);
  const first = await invoke(parts, spec);
  let { ms } = first;
  for (let again = 0; again < 2 && ms > SUSPICIOUS_MS; again++) ms = Math.min(ms, await computedMs(parts, spec));
  const { connection, version } = expected;
  const base = {
    version,
    isMalformed: Object.values(connection).some(
      (attribute) => typeof attribute === 'object' && 'malformed' in attribute,
    ),
    logLines: first.lines.length,
    recordsLate: first.lines.filter(({ message, cause }) => message === NOT_ON_RECORD && cause === 'timeout').length,
    badLines: [...first.bad, ...unexpectedLines(first.lines)],
    ms,
  };
  const nothing = { malformedAnswer: [], disagreement: [], wanted: undefined, saysUntil: false };
  if ('thrown' in first) return { ...base, ...nothing, threw: [`it threw ${textOf(first.thrown)}`] };
  const malformedAnswer = formatFaults(first.answer, version);
  if (ms > TOO_SLOW_MS) malformedAnswer.push(`it took ${ms.toFixed(0)} ms of computing, the best of three`);
  const [line, ...more] = first.lines.filter(({ message }) => message === 'decision' || message === WITHOUT_POLICY);
  if (line === undefined || more.length > 0) {
    return {
      ...base,
      ...nothing,
      threw: [],
      malformedAnswer,
      badLines: [...base.badLines, 'not one line of the decision'],
    };
  }
  if (line.revision !== scenery.revision) {
    const instead = `decided by revision ${String(line.revision)} (${String(line.cause)}), not by ${scenery.revision}`;
    return { ...base, ...nothing, threw: [], malformedAnswer, disagreement: [instead] };
  }
  const { document, resolved, nowMs } = scenery;
  const { faults, wanted, saysUntil } = decisionFaults(document, resolved, expected, nowMs, {
    answer: first.answer,
    line,
    logsNames: parts.logsNames,
  });
  const decidedAt = new Date(nowMs).toISOString();
  if (line.decidedAt !== decidedAt) faults.push(`decided at ${String(line.decidedAt)}, not at ${decidedAt}`);
  return { ...base, threw: [], malformedAnswer, disagreement: faults, wanted, saysUntil };
}

type Invoked = { readonly ms: number } & ReturnType<LogLines['take']> &
  ({ readonly answer: unknown } | { readonly thrown: unknown });

async function invoke({ handler, lines }: TrialParts, spec: EventSpec): Promise<Invoked> {
  const event = makeEvent(spec);
  const startedMs = performance.now();
  try {
    const answer = await handler(event, context());
    return { answer, ms: performance.now() - startedMs, ...lines.take() };
  } catch (thrown) {
    return { thrown, ms: performance.now() - startedMs, ...lines.take() };
  }
}

/** What the process computes for an answer: on a busy machine, and while a record is under way, that is not the time that goes by. */
async function computedMs(parts: TrialParts, spec: EventSpec): Promise<number> {
  const before = process.cpuUsage();
  await invoke(parts, spec);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const WITHOUT_POLICY = 'decision without a policy';
const NOT_ON_RECORD = 'decision could not be put on record';

/** Error lines: a record that is late may be, on a busy machine; no event may cause another. */
function unexpectedLines(lines: readonly Readonly<Record<string, unknown>>[]): string[] {
  return lines
    .filter(({ level, message, cause }) => level === 'ERROR' && !(message === NOT_ON_RECORD && cause === 'timeout'))
    .map((line) => `an error line: ${JSON.stringify(line).slice(0, 600)}`);
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}
