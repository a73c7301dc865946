/** /v1/health: whether the API and its store answer. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { AdminEnv, Services } from '../environment.ts';
import { jsonAnswer } from '../http/json-answer.ts';
import { noQuery } from '../schemas/requests.ts';
import { answer, problems } from './documentation.ts';

const getHealth = createRoute({
  method: 'get',
  path: '/v1/health',
  operationId: 'getHealth',
  summary: 'Ask whether the API and its store answer',
  description: 'Needs no permission, only a caller whom API Gateway let through.',
  tags: ['Service'],
  request: { query: noQuery },
  responses: { 200: answer({ description: 'Both answer.', schema: 'Health' }), ...problems({}) },
});

export function healthRoutes(app: OpenAPIHono<AdminEnv>, { store, now }: Services): void {
  app.openapi(getHealth, async (c) => {
    const startedMs = now();
    const head = await store.head();
    const endedMs = now();
    if (head !== undefined) c.get('told').revision = head.number;
    const ageMs = head && endedMs - Date.parse(head.createdAt);
    return jsonAnswer({
      status: 'ok',
      revision: head?.number ?? null,
      policyAgeSeconds: ageMs === undefined ? null : Math.max(0, Math.floor(ageMs / 1000)),
      storeMs: Math.max(0, Math.round(endedMs - startedMs)),
    });
  });
}
