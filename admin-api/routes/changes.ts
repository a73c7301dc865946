/** /v1/changes: many operations, one revision, all or nothing. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { itemHash, type PolicyOperation } from '../../shared/policy/index.ts';
import { type Permission, requireAny } from '../access/permissions.ts';
import type { AdminEnv, Services } from '../environment.ts';
import { readJsonBody } from '../http/body.ts';
import { jsonAnswer } from '../http/json-answer.ts';
import { checkPreconditions, readPreconditions } from '../http/preconditions.ts';
import { readEnvelope } from '../policies/envelope.ts';
import { operationWrite } from '../policies/operation-write.ts';
import { requireWrite, type WriteKind, write } from '../policies/policy-writer.ts';
import { shownEntries } from '../policies/written-items.ts';
import { changesEnvelope, writeQuery } from '../schemas/requests.ts';
import { answer, body, changeHeaders, problems } from './documentation.ts';

const CHANGE: WriteKind = { needs: ['write', 'block', 'tests'], to: 'change the policy' };

const postChanges = createRoute({
  method: 'post',
  path: '/v1/changes',
  operationId: 'makeChanges',
  summary: 'Change many things at once',
  description:
    'All operations count, in one revision, or none. Each needs the permission that its like alone needs: `write` (rules: or `block`; tests: or `tests`). Each may have a precondition of its own; `If-Match` with the ETag of the whole policy is one for all.',
  tags: ['Changes'],
  request: { query: writeQuery, headers: changeHeaders, body: body('ChangesRequest', 'The operations, in order.') },
  responses: {
    200: answer({ description: 'Changed, or nothing to change.', schema: 'ChangesWritten', etag: true }),
    ...problems({ body: true, write: true }),
  },
});

export function changesRoutes(app: OpenAPIHono<AdminEnv>, services: Services): void {
  app.openapi(postChanges, async (c) => {
    requireWrite(c, CHANGE);
    const { operations: sent } = readEnvelope(changesEnvelope, await readJsonBody(c.req.raw));
    const preconditions = readPreconditions(c.req.header.bind(c.req));
    const { operations, change, place, results } = operationWrite(
      sent,
      (index, path) => (index === undefined ? ['operations'] : ['operations', index, ...path]),
      (document) => checkPreconditions(preconditions, itemHash(document)),
    );
    for (const [index, { op }] of operations.entries()) {
      requireAny(c.get('permissions'), needsOf(op), `do the operation ${index} (${op})`);
    }
    const done = await write(c, services, c.req.valid('query'), {
      ...CHANGE,
      change,
      place,
    });
    const told = results().map((result) => ({ outcome: result.outcome, ...shownEntries(result, operations.length) }));
    return jsonAnswer({ ...done.answer, results: told }, done.dryRun ? {} : { tag: itemHash(done.document) });
  });
}

/** What an operation really changes is checked once more where it is applied. */
function needsOf(op: PolicyOperation['op']): readonly Permission[] {
  switch (op) {
    case 'put-rule':
    case 'patch-rule':
    case 'delete-rule':
      return ['write', 'block'];
    case 'put-test':
      return ['write', 'tests'];
    case 'delete-test':
      return ['tests'];
    default:
      return ['write'];
  }
}
