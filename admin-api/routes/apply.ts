/** /v1/apply and /v1/applied: files that are merged into the policy, and what is known of them. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { itemHash } from '../../shared/policy/index.ts';
import { ApplyConflictError, applyPolicy, BaseMovedError } from '../../shared/store/index.ts';
import { requireAny } from '../access/permissions.ts';
import type { AdminEnv, Services } from '../environment.ts';
import { readJsonBody } from '../http/body.ts';
import { jsonAnswer } from '../http/json-answer.ts';
import { checkPreconditions, readPreconditions } from '../http/preconditions.ts';
import { Problem } from '../http/problem.ts';
import { placeInWhole } from '../policies/document-places.ts';
import { requireWrite, type WriteKind, writeBy } from '../policies/policy-writer.ts';
import { revisionView } from '../policies/revision-view.ts';
import { inAll, shownChanges, shownConflicts } from '../policies/shown-changes.ts';
import { appliedQuery, applyQuery } from '../schemas/requests.ts';
import { answer, body, changeHeaders, problems } from './documentation.ts';

const TAGS = ['Policy'];
const APPLY: WriteKind = { needs: ['write'], to: 'apply a file' };

const postApply = createRoute({
  method: 'post',
  path: '/v1/apply',
  operationId: 'applyFile',
  summary: 'Apply a file: merge what changed in it since it was last applied',
  description:
    'Needs the permission `write`; where tests of the policy in force are changed or removed `tests`, with `confirm` the permission `confirm`. What others changed since stays and is told (`kept`); where the file and others changed the same, 409 with the `conflicts`, and nothing is written. Of a file that was never applied, what only the policy has stays, what only the file has is added, what both have and differs is a conflict. Where no policy has been published the file becomes the first. A file that is not as it was last applied makes a revision even where the policy stays as it is.',
  tags: TAGS,
  request: { query: applyQuery, headers: changeHeaders, body: body('Policy', 'The file.') },
  responses: {
    200: answer({ description: 'Applied, or nothing to change.', schema: 'ApplyWritten', etag: true }),
    201: answer({ description: 'The first policy is published.', schema: 'ApplyWritten', etag: true, location: true }),
    ...problems({ body: true, write: true, conflict: true }),
  },
});

const getApplied = createRoute({
  method: 'get',
  path: '/v1/applied',
  operationId: 'getApplied',
  summary: 'Read a file as it was last applied, or the list of such files',
  description: 'Needs the permission `read`. Whatever others have changed in the policy is not in it.',
  tags: TAGS,
  request: { query: appliedQuery },
  responses: {
    200: answer({ description: 'The file, or the list.', schema: 'AppliedAnswer' }),
    ...problems({ large: true }),
  },
});

export function applyRoutes(app: OpenAPIHono<AdminEnv>, services: Services): void {
  const { store } = services;

  app.openapi(postApply, async (c) => {
    requireWrite(c, APPLY);
    const sent = await readJsonBody(c.req.raw);
    const preconditions = readPreconditions(c.req.header.bind(c.req));
    const { source, prune, forceConflicts, ifRevision, ...query } = c.req.valid('query');
    const inFile = placeInWhole(sent);
    const place = (path: Parameters<typeof inFile>[0], document: 'policy' | 'file') =>
      document === 'file' ? inFile(path) : undefined;
    const done = await writeBy(c, services, query, { ...APPLY, place }, ({ permit, ...means }) =>
      applyPolicy(store, {
        ...means,
        document: sent,
        source,
        prune: prune === 'true',
        forceConflicts: forceConflicts === 'true',
        ifRevision,
        check: (current, next) => {
          checkPreconditions(preconditions, current && itemHash(current.document));
          permit(current, next);
        },
      }),
    ).catch(tellRefusal);
    const { kept, overridden, base } = done;
    const created = done.written && done.previous === undefined;
    const told = {
      ...done.answer,
      kept: shownChanges(kept),
      ...inAll('keptInAll', kept),
      overridden: shownConflicts(overridden),
      ...inAll('overriddenInAll', overridden),
      base: base === undefined ? null : revisionView(base),
    };
    return jsonAnswer(told, {
      status: created ? 201 : 200,
      ...(!done.dryRun && { tag: itemHash(done.document) }),
      ...(created && { location: '/v1/policy' }),
    });
  });

  app.openapi(getApplied, async (c) => {
    requireAny(c.get('permissions'), ['read'], 'read what was applied');
    const { source } = c.req.valid('query');
    if (source === undefined) return jsonAnswer({ applied: (await store.head())?.applied ?? [] });
    const applied = await store.applied(source);
    if (applied === undefined) {
      const detail = `Nothing was applied from ${JSON.stringify(source)}, or so long ago that it is forgotten; GET /v1/applied lists the files.`;
      throw new Problem('never-applied', detail);
    }
    const { revision, document } = applied;
    return jsonAnswer({ source, revision: revisionView(revision), policy: document });
  });
}

function tellRefusal(error: unknown): never {
  if (error instanceof ApplyConflictError) {
    const { conflicts, base } = error;
    const places = conflicts
      .slice(0, 5)
      .map(({ what, id, field, entry }) => [what, id, field ?? entry].filter(Boolean).join(' '));
    const detail = `The file and others have changed the same: ${places.join('; ')}${conflicts.length > 5 ? ' …' : ''}. Take over in the file what counts, or send it with forceConflicts=true.`;
    throw new Problem('apply-conflict', detail, {
      members: {
        conflicts: shownConflicts(conflicts),
        ...inAll('conflictsInAll', conflicts),
        base: base === undefined ? null : revisionView(base),
      },
    });
  }
  if (error instanceof BaseMovedError) {
    const { expected, actual } = error;
    const inForce = actual === 0 ? 'No policy has been published' : `Revision ${actual} is in force`;
    throw new Problem('precondition-failed', `${inForce}, not ${expected} as ifRevision says.`, {
      members: actual === 0 ? {} : { revision: actual },
    });
  }
  throw error;
}
