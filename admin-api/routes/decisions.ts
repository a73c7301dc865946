/** /v1/decisions: what was decided, and why. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { DecisionCursorError, endOf } from '../../shared/decision-log/index.ts';
import { parseInstantMs } from '../../shared/engine/index.ts';
import { StoreCorruptError } from '../../shared/store/index.ts';
import { requireAny } from '../access/permissions.ts';
import { decisionTrace } from '../decisions/decision-trace.ts';
import { requireDecisions } from '../decisions/require-decisions.ts';
import type { AdminEnv, Services } from '../environment.ts';
import { jsonAnswer } from '../http/json-answer.ts';
import { Problem } from '../http/problem.ts';
import { workingTimeMs } from '../http/working-time.ts';
import { isApplying } from '../policies/applying.ts';
import { decisionId, decisionQuery, decisionsQuery } from '../schemas/decision-requests.ts';
import { answer, problems } from './documentation.ts';

const TAGS = ['Decisions'];

const listDecisions = createRoute({
  method: 'get',
  path: '/v1/decisions',
  operationId: 'listDecisions',
  summary: 'List decisions, the newest first',
  description: 'Needs the permission `read`. Decisions are kept for as long as the deployment says.',
  tags: TAGS,
  request: { query: decisionsQuery },
  responses: {
    200: answer({ description: 'A page of decisions.', schema: 'DecisionsPage' }),
    ...problems({ large: true }),
  },
});

const getDecision = createRoute({
  method: 'get',
  path: '/v1/decisions/{connectionId}',
  operationId: 'getDecision',
  summary: 'Read why a connection was refused, admitted or ended',
  description:
    'Needs the permission `read`. The reasons are worked out again from the revision that decided, which stays whatever becomes of its rules.',
  tags: TAGS,
  request: { query: decisionQuery, params: decisionId },
  responses: {
    200: answer({ description: 'The decision and its reasons.', schema: 'DecisionAnswer' }),
    ...problems({ large: true }),
  },
});

export function decisionsRoutes(app: OpenAPIHono<AdminEnv>, services: Services): void {
  app.openapi(listDecisions, async (c) => {
    requireAny(c.get('permissions'), ['read'], 'read decisions');
    const { since, until, ...query } = c.req.valid('query');
    const page = await requireDecisions(services)
      .list({
        ...query,
        sinceMs: since === undefined ? undefined : parseInstantMs(since),
        untilMs: until === undefined ? undefined : parseInstantMs(until),
        signal: AbortSignal.timeout(workingTimeMs(c.env)),
      })
      .catch(tellCursor);
    return jsonAnswer({
      decisions: page.decisions,
      reached: new Date(page.reachedMs).toISOString(),
      ...(page.cursor !== undefined && { next: page.cursor }),
    });
  });

  app.openapi(getDecision, async (c) => {
    requireAny(c.get('permissions'), ['read'], 'read decisions');
    const { connectionId } = c.req.valid('param');
    const decisions = requireDecisions(services);
    const record = await decisions.get(connectionId).catch(tellUnreadable);
    if (record === undefined) {
      throw new Problem(
        'no-such-decision',
        `No decision on ${connectionId} is on record: it was never made, was not kept, or its time is over.`,
      );
    }
    const [trace, ended] = await Promise.all([
      decisionTrace(record, services.reader),
      endOf(decisions, record).catch(tellUnreadable),
    ]);
    const rules = c.req.valid('query').trace === 'applying' ? trace?.rules.filter(isApplying) : trace?.rules;
    return jsonAnswer({ decision: record, trace: trace && { ...trace, rules }, ...(ended && { ended }) });
  });
}

function tellCursor(error: unknown): never {
  if (error instanceof DecisionCursorError) throw new Problem('bad-cursor', error.message);
  throw error;
}

function tellUnreadable(error: unknown): never {
  if (!(error instanceof StoreCorruptError)) throw error;
  throw new Problem('store-corrupt', 'What is on record of this connection cannot be read; the log says more.', {
    cause: error,
  });
}
