/** /v1/verify: whether the history is as it was written. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { requireAny } from '../access/permissions.ts';
import type { AdminEnv, Services } from '../environment.ts';
import { jsonAnswer } from '../http/json-answer.ts';
import { Problem } from '../http/problem.ts';
import { workingTimeMs } from '../http/working-time.ts';
import { inAll, MAX_SHOWN } from '../policies/shown-changes.ts';
import { noQuery } from '../schemas/requests.ts';
import { answer, problems } from './documentation.ts';

const getVerification = createRoute({
  method: 'get',
  path: '/v1/verify',
  operationId: 'verify',
  summary: 'Check the whole history',
  description:
    'Needs the permission `read`. Reads every revision and every part of it: the chain of hashes, and that each part is what was written.',
  tags: ['Revisions'],
  request: { query: noQuery },
  responses: {
    200: answer({ description: 'What was found.', schema: 'Verification' }),
    ...problems({ large: true }),
  },
});

export function verifyRoutes(app: OpenAPIHono<AdminEnv>, { store }: Services): void {
  app.openapi(getVerification, async (c) => {
    requireAny(c.get('permissions'), ['read'], 'check the history');
    const signal = AbortSignal.timeout(workingTimeMs(c.env));
    const { findings, ...found } = await store.verify({ signal }).catch((error: unknown) => {
      throw signal.aborted ? tooLong(error) : error;
    });
    return jsonAnswer({ ...found, findings: findings.slice(0, MAX_SHOWN), ...inAll('findingsInAll', findings) });
  });
}

function tooLong(cause: unknown): Problem {
  const detail = 'Checking it takes longer than an answer may: run vpn-policy verify --table, which has the time.';
  return new Problem('history-too-long', detail, { cause });
}
