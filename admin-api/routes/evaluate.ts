/** /v1/evaluate: what would be decided about a connection, and why. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { readRequest } from '../../shared/client-vpn/index.ts';
import { explain, type PolicyDocument, parseInstantMs } from '../../shared/engine/index.ts';
import { validatePolicy } from '../../shared/policy/index.ts';
import { requireAny } from '../access/permissions.ts';
import type { AdminEnv, Services } from '../environment.ts';
import { readJsonBody } from '../http/body.ts';
import { jsonAnswer } from '../http/json-answer.ts';
import { Problem } from '../http/problem.ts';
import { type BodyPlace, inBody, inDocument } from '../policies/document-places.ts';
import { readEnvelope } from '../policies/envelope.ts';
import { operationWrite } from '../policies/operation-write.ts';
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

/** What rules do that do not apply. */
const NOT_APPLYING = new Set(['not-in-force', 'not-matched', 'excepted']);

export function evaluateRoutes(app: OpenAPIHono<AdminEnv>, services: Services): void {
  app.openapi(evaluate, async (c) => {
    requireAny(c.get('permissions'), ['evaluate'], 'ask for decisions');
    const sent = readEnvelope(evaluateEnvelope, await readJsonBody(c.req.raw));
    const { document, revision } = await policyToAsk(services, sent);
    if (revision !== null) c.get('told').revision = revision;
    const atMs = sent.at === undefined ? services.now() : parseInstantMs(sent.at);
    const { decision, rules } = explain(services.reader.compiled(document), readRequest(sent.connection), atMs);
    return jsonAnswer({
      at: new Date(atMs).toISOString(),
      revision,
      decision,
      rules: sent.trace === 'applying' ? rules.filter(({ outcome }) => !NOT_APPLYING.has(outcome)) : rules,
    });
  });
}

interface Asked {
  readonly document: PolicyDocument;
  readonly revision: number | null;
}

interface WhomToAsk {
  readonly revision?: number | undefined;
  readonly policy?: unknown;
  readonly changes?: unknown;
}

async function policyToAsk({ reader }: Services, { revision, policy, changes }: WhomToAsk): Promise<Asked> {
  if (policy !== undefined) {
    if (revision !== undefined || changes !== undefined) {
      const message = 'a draft is asked as it is; accepted: policy without revision and changes';
      throw new Problem('invalid', `policy: ${message}`, {
        errors: [{ code: 'contradiction', message, ...inBody(['policy']) }],
      });
    }
    return { document: valid(policy, (path) => ['policy', ...path]), revision: null };
  }
  const loaded = revision === undefined ? await reader.newest() : await reader.at(revision);
  if (changes === undefined) return { document: loaded.document, revision: loaded.revision.number };
  const { change, place } = operationWrite(
    changes,
    (index, path) => (index === undefined ? ['changes'] : ['changes', index, ...path]),
    () => {},
  );
  return { document: valid(change(loaded), place), revision: loaded.revision.number };
}

function valid(document: unknown, place: BodyPlace): PolicyDocument {
  const validated = validatePolicy(document);
  if (validated.ok) return validated.document;
  const errors = validated.issues.map(({ code, message, path }) => {
    const at = place(path, 'policy');
    return { code, message, ...(at && inBody(at)), ...inDocument(path) };
  });
  const [first] = errors;
  throw new Problem('invalid', `${first?.documentPath || 'The policy'}: ${first?.message}`, { errors });
}
