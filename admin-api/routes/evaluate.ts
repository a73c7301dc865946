/** /v1/evaluate: what would be decided about a connection, and why. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { readRequest } from '../../shared/client-vpn/index.ts';
import { explain, parseInstantMs } from '../../shared/engine/index.ts';
import { requireAny } from '../access/permissions.ts';
import type { AdminEnv, Services } from '../environment.ts';
import { readJsonBody } from '../http/body.ts';
import { jsonAnswer } from '../http/json-answer.ts';
import { isApplying } from '../policies/applying.ts';
import { askedPolicy } from '../policies/asked-policy.ts';
import { readEnvelope } from '../policies/envelope.ts';
import { evaluateEnvelope, noQuery } from '../schemas/requests.ts';
import { answer, body, problems } from './documentation.ts';

const evaluate = createRoute({
  method: 'post',
  path: '/v1/evaluate',
  operationId: 'evaluate',
  summary: 'Ask what would be decided about a connection, and why',
  description:
    'Needs the permission `evaluate`. Asks the policy in force, a revision, either of them with changes, or a draft. Writes nothing.',
  tags: ['Evaluate'],
  request: { query: noQuery, body: body('EvaluateRequest', 'The connection, and whom to ask.') },
  responses: {
    200: answer({ description: 'The decision and its reasons.', schema: 'Evaluation' }),
    ...problems({ body: true }),
  },
});

export function evaluateRoutes(app: OpenAPIHono<AdminEnv>, services: Services): void {
  app.openapi(evaluate, async (c) => {
    requireAny(c.get('permissions'), ['evaluate'], 'ask for decisions');
    const sent = readEnvelope(evaluateEnvelope, await readJsonBody(c.req.raw));
    const { document, revision } = await askedPolicy(services.reader, sent);
    if (revision !== null) c.get('told').revision = revision;
    const atMs = sent.at === undefined ? services.now() : parseInstantMs(sent.at);
    const { decision, rules } = explain(services.reader.compiled(document), readRequest(sent.connection), atMs);
    return jsonAnswer({
      at: new Date(atMs).toISOString(),
      revision,
      decision,
      rules: sent.trace === 'applying' ? rules.filter(isApplying) : rules,
    });
  });
}
