/** /v1/revisions: the history, going back in it, undoing one change. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { diffText, itemHash, policyChanges, revertChange } from '../../shared/policy/index.ts';
import { requireAny } from '../access/permissions.ts';
import type { AdminEnv, Services } from '../environment.ts';
import { readCursor, revisionOfCursor, writeCursor } from '../http/cursor.ts';
import { checkAnswerSize, jsonAnswer } from '../http/json-answer.ts';
import { checkPreconditions, notModified, readPreconditions } from '../http/preconditions.ts';
import { Problem } from '../http/problem.ts';
import { asForeign } from '../policies/page-start.ts';
import { noPolicy, type PolicyReader } from '../policies/policy-reader.ts';
import { type WriteOutcome, write } from '../policies/policy-writer.ts';
import { revisionView } from '../policies/revision-view.ts';
import { diffQuery, noQuery, revisionsQuery, writeQuery } from '../schemas/requests.ts';
import { answer, changeHeaders, NOT_MODIFIED, problems, readHeaders, revisionNumber } from './documentation.ts';

const TAGS = ['Revisions'];
const DEFAULT_LIMIT = 20;

const listRevisions = createRoute({
  method: 'get',
  path: '/v1/revisions',
  operationId: 'listRevisions',
  summary: 'List revisions, the newest first',
  description: 'Needs the permission `read`.',
  tags: TAGS,
  request: { query: revisionsQuery },
  responses: { 200: answer({ description: 'A page of revisions.', schema: 'RevisionsPage' }), ...problems({}) },
});

const getRevision = createRoute({
  method: 'get',
  path: '/v1/revisions/{n}',
  operationId: 'getRevision',
  summary: 'Read who changed what, when and why',
  description: 'Needs the permission `read`. The policy of a revision is at `/v1/policy?revision=`.',
  tags: TAGS,
  request: { query: noQuery, params: revisionNumber, headers: readHeaders },
  responses: {
    200: answer({ description: 'The revision.', schema: 'Revision', etag: true }),
    304: NOT_MODIFIED,
    ...problems({}),
  },
});

const getDiff = createRoute({
  method: 'get',
  path: '/v1/revisions/{n}/diff',
  operationId: 'getDiff',
  summary: 'Compare two revisions',
  description:
    'Needs the permission `read`. Leads from `against` (default: the revision before) to this one; as JSON, or with `Accept: text/plain` as text.',
  tags: TAGS,
  request: { query: diffQuery, params: revisionNumber },
  responses: {
    200: answer({ description: 'What differs.', schema: 'Diff', text: '+ rule block-batchi: refuse batchi\n' }),
    ...problems({ large: true }),
  },
});

const restoreRevision = createRoute({
  method: 'post',
  path: '/v1/revisions/{n}/restore',
  operationId: 'restoreRevision',
  summary: 'Go back to the state of a revision',
  description:
    'Needs the permission `restore` (and `tests` where tests change). Writes a new revision with the policy of that one: what came after it no longer counts and stays in the history. `If-Match` with the ETag of the whole policy makes sure that nothing came meanwhile.',
  tags: TAGS,
  request: { query: writeQuery, params: revisionNumber, headers: changeHeaders },
  responses: {
    200: answer({ description: 'Restored, or nothing to change.', schema: 'Written', etag: true }),
    ...problems({ write: true }),
  },
});

const revertRevision = createRoute({
  method: 'post',
  path: '/v1/revisions/{n}/revert',
  operationId: 'revertRevision',
  summary: 'Undo one change, keep those made since',
  description:
    'Needs the permission `restore` (and `tests` where tests change). Where a later change touched the same, 409 with the `conflicts`, and nothing is written.',
  tags: TAGS,
  request: { query: writeQuery, params: revisionNumber, headers: changeHeaders },
  responses: {
    200: answer({ description: 'Undone, or nothing to undo.', schema: 'Written', etag: true }),
    ...problems({ write: true, conflict: true }),
  },
});

export function revisionsRoutes(app: OpenAPIHono<AdminEnv>, services: Services): void {
  const { store, reader } = services;

  app.openapi(listRevisions, async (c) => {
    requireAny(c.get('permissions'), ['read'], 'read the history');
    const { limit = DEFAULT_LIMIT, cursor } = c.req.valid('query');
    const before = cursor === undefined ? undefined : await revisionBefore(reader, cursor);
    const { revisions, next } = await store.revisions({ before, limit });
    // The cursor is the last revision of this page, which never changes.
    const last = revisions.find(({ number }) => number === next);
    return jsonAnswer({
      revisions: revisions.map(revisionView),
      ...(last && { next: writeCursor({ revision: last.number, offset: 0 }, last.writeId, HISTORY) }),
    });
  });

  app.openapi(getRevision, async (c) => {
    requireAny(c.get('permissions'), ['read'], 'read the history');
    const revision = await reader.revision(c.req.valid('param').n);
    const view = revisionView(revision);
    const tag = itemHash(view);
    return notModified(c.req.header.bind(c.req), tag) ?? jsonAnswer(view, { tag });
  });

  app.openapi(getDiff, async (c) => {
    requireAny(c.get('permissions'), ['read'], 'read the history');
    const { n: to } = c.req.valid('param');
    const { against } = c.req.valid('query');
    const after = (await reader.at(to)).document;
    const older = against === undefined ? await reader.before(to) : await reader.at(against);
    const [before, from] = [older?.document, older?.revision.number ?? 0];
    const text = diffText(before, after);
    if (prefersText(c.req.header('accept'))) {
      checkAnswerSize(text);
      return new Response(text, { headers: { 'content-type': 'text/plain; charset=utf-8', vary: 'Accept' } });
    }
    const told = jsonAnswer({ from, to, changes: policyChanges(before, after), text });
    told.headers.set('vary', 'Accept');
    return told;
  });

  app.openapi(restoreRevision, async (c) => {
    const { n } = c.req.valid('param');
    const preconditions = readPreconditions(c.req.header.bind(c.req));
    requireAny(c.get('permissions'), ['restore'], 'restore a revision');
    const { document } = await reader.at(n);
    const done = await write(c, services, c.req.valid('query'), {
      needs: ['restore'],
      to: 'restore a revision',
      goesBack: true,
      change: (current) => {
        checkPreconditions(preconditions, current && itemHash(current.document));
        return document;
      },
    });
    return wholePolicyAnswer(done);
  });

  app.openapi(revertRevision, async (c) => {
    const { n } = c.req.valid('param');
    const preconditions = readPreconditions(c.req.header.bind(c.req));
    requireAny(c.get('permissions'), ['restore'], 'undo a change');
    const changed = (await reader.at(n)).document;
    const base = (await reader.before(n))?.document;
    if (base === undefined) {
      const detail = `Revision ${n} is the first policy: there is nothing before it to go back to.`;
      throw new Problem('revert-conflict', detail);
    }
    const done = await write(c, services, c.req.valid('query'), {
      needs: ['restore'],
      to: 'undo a change',
      goesBack: true,
      change: (current) => {
        if (current === undefined) throw noPolicy();
        checkPreconditions(preconditions, itemHash(current.document));
        const reverted = revertChange({ base, changed, current: current.document });
        if (reverted.ok) return reverted.document;
        const { conflicts } = reverted;
        const places = conflicts
          .slice(0, 5)
          .map(({ what, id, field, entry }) => [what, id, field ?? entry].filter(Boolean).join(' '));
        throw new Problem(
          'revert-conflict',
          `What revision ${n} changed has changed again since: ${places.join('; ')}${conflicts.length > 5 ? ' …' : ''}. Change it by hand.`,
          { members: { conflicts: conflicts.slice(0, 100) } },
        );
      },
    });
    return wholePolicyAnswer(done);
  });
}

const HISTORY = 'revisions';

async function revisionBefore(reader: PolicyReader, cursor: string): Promise<number> {
  const revision = await reader.revision(revisionOfCursor(cursor)).catch(asForeign);
  return readCursor(cursor, revision.writeId, HISTORY).revision;
}

function wholePolicyAnswer(done: WriteOutcome): Response {
  return jsonAnswer(done.answer, done.dryRun ? {} : { tag: itemHash(done.document) });
}

/** Text only for who asks for it and not for JSON. */
function prefersText(accept = ''): boolean {
  const types = accept.split(',').map((range) => range.split(';')[0]?.trim().toLowerCase());
  return types.includes('text/plain') && !types.includes('application/json');
}
