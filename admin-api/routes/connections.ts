/** /v1/connections: who is in, what the policy says of them now, and ending it. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type AskedBy, isUnfinished, type PassReport } from '../../shared/enforcement/index.ts';
import { requireAny } from '../access/permissions.ts';
import { askForPass } from '../connections/ask-for-pass.ts';
import { connectionsPage } from '../connections/connections-page.ts';
import { askEnforcer } from '../connections/enforcer-problem.ts';
import { fitting } from '../connections/fitting-report.ts';
import { requireEnforcer } from '../connections/require-enforcer.ts';
import type { AdminEnv, RequestFacts, Services } from '../environment.ts';
import { readJsonBody } from '../http/body.ts';
import { jsonAnswer } from '../http/json-answer.ts';
import { Problem } from '../http/problem.ts';
import { workingTimeMs } from '../http/working-time.ts';
import { readEnvelope } from '../policies/envelope.ts';
import {
  connectionId,
  connectionsQuery,
  type EndQuery,
  endQuery,
  enforceQuery,
  terminateEnvelope,
  terminateQuery,
} from '../schemas/connection-requests.ts';
import { answer, body, problems } from './documentation.ts';

const TAGS = ['Connections'];
const DEFAULT_LIMIT = 1_000;
/** To invoke the enforcer, and to have its answer here. */
const INVOKING_MS = 3_000;

const listConnections = createRoute({
  method: 'get',
  path: '/v1/connections',
  operationId: 'listConnections',
  summary: 'List active connections, the longest standing first',
  description:
    'Needs the permission `read`. Each with who, from where, since when, what admitted it, and what the policy in force says of it now. Each page is read from EC2 anew: what has ended meanwhile is not on it.',
  tags: TAGS,
  request: { query: connectionsQuery },
  responses: {
    200: answer({ description: 'A page of connections.', schema: 'ConnectionsPage' }),
    ...problems({ large: true }),
  },
});

const terminateConnection = createRoute({
  method: 'post',
  path: '/v1/connections/{id}/terminate',
  operationId: 'terminateConnection',
  summary: 'End a connection',
  description:
    'Needs the permission `disconnect`. Ends it whatever the policy says and also where the enforcer only observes; who and why go on record. The user can connect again where the policy admits them. `outcome` tells what became of it.',
  tags: TAGS,
  request: { query: endQuery, params: connectionId },
  responses: {
    200: answer({ description: 'What became of it.', schema: 'PassReport' }),
    ...problems({ confirmable: true }),
  },
});

const terminateConnections = createRoute({
  method: 'post',
  path: '/v1/connections/terminate',
  operationId: 'terminateConnections',
  summary: "End certain connections, a user's, or those that certain rules refuse",
  description:
    'Needs the permission `disconnect`, and `confirm` with `confirm=share`. Where certain rules refuse more than may be ended at once, 422 with the `report`, until it is confirmed. `gone` are those that do not stand any more, `left` those for which there was no time: send it again.',
  tags: TAGS,
  request: { query: terminateQuery, body: body('TerminateRequest', 'Which connections.') },
  responses: {
    200: answer({ description: 'What became of them.', schema: 'PassReport' }),
    ...problems({ body: true, confirmable: true }),
  },
});

const enforce = createRoute({
  method: 'post',
  path: '/v1/connections/enforce',
  operationId: 'enforce',
  summary: 'End now what the policy refuses',
  description:
    'Needs the permission `disconnect`, and `confirm` with `confirm=share`. A pass of the enforcer as its schedule makes them. Where it would end too many at an endpoint it ends none of them (`held`), until `confirm=share` with the `revision` says that so many are meant. Where the enforcer observes, nobody is ended.',
  tags: TAGS,
  request: { query: enforceQuery },
  responses: {
    200: answer({ description: 'What the pass did.', schema: 'PassReport' }),
    ...problems({ confirmable: true, conditional: true }),
  },
});

export function connectionsRoutes(app: OpenAPIHono<AdminEnv>, services: Services): void {
  app.openapi(listConnections, async (c) => {
    requireAny(c.get('permissions'), ['read'], 'read connections');
    const { limit = DEFAULT_LIMIT, cursor, wouldRefuse, user, endpoint } = c.req.valid('query');
    const enforcer = requireEnforcer(services);
    const [withinMs, options] = bounds(c.env);
    const filters = { user, endpoint, wouldRefuse: wouldRefuse === 'true' };
    const { at, revision, mode, connections } = await askEnforcer(services, () =>
      enforcer.list({ ...filters, withinMs }, options),
    );
    c.get('told').revision = revision;
    const page = connectionsPage(connections, { limit, cursor, filters: Object.values(filters) });
    return jsonAnswer({
      at,
      revision,
      mode,
      connections: page.connections,
      total: connections.length,
      ...(page.next !== undefined && { next: page.next }),
    });
  });

  app.openapi(terminateConnection, async (c) => {
    const { id } = c.req.valid('param');
    const { dryRun, by } = readEnd(c, c.req.valid('query'));
    const enforcer = requireEnforcer(services);
    const [withinMs, options] = bounds(c.env);
    const report = await askEnforcer(services, () =>
      enforcer.terminate({ connections: [id], dryRun, by, withinMs }, options),
    );
    if (report.connections.every(({ outcome, endpoint }) => outcome === 'gone' && endpoint === '')) {
      throw new Problem('no-such-connection', `There is no active connection ${id}: it has ended, or never was.`);
    }
    return reportAnswer(c, report);
  });

  app.openapi(terminateConnections, async (c) => {
    const { dryRun, by, confirmed } = readEnd(c, c.req.valid('query'));
    const whose = readEnvelope(terminateEnvelope, await readJsonBody(c.req.raw));
    const enforcer = requireEnforcer(services);
    const [withinMs, options] = bounds(c.env);
    const request = { ...whose, dryRun, by, ...(confirmed && { confirm: true }), withinMs };
    return reportAnswer(c, await askEnforcer(services, () => enforcer.terminate(request, options)));
  });

  app.openapi(enforce, async (c) => {
    const query = c.req.valid('query');
    const { dryRun, by, confirmed } = readEnd(c, query);
    const confirm = confirmedRevision(confirmed, query.revision);
    const enforcer = requireEnforcer(services);
    const [withinMs, options] = bounds(c.env);
    const report = await askEnforcer(services, () => enforcer.pass({ dryRun, by, confirm, withinMs }, options));
    // The schedule's passes have nobody's word, and would hold the rest.
    if (confirm !== undefined && isUnfinished(report)) await askForPass(services, c.get('told'), { by, confirm });
    return reportAnswer(c, report);
  });
}

/** Who ends connections, and why. @throws Problem forbidden */
function readEnd(
  c: Context<AdminEnv>,
  { reason = '', dryRun, confirm }: EndQuery & { readonly confirm?: 'share' | undefined },
) {
  const [held, told, { author }] = [c.get('permissions'), c.get('told'), c.get('caller')];
  const end = {
    dryRun: dryRun === 'true',
    confirmed: confirm === 'share',
    by: { author: { type: author.type, id: author.id }, reason } satisfies AskedBy,
  };
  Object.assign(told, { reason, dryRun: end.dryRun, ...(end.confirmed && { confirm: ['share'] }) });
  requireAny(held, ['disconnect'], 'end connections');
  if (end.confirmed) requireAny(held, ['confirm'], 'confirm that many are ended');
  return end;
}

/** @throws Problem precondition-required, bad-query */
function confirmedRevision(confirmed: boolean, revision: number | undefined) {
  if (!confirmed && revision !== undefined) {
    throw new Problem('bad-query', 'revision: it says which revision is confirmed, and goes with confirm=share.');
  }
  if (!confirmed) return undefined;
  if (revision !== undefined) return { revision };
  throw new Problem(
    'precondition-required',
    'Say which refusals you mean: revision with the number that the report or the list told.',
  );
}

/** How long the enforcer may work, and when its answer is not waited for any more. */
function bounds(facts: RequestFacts): readonly [withinMs: number, options: { readonly signal: AbortSignal }] {
  const workingMs = workingTimeMs(facts);
  return [Math.max(0, workingMs - INVOKING_MS), { signal: AbortSignal.timeout(workingMs) }];
}

function reportAnswer(c: Context<AdminEnv>, report: PassReport): Response {
  const ended = report.endpoints.reduce((sum, endpoint) => sum + endpoint.ended, 0);
  Object.assign(c.get('told'), { revision: report.revision, ended });
  return jsonAnswer(fitting(report));
}
