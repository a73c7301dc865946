/** /v1/rules: listing rules, adding one. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { parseAddress } from '../../shared/engine/index.ts';
import { isObject, itemHash, ruleFilter } from '../../shared/policy/index.ts';
import { requireAny } from '../access/permissions.ts';
import type { AdminEnv, Services } from '../environment.ts';
import { readJsonBody } from '../http/body.ts';
import { writeCursor } from '../http/cursor.ts';
import { jsonAnswer } from '../http/json-answer.ts';
import { checkPreconditions, readPreconditions } from '../http/preconditions.ts';
import { Problem } from '../http/problem.ts';
import { findRule } from '../policies/find-item.ts';
import { operationWrite } from '../policies/operation-write.ts';
import { pageStart } from '../policies/page-start.ts';
import { requireWrite, type WriteKind, write } from '../policies/policy-writer.ts';
import { shownRule } from '../policies/written-items.ts';
import { rulesQuery, writeQuery } from '../schemas/requests.ts';
import { answer, body, problems } from './documentation.ts';

const TAGS = ['Rules'];
const ADD: WriteKind = { needs: ['write', 'block'], to: 'add a rule' };
const DEFAULT_LIMIT = 50;

const listRules = createRoute({
  method: 'get',
  path: '/v1/rules',
  operationId: 'listRules',
  summary: 'List rules',
  description:
    'Needs the permission `read`. In document order, in pages that all show the revision of the first one, whatever others write meanwhile.',
  tags: TAGS,
  request: { query: rulesQuery },
  responses: { 200: answer({ description: 'A page of rules.', schema: 'RulesPage' }), ...problems({ large: true }) },
});

const createRule = createRoute({
  method: 'post',
  path: '/v1/rules',
  operationId: 'createRule',
  summary: 'Add a rule',
  description: 'Needs the permission `write`, or `block` for a short block of users. The rule comes last.',
  tags: TAGS,
  request: { query: writeQuery, body: body('Rule', 'The rule.') },
  responses: {
    200: answer({ description: 'In a dry run: it would be added.', schema: 'RuleWritten' }),
    201: answer({ description: 'Added.', schema: 'RuleWritten', etag: true, location: true }),
    ...problems({ body: true, write: true, conflict: true }),
  },
});

export function rulesRoutes(app: OpenAPIHono<AdminEnv>, services: Services): void {
  app.openapi(listRules, async (c) => {
    requireAny(c.get('permissions'), ['read'], 'read rules');
    const { limit = DEFAULT_LIMIT, cursor, enabled, ...filter } = c.req.valid('query');
    if (filter.ip !== undefined) checkAddress(filter.ip);
    const list = JSON.stringify(['rules', enabled, filter]);
    const { loaded, offset } = await pageStart(services.reader, cursor, list);
    const { document, revision } = loaded;
    c.get('told').revision = revision.number;
    const fits = ruleFilter(
      { ...filter, ...(enabled !== undefined && { enabled: enabled === 'true' }) },
      () => services.reader.compiled(document),
      services.now(),
    );
    const rules = document.rules ?? [];
    const page: number[] = [];
    for (let place = offset; place < rules.length && page.length <= limit; place++) {
      const rule = rules[place];
      if (rule && fits(rule, place)) page.push(place);
    }
    // One more than asked for shows that there is a next page.
    const next = page.length > limit ? page.pop() : undefined;
    return jsonAnswer({
      rules: page.map((place) => rules[place]),
      revision: revision.number,
      ...(next !== undefined && {
        next: writeCursor({ revision: revision.number, offset: next }, revision.writeId, list),
      }),
    });
  });

  app.openapi(createRule, async (c) => {
    requireWrite(c, ADD);
    const sent = await readJsonBody(c.req.raw);
    const preconditions = readPreconditions(c.req.header.bind(c.req));
    const id = isObject(sent) && typeof sent.id === 'string' ? sent.id : '';
    const { change, place } = operationWrite(
      [{ op: 'put-rule', rule: sent }],
      (_, path) => (path[0] === 'rule' ? path.slice(1) : undefined),
      (document) => {
        const rule = findRule(document, id);
        checkPreconditions(preconditions, rule && itemHash(rule));
        if (rule !== undefined) {
          throw new Problem(
            'already-exists',
            `There is a rule ${id} already; change it with PUT or PATCH /v1/rules/${id}.`,
          );
        }
      },
    );
    const done = await write(c, services, c.req.valid('query'), {
      ...ADD,
      change,
      place,
    });
    const rule = findRule(done.document, id);
    return jsonAnswer(
      { ...done.answer, ...shownRule(rule) },
      done.written ? { status: 201, tag: itemHash(rule), location: `/v1/rules/${id}` } : {},
    );
  });
}

function checkAddress(ip: string): void {
  if (parseAddress(ip) !== undefined) return;
  throw new Problem('bad-query', `ip: ${JSON.stringify(ip)} is no address; accepted: an IPv4 or IPv6 address.`);
}
