/** /v1/replay: whom a draft would have refused or let in. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { DecisionCursorError } from '../../shared/decision-log/index.ts';
import { parseInstantMs } from '../../shared/engine/index.ts';
import type { ReplayedPolicy } from '../../shared/replay/index.ts';
import type { LoadedPolicy } from '../../shared/store/index.ts';
import { requireAny } from '../access/permissions.ts';
import { type ReplayRest, readReplayCursor, writeReplayCursor } from '../decisions/replay-cursor.ts';
import { replayPart } from '../decisions/replay-part.ts';
import { requireDecisions } from '../decisions/require-decisions.ts';
import type { AdminEnv, Services } from '../environment.ts';
import { readJsonBody } from '../http/body.ts';
import { jsonAnswer } from '../http/json-answer.ts';
import { Problem } from '../http/problem.ts';
import { workingTimeMs } from '../http/working-time.ts';
import { askedPolicy } from '../policies/asked-policy.ts';
import { readEnvelope } from '../policies/envelope.ts';
import { asForeign } from '../policies/page-start.ts';
import { noPolicy } from '../policies/policy-reader.ts';
import { type ReplayEnvelope, replayEnvelope } from '../schemas/decision-requests.ts';
import { noQuery } from '../schemas/requests.ts';
import { answer, body, problems } from './documentation.ts';

const DEFAULT_LIMIT = 5_000;
/** Then the part is answered, and the next one may be asked for. */
const MAX_WORKING_MS = 10_000;

const DAY_MS = 86_400_000;

const replay = createRoute({
  method: 'post',
  path: '/v1/replay',
  operationId: 'replay',
  summary: 'Ask whom a draft would have refused or let in',
  description:
    'Needs the permission `read`. Decides the recorded connections again, each at its own moment, by the policy in force and by the draft (a policy, a revision, or changes), and tells what differs; without a draft, what report rules and endpoints in observe mode would have done. Writes nothing. Long replays come in parts, which are to be added up: a user may occur in several.',
  tags: ['Decisions'],
  request: { query: noQuery, body: body('ReplayRequest', 'Which decisions, and the draft.') },
  responses: {
    200: answer({ description: 'What differs, in this part of the time.', schema: 'ReplayPart' }),
    ...problems({ body: true }),
  },
});

export function replayRoutes(app: OpenAPIHono<AdminEnv>, services: Services): void {
  const { reader, now } = services;

  app.openapi(replay, async (c) => {
    requireAny(c.get('permissions'), ['read'], 'replay decisions');
    const startedMs = performance.now();
    const workingMs = Math.min(MAX_WORKING_MS, workingTimeMs(c.env));
    const sent = readEnvelope(replayEnvelope, await readJsonBody(c.req.raw));
    const decisions = requireDecisions(services);
    const { limit = DEFAULT_LIMIT, cursor, ...request } = sent;
    const { since, until, policy, changes, revision, ...filter } = request;
    const { base, rest } = await replayStart(services, cursor, request);
    const newest = async () => base ?? Promise.reject(noPolicy());
    const draft = await askedPolicy({ newest, at: reader.at }, { policy, changes, revision });
    const replayed = (document: LoadedPolicy['document']): ReplayedPolicy => ({
      document,
      compiled: reader.compiled(document),
    });
    const done = await replayPart(
      {
        decisions,
        policies: {
          before: base === undefined ? 'no-policy' : replayed(base.document),
          after: replayed(draft.document),
        },
        filter,
        limit,
        isOver: () => performance.now() - startedMs > workingMs,
      },
      rest,
    ).catch(tellPlace);
    const number = base?.revision.number ?? null;
    if (number !== null) c.get('told').revision = number;
    return jsonAnswer({
      since: new Date(parseInstantMs(since)).toISOString(),
      until: new Date(rest.untilMs).toISOString(),
      reached: new Date(done.reachedMs).toISOString(),
      base: number,
      draft: draft.revision,
      ...done.part,
      ...(done.rest && { next: writeReplayCursor({ ...done.rest, base: number ?? 0 }, request) }),
    });
  });

  /** What is left to do, and the policy to compare with: that in force when the first part was asked for. */
  async function replayStart(
    { store }: Services,
    cursor: string | undefined,
    request: Omit<ReplayEnvelope, 'cursor' | 'limit'>,
  ): Promise<{ readonly base: LoadedPolicy | undefined; readonly rest: Omit<ReplayRest, 'base'> }> {
    if (cursor !== undefined) {
      const { base, ...rest } = readReplayCursor(cursor, request);
      return { base: base === 0 ? undefined : await reader.at(base).catch(asForeign), rest };
    }
    const sinceMs = Math.max(0, parseInstantMs(request.since));
    const askedMs = request.until === undefined ? now() : parseInstantMs(request.until);
    // Of later there is nothing, and no part is to look for it. (Clocks of handlers may be ahead.)
    const untilMs = Math.min(askedMs, now() + DAY_MS);
    const base = (await store.head()) === undefined ? undefined : await reader.newest();
    return { base, rest: { sinceMs, untilMs } };
  }
}

function tellPlace(error: unknown): never {
  if (error instanceof DecisionCursorError) throw new Problem('bad-cursor', error.message);
  throw error;
}
