/** The enforcer: a request in, an answer or a problem out; a fault is a line in the log, a metric, and nobody ended. */
import type { Context } from 'aws-lambda';
import { EnforcerError, type EnforcerProblem, type EnforcerRequest, type Within } from '../shared/enforcement/index.ts';
import type { EnforcerParts, Time } from './asking/enforcer-parts.ts';
import { list } from './asking/list.ts';
import { pass } from './asking/pass.ts';
import { readEnforcerRequest } from './asking/read-request.ts';
import { terminate } from './asking/terminate.ts';

/** Answers a ConnectionList, a PassReport or an EnforcerProblem. Never rejects. */
export type EnforcerHandler = (event: unknown, context?: Context) => Promise<object>;

/** Of the time that there is: for the answer and what is being put on record then, and before that for what is under way. */
const ANSWER_RESERVE_MS = 3_000;
const END_RESERVE_MS = 5_000;

/** Where neither Lambda nor the caller says. */
const DEFAULT_MS = 60_000;

/** @param parts undefined where a table or the endpoints are not named */
export function createEnforcerHandler(
  parts: EnforcerParts | undefined,
  { logger, metrics, now }: Pick<EnforcerParts, 'logger' | 'metrics' | 'now'>,
): EnforcerHandler {
  return async (event, context) => {
    const startedMs = now();
    let request: (EnforcerRequest & Within) | undefined;
    try {
      request = readEnforcerRequest(event);
      if (parts === undefined) {
        throw new EnforcerError(
          'not-configured',
          'RULES_TABLE, DECISIONS_TABLE and ENFORCER_ENDPOINTS must be set: nobody is looked at.',
        );
      }
      const answer = await carryOut(parts, request, timeFor(request, context, now));
      logger.info('request', { ...told(request), ...summary(answer), durationMs: now() - startedMs });
      return answer;
    } catch (error) {
      const problem = problemOf(error);
      const line = {
        ...told(request),
        code: problem.code,
        reason: error instanceof Error ? error.message : String(error),
        ...(problem.code === 'internal' && error instanceof Error && { stack: error.stack }),
        durationMs: now() - startedMs,
      };
      if (!ANSWERS.has(problem.code)) metrics.count('PassesFailed');
      // What is asked wrongly is a fault, too, of who asks.
      if (problem.code === 'moved' || problem.code === 'too-many') logger.info('request refused', line);
      else logger.error('request failed', line);
      return { problem } satisfies EnforcerProblem;
    } finally {
      try {
        metrics.publish();
      } catch {}
    }
  };
}

function carryOut(parts: EnforcerParts, request: EnforcerRequest, time: Time): Promise<object> {
  switch (request.task) {
    case 'pass':
      return pass(parts, request, time);
    case 'list':
      return list(parts, request, time);
    case 'terminate':
      return terminate(parts, request, time);
  }
}

function timeFor({ withinMs }: Within, context: Context | undefined, now: () => number): Time {
  const givenMs = context === undefined ? DEFAULT_MS : context.getRemainingTimeInMillis();
  const leftMs = Math.max(0, Math.min(givenMs, withinMs ?? givenMs) - ANSWER_RESERVE_MS);
  const upMs = now() + Math.max(leftMs / 2, leftMs - END_RESERVE_MS);
  return { signal: AbortSignal.timeout(leftMs), isUp: () => now() >= upMs };
}

function problemOf(error: unknown): EnforcerProblem['problem'] {
  if (!(error instanceof EnforcerError))
    return { code: 'internal', message: 'A fault of the enforcer; its log says more.' };
  const { code, message, report } = error;
  // The codes of those who ask do not occur here.
  return { code: code as EnforcerProblem['problem']['code'], message, ...(report && { report }) };
}

/** Answers that an operator is to read; the enforcer itself is well. */
const ANSWERS: ReadonlySet<EnforcerProblem['problem']['code']> = new Set(['bad-request', 'moved', 'too-many']);

/** What of a request goes to the log: no reason, and nobody's name but the operator's. */
function told(request: EnforcerRequest | undefined): object {
  if (request === undefined) return {};
  const { author } = ('by' in request ? request.by : undefined) ?? {};
  return {
    task: request.task,
    ...('dryRun' in request && request.dryRun === true && { dryRun: true }),
    ...('confirm' in request && request.confirm !== undefined && { confirm: request.confirm }),
    ...(author && { author: `${author.type}:${author.id}`.slice(0, 512) }),
  };
}

function summary(answer: object): object {
  if ('endpoints' in answer && 'revision' in answer) return { revision: answer.revision, endpoints: answer.endpoints };
  return 'connections' in answer && Array.isArray(answer.connections) ? { connections: answer.connections.length } : {};
}
