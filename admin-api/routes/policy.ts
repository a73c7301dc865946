/** /v1/policy: the whole document. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { itemHash } from '../../shared/policy/index.ts';
import { requireAny } from '../access/permissions.ts';
import type { AdminEnv, Services } from '../environment.ts';
import { readJsonBody } from '../http/body.ts';
import { jsonAnswer } from '../http/json-answer.ts';
import { checkPreconditions, notModified, readPreconditions, requireReplaceOrCreate } from '../http/preconditions.ts';
import { placeInWhole } from '../policies/document-places.ts';
import { requireWrite, type WriteKind, write } from '../policies/policy-writer.ts';
import { policyQuery, replaceQuery } from '../schemas/requests.ts';
import { answer, body, NOT_MODIFIED, problems, readHeaders, replaceHeaders } from './documentation.ts';

const TAGS = ['Policy'];
const REPLACE: WriteKind = { needs: ['write'], to: 'replace the policy' };

const getPolicy = createRoute({
  method: 'get',
  path: '/v1/policy',
  operationId: 'getPolicy',
  summary: 'Read the whole policy',
  description: 'Needs the permission `read`. What it answers can be changed and PUT back.',
  tags: TAGS,
  request: { query: policyQuery, headers: readHeaders },
  responses: {
    200: answer({ description: 'The policy.', schema: 'Policy', etag: true }),
    304: NOT_MODIFIED,
    ...problems({ large: true }),
  },
});

const putPolicy = createRoute({
  method: 'put',
  path: '/v1/policy',
  operationId: 'putPolicy',
  summary: 'Replace the whole policy, or publish the first one',
  description:
    'Needs the permission `write`; where tests of the policy in force are changed or removed `tests`, with `confirm` the permission `confirm`.',
  tags: TAGS,
  request: { query: replaceQuery, headers: replaceHeaders, body: body('Policy', 'The policy.') },
  responses: {
    200: answer({ description: 'Replaced, or nothing to change.', schema: 'Written', etag: true }),
    201: answer({ description: 'The first policy is published.', schema: 'Written', etag: true, location: true }),
    ...problems({ body: true, write: true, conditional: true }),
  },
});

export function policyRoutes(app: OpenAPIHono<AdminEnv>, services: Services): void {
  app.openapi(getPolicy, async (c) => {
    requireAny(c.get('permissions'), ['read'], 'read the policy');
    const { revision } = c.req.valid('query');
    const { reader } = services;
    const loaded = revision === undefined ? await reader.newest() : await reader.at(revision);
    c.get('told').revision = loaded.revision.number;
    const tag = itemHash(loaded.document);
    return notModified(c.req.header.bind(c.req), tag) ?? jsonAnswer(loaded.document, { tag });
  });

  app.openapi(putPolicy, async (c) => {
    requireWrite(c, REPLACE);
    const sent = await readJsonBody(c.req.raw);
    const preconditions = readPreconditions(c.req.header.bind(c.req));
    requireReplaceOrCreate(preconditions);
    const { source, ...query } = c.req.valid('query');
    const done = await write(c, services, query, {
      ...REPLACE,
      applied: source === undefined ? undefined : { source },
      change: (current) => {
        checkPreconditions(preconditions, current && itemHash(current.document));
        return sent;
      },
      place: placeInWhole(sent),
    });
    const created = done.written && done.previous === undefined;
    return jsonAnswer(done.answer, {
      status: created ? 201 : 200,
      ...(!done.dryRun && { tag: itemHash(done.document) }),
      ...(created && { location: '/v1/policy' }),
    });
  });
}
