/** /v1/sets: named lists. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { PolicySet } from '../../shared/engine/index.ts';
import { isObject, itemHash } from '../../shared/policy/index.ts';
import { requireAny } from '../access/permissions.ts';
import type { AdminEnv, Services } from '../environment.ts';
import { readJsonBody } from '../http/body.ts';
import { writeCursor } from '../http/cursor.ts';
import { jsonAnswer } from '../http/json-answer.ts';
import {
  checkPreconditions,
  notModified,
  readPreconditions,
  requireIfMatch,
  requireReplaceOrCreate,
} from '../http/preconditions.ts';
import { Problem } from '../http/problem.ts';
import { checkSetName, findSet, setOf } from '../policies/find-item.ts';
import { operationWrite } from '../policies/operation-write.ts';
import { pageStart } from '../policies/page-start.ts';
import { requireWrite, type WriteKind, write } from '../policies/policy-writer.ts';
import { shownEntries } from '../policies/written-items.ts';
import { noQuery, setQuery, writeQuery } from '../schemas/requests.ts';
import {
  answer,
  body,
  NOT_MODIFIED,
  problems,
  readHeaders,
  replaceHeaders,
  requiredIfMatch,
  setName,
} from './documentation.ts';

const PATH = '/v1/sets/{name}';
const TAGS = ['Sets'];
const CHANGE: WriteKind = { needs: ['write'], to: 'change sets' };
const DEFAULT_LIMIT = 1_000;

const listSets = createRoute({
  method: 'get',
  path: '/v1/sets',
  operationId: 'listSets',
  summary: 'List sets, without their entries',
  description: 'Needs the permission `read`.',
  tags: TAGS,
  request: { query: noQuery },
  responses: { 200: answer({ description: 'All sets.', schema: 'SetsList' }), ...problems({ large: true }) },
});

const getSet = createRoute({
  method: 'get',
  path: PATH,
  operationId: 'getSet',
  summary: 'Read a set, whole or in pages',
  description:
    'Needs the permission `read`. Without `limit` and `cursor` the whole set, which can be changed and PUT back; with one of them a page, in the revision of the first page whatever others write meanwhile.',
  tags: TAGS,
  request: { query: setQuery, params: setName, headers: readHeaders },
  responses: {
    200: answer({ description: 'The set, or a page of it.', schema: 'SetAnswer', etag: true }),
    304: NOT_MODIFIED,
    ...problems({ large: true }),
  },
});

const putSet = createRoute({
  method: 'put',
  path: PATH,
  operationId: 'putSet',
  summary: 'Replace a set, or create it',
  description: 'Needs the permission `write`.',
  tags: TAGS,
  request: { query: writeQuery, params: setName, headers: replaceHeaders, body: body('Set', 'The set.') },
  responses: {
    200: answer({ description: 'Replaced, or nothing to change.', schema: 'SetWritten', etag: true }),
    201: answer({ description: 'Created.', schema: 'SetWritten', etag: true, location: true }),
    ...problems({ body: true, write: true, conditional: true }),
  },
});

const patchSet = createRoute({
  method: 'patch',
  path: PATH,
  operationId: 'patchSet',
  summary: 'Put entries into a set and take others out',
  description:
    'Needs the permission `write`. Values are compared as the engine sees them: addresses by range, names by letter case and NFC. An entry whose value is there already takes its place; a value to be removed that is not there is told in `entries.notFound`.',
  tags: TAGS,
  request: {
    query: writeQuery,
    params: setName,
    headers: requiredIfMatch,
    body: body('EntriesPatch', 'Entries to be put in and values to be taken out.'),
  },
  responses: {
    200: answer({ description: 'Changed, or nothing to change.', schema: 'EntriesWritten', etag: true }),
    ...problems({ body: true, write: true, conditional: true }),
  },
});

const deleteSet = createRoute({
  method: 'delete',
  path: PATH,
  operationId: 'deleteSet',
  summary: 'Take a set away',
  description: 'Needs the permission `write`. Refused while a rule uses it.',
  tags: TAGS,
  request: { query: writeQuery, params: setName, headers: requiredIfMatch },
  responses: {
    200: answer({ description: 'Taken away.', schema: 'Written' }),
    ...problems({ write: true, conditional: true }),
  },
});

export function setsRoutes(app: OpenAPIHono<AdminEnv>, services: Services): void {
  app.openapi(listSets, async (c) => {
    requireAny(c.get('permissions'), ['read'], 'read sets');
    const { document, revision } = await services.reader.newest();
    c.get('told').revision = revision.number;
    const sets = Object.entries(document.sets ?? {}).map(([name, set]) => setSummary(name, set));
    return jsonAnswer({ sets, revision: revision.number });
  });

  app.openapi(getSet, async (c) => {
    requireAny(c.get('permissions'), ['read'], 'read sets');
    const { name } = c.req.valid('param');
    const { limit, cursor } = c.req.valid('query');
    const list = JSON.stringify(['set', name]);
    const { loaded, offset } = await pageStart(services.reader, cursor, list);
    const { document, revision } = loaded;
    c.get('told').revision = revision.number;
    const set = setOf(document, name);
    const tag = itemHash(set);
    if (limit === undefined && cursor === undefined) {
      return notModified(c.req.header.bind(c.req), tag) ?? jsonAnswer(set, { tag });
    }
    const { entries, ...about } = set;
    const end = offset + (limit ?? DEFAULT_LIMIT);
    const next = end < entries.length ? { revision: revision.number, offset: end } : undefined;
    return jsonAnswer({
      name,
      ...about,
      total: entries.length,
      page: entries.slice(offset, end),
      revision: revision.number,
      ...(next && { next: writeCursor(next, revision.writeId, list) }),
    });
  });

  app.openapi(putSet, async (c) => {
    requireWrite(c, CHANGE);
    const { name } = c.req.valid('param');
    const set = await readJsonBody(c.req.raw);
    const preconditions = readPreconditions(c.req.header.bind(c.req));
    requireReplaceOrCreate(preconditions);
    let existed = false;
    const { change, place } = operationWrite(
      [{ op: 'put-set', name, set }],
      (_, path) => (path[0] === 'set' ? path.slice(1) : undefined),
      (document) => {
        const before = findSet(document, name);
        existed = before !== undefined;
        checkPreconditions(preconditions, before && itemHash(before));
      },
    );
    const done = await write(c, services, c.req.valid('query'), { ...CHANGE, change, place });
    const now = setSummary(name, setOf(done.document, name));
    const created = done.written && !existed;
    return jsonAnswer(
      { ...done.answer, set: now },
      {
        status: created ? 201 : 200,
        ...(!done.dryRun && { tag: now.etag }),
        ...(created && { location: `/v1/sets/${name}` }),
      },
    );
  });

  app.openapi(patchSet, async (c) => {
    requireWrite(c, CHANGE);
    const { name } = c.req.valid('param');
    checkSetName(name);
    const patch = checkEntriesPatch(await readJsonBody(c.req.raw));
    const preconditions = readPreconditions(c.req.header.bind(c.req));
    requireIfMatch(preconditions);
    const { change, place, results } = operationWrite(
      [{ ...patch, op: 'patch-set', name }],
      (_, path) => (path[0] === 'add' || path[0] === 'remove' ? path : undefined),
      (document) => checkPreconditions(preconditions, itemHash(setOf(document, name))),
    );
    const done = await write(c, services, c.req.valid('query'), { ...CHANGE, change, place });
    const set = setSummary(name, setOf(done.document, name));
    return jsonAnswer({ ...done.answer, set, ...shownEntries(results()[0]) }, done.dryRun ? {} : { tag: set.etag });
  });

  app.openapi(deleteSet, async (c) => {
    const { name } = c.req.valid('param');
    checkSetName(name);
    const preconditions = readPreconditions(c.req.header.bind(c.req));
    requireIfMatch(preconditions);
    const { change } = operationWrite(
      [{ op: 'delete-set', name }],
      () => undefined,
      (document) => checkPreconditions(preconditions, itemHash(setOf(document, name))),
    );
    const done = await write(c, services, c.req.valid('query'), { needs: ['write'], to: 'take sets away', change });
    return jsonAnswer(done.answer);
  });
}

function setSummary(name: string, set: PolicySet) {
  const { kind, description, entries } = set;
  return {
    name,
    kind,
    ...(description !== undefined && { description }),
    entries: entries.length,
    etag: itemHash(set),
  };
}

/** The body is part of an operation, whose other keys are not for the body to say. */
function checkEntriesPatch(sent: unknown): Readonly<Record<string, unknown>> {
  const refuse = (code: string, message: string, key?: string): never => {
    const place = key === undefined ? { path: '', pointer: '' } : { path: key, pointer: `/${key}` };
    throw new Problem('invalid', message, { errors: [{ code, message, ...place }] });
  };
  if (!isObject(sent))
    return refuse('wrong-type', 'The body is no object; accepted: an object with add, remove or both.');
  const unknown = Object.keys(sent).find((key) => key !== 'add' && key !== 'remove');
  if (unknown !== undefined) {
    return refuse(
      'unknown-key',
      `the key ${JSON.stringify(unknown.slice(0, 64))} is not known; accepted: add, remove`,
      unknown.slice(0, 64),
    );
  }
  if (Object.keys(sent).length === 0) return refuse('empty', 'The body is empty; accepted: add, remove or both.');
  return sent;
}
