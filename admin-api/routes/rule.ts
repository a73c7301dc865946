/** /v1/rules/{id}: one rule. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { isObject, itemHash } from '../../shared/policy/index.ts';
import { checkPatchPermitted, requireAny } from '../access/permissions.ts';
import type { AdminEnv, Services } from '../environment.ts';
import { JSON_TYPE, MERGE_PATCH_TYPE, readJsonBody } from '../http/body.ts';
import { jsonAnswer } from '../http/json-answer.ts';
import {
  checkPreconditions,
  notModified,
  readPreconditions,
  requireIfMatch,
  requireReplaceOrCreate,
} from '../http/preconditions.ts';
import { Problem } from '../http/problem.ts';
import { checkRuleId, findRule, ruleOf } from '../policies/find-item.ts';
import { operationWrite } from '../policies/operation-write.ts';
import { requireWrite, type WriteKind, type WriteOutcome, write } from '../policies/policy-writer.ts';
import { shownRule } from '../policies/written-items.ts';
import { noQuery, writeQuery } from '../schemas/requests.ts';
import {
  answer,
  body,
  NOT_MODIFIED,
  problems,
  readHeaders,
  replaceHeaders,
  requiredIfMatch,
  ruleId,
} from './documentation.ts';

const PATH = '/v1/rules/{id}';
const TAGS = ['Rules'];
const CHANGE: WriteKind = { needs: ['write', 'block'], to: 'change rules' };
const NEEDS = 'Needs the permission `write`, or `block` for a short block of users.';

const getRule = createRoute({
  method: 'get',
  path: PATH,
  operationId: 'getRule',
  summary: 'Read a rule',
  description: 'Needs the permission `read`.',
  tags: TAGS,
  request: { query: noQuery, params: ruleId, headers: readHeaders },
  responses: {
    200: answer({ description: 'The rule.', schema: 'Rule', etag: true }),
    304: NOT_MODIFIED,
    ...problems({}),
  },
});

const putRule = createRoute({
  method: 'put',
  path: PATH,
  operationId: 'putRule',
  summary: 'Replace a rule, or create it',
  description: `${NEEDS} A replaced rule keeps its place, a new one comes last. The id may be left out of the body.`,
  tags: TAGS,
  request: { query: writeQuery, params: ruleId, headers: replaceHeaders, body: body('Rule', 'The rule.') },
  responses: {
    200: answer({ description: 'Replaced, or nothing to change.', schema: 'RuleWritten', etag: true }),
    201: answer({ description: 'Created.', schema: 'RuleWritten', etag: true, location: true }),
    ...problems({ body: true, write: true, conditional: true }),
  },
});

const patchRule = createRoute({
  method: 'patch',
  path: PATH,
  operationId: 'patchRule',
  summary: 'Change parts of a rule',
  description: `${NEEDS} The body is a JSON Merge Patch (RFC 7396); one that changes nothing writes nothing.`,
  tags: TAGS,
  request: {
    query: writeQuery,
    params: ruleId,
    headers: requiredIfMatch,
    body: body('RulePatch', 'What to change: null takes a key away.', 'RulePatch'),
  },
  responses: {
    200: answer({ description: 'Changed, or nothing to change.', schema: 'RuleWritten', etag: true }),
    ...problems({ body: true, write: true, conditional: true }),
  },
});

const deleteRule = createRoute({
  method: 'delete',
  path: PATH,
  operationId: 'deleteRule',
  summary: 'Take a rule away',
  description: NEEDS,
  tags: TAGS,
  request: { query: writeQuery, params: ruleId, headers: requiredIfMatch },
  responses: {
    200: answer({ description: 'Taken away.', schema: 'Written' }),
    ...problems({ write: true, conditional: true }),
  },
});

export function ruleRoutes(app: OpenAPIHono<AdminEnv>, services: Services): void {
  app.openapi(getRule, async (c) => {
    requireAny(c.get('permissions'), ['read'], 'read rules');
    const { document, revision } = await services.reader.newest();
    c.get('told').revision = revision.number;
    const rule = ruleOf(document, c.req.valid('param').id);
    const tag = itemHash(rule);
    return notModified(c.req.header.bind(c.req), tag) ?? jsonAnswer(rule, { tag });
  });

  app.openapi(putRule, async (c) => {
    requireWrite(c, CHANGE);
    const { id } = c.req.valid('param');
    const sent = await readJsonBody(c.req.raw);
    const preconditions = readPreconditions(c.req.header.bind(c.req));
    requireReplaceOrCreate(preconditions);
    let existed = false;
    const { change, place } = operationWrite(
      [{ op: 'put-rule', rule: withId(sent, id) }],
      (_, path) => (path[0] === 'rule' ? path.slice(1) : undefined),
      (document) => {
        const rule = findRule(document, id);
        existed = rule !== undefined;
        checkPreconditions(preconditions, rule && itemHash(rule));
      },
    );
    const done = await write(c, services, c.req.valid('query'), {
      ...CHANGE,
      change,
      place,
    });
    return ruleAnswer(done, id, done.written && !existed);
  });

  app.openapi(patchRule, async (c) => {
    requireWrite(c, CHANGE);
    const { id } = c.req.valid('param');
    checkRuleId(id);
    const patch = await readJsonBody(c.req.raw, [MERGE_PATCH_TYPE, JSON_TYPE]);
    const preconditions = readPreconditions(c.req.header.bind(c.req));
    requireIfMatch(preconditions);
    const { change, place } = operationWrite(
      [{ op: 'patch-rule', id, patch }],
      (_, path) => (path[0] === 'patch' ? path.slice(1) : undefined),
      (document) => {
        const rule = ruleOf(document, id);
        checkPatchPermitted(c.get('permissions'), rule, services.now());
        checkPreconditions(preconditions, itemHash(rule));
      },
    );
    const done = await write(c, services, c.req.valid('query'), {
      ...CHANGE,
      change,
      place,
    });
    return ruleAnswer(done, id, false);
  });

  app.openapi(deleteRule, async (c) => {
    const { id } = c.req.valid('param');
    checkRuleId(id);
    const preconditions = readPreconditions(c.req.header.bind(c.req));
    requireIfMatch(preconditions);
    const { change } = operationWrite(
      [{ op: 'delete-rule', id }],
      () => undefined,
      (document) => checkPreconditions(preconditions, itemHash(ruleOf(document, id))),
    );
    const done = await write(c, services, c.req.valid('query'), {
      needs: ['write', 'block'],
      to: 'take rules away',
      change,
    });
    return jsonAnswer(done.answer);
  });
}

function ruleAnswer(done: WriteOutcome, id: string, created: boolean): Response {
  const rule = findRule(done.document, id);
  return jsonAnswer(
    { ...done.answer, ...shownRule(rule) },
    {
      status: created ? 201 : 200,
      ...(!done.dryRun && { tag: itemHash(rule) }),
      ...(created && { location: `/v1/rules/${id}` }),
    },
  );
}

/** The path names the rule; a body that names another is a mistake. */
function withId(sent: unknown, id: string): unknown {
  if (!isObject(sent)) return sent;
  if (!Object.hasOwn(sent, 'id')) return { id, ...sent };
  if (sent.id === id) return sent;
  const message = `the id is not that of the path; accepted: ${JSON.stringify(id)}, or none`;
  throw new Problem('invalid', `id: ${message}`, {
    errors: [{ code: 'id-mismatch', message, path: 'id', pointer: '/id' }],
  });
}
