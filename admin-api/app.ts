/** The admin API: what happens to every request, and the routes. */
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { DecisionSource } from '../shared/decision-log/index.ts';
import type { Enforcer } from '../shared/enforcement/index.ts';
import type { PolicyStore } from '../shared/store/index.ts';
import type { Access } from './access/access-map.ts';
import { LOCAL_CALLER, readCaller } from './access/caller.ts';
import { checkLocalRequest } from './access/local-request.ts';
import type { AdminMetrics } from './admin-metrics.ts';
import { createPassAfterWrite } from './connections/pass-after-write.ts';
import type { AdminEnv, Told } from './environment.ts';
import { preflightAnswer, secure, shareWith } from './http/headers.ts';
import { checkPath } from './http/path.ts';
import { Problem, type ProblemError, problemResponse } from './http/problem.ts';
import { checkQuery } from './http/query.ts';
import { problemOf } from './http/store-problem.ts';
import { createPolicyReader } from './policies/policy-reader.ts';
import { requestLine } from './request-line.ts';
import { applyRoutes } from './routes/apply.ts';
import { changesRoutes } from './routes/changes.ts';
import { connectionsRoutes } from './routes/connections.ts';
import { decisionsRoutes } from './routes/decisions.ts';
import { evaluateRoutes } from './routes/evaluate.ts';
import { healthRoutes } from './routes/health.ts';
import { openApiRoutes } from './routes/openapi.ts';
import { policyRoutes } from './routes/policy.ts';
import { replayRoutes } from './routes/replay.ts';
import { revisionsRoutes } from './routes/revisions.ts';
import { ruleRoutes } from './routes/rule.ts';
import { rulesRoutes } from './routes/rules.ts';
import { setsRoutes } from './routes/sets.ts';
import { verifyRoutes } from './routes/verify.ts';

export interface AdminApiParts {
  readonly store: PolicyStore;
  /** Default: no decisions are kept. */
  readonly decisions?: DecisionSource | undefined;
  /** Default: none is deployed, and nobody's connection can be read or ended. */
  readonly enforcer?: Enforcer | undefined;
  /** What a caller may do. */
  readonly access: Access;
  readonly logger: AdminLogger;
  readonly metrics: AdminMetrics;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** True only in the local stack, which has no authorizer: then this machine is the caller. Default false. */
  readonly localStack?: boolean;
  /** The web origin whose pages may use the API. Default: none may. */
  readonly corsOrigin?: string | undefined;
}

export interface AdminLogger {
  info(message: string, fields: Readonly<Record<string, unknown>>): void;
  error(message: string, fields: Readonly<Record<string, unknown>>): void;
}

/** Makes the API. It answers every request, whatever comes and whatever fails; each refusal is a problem (RFC 9457). */
export function createAdminApi(parts: AdminApiParts): OpenAPIHono<AdminEnv> {
  const { store, decisions, enforcer, now } = parts;
  const passAfterWrite = createPassAfterWrite({ enforcer, now });
  const services = { store, decisions, enforcer, now, passAfterWrite, reader: createPolicyReader(store) };
  const app = new OpenAPIHono<AdminEnv>({
    defaultHook: (result) => {
      if (!result.success) throw schemaProblem(result.target, result.error.issues);
    },
  });

  app.use(told(parts));
  app.use(gate(parts));
  policyRoutes(app, services);
  applyRoutes(app, services);
  rulesRoutes(app, services);
  ruleRoutes(app, services);
  setsRoutes(app, services);
  changesRoutes(app, services);
  revisionsRoutes(app, services);
  verifyRoutes(app, services);
  evaluateRoutes(app, services);
  decisionsRoutes(app, services);
  replayRoutes(app, services);
  connectionsRoutes(app, services);
  healthRoutes(app, services);
  openApiRoutes(app);

  app.notFound((c) => tellProblem(c, nothingAt(app, c)));
  app.onError((error, c) => tellProblem(c, problemOf(error)));
  return app;
}

/** Around everything: headers that every answer has, the log line, the metrics. */
function told({ logger, metrics, now, corsOrigin }: AdminApiParts): MiddlewareHandler<AdminEnv> {
  return async (c, next) => {
    const startedMs = now();
    const about: Told = {};
    c.set('told', about);
    await next();
    secure(c.res.headers);
    shareWith(corsOrigin, c.req.header('origin'), c.res.headers);
    const { status } = c.res;
    const line = requestLine({
      method: c.req.method,
      route: routeOf(c),
      path: c.env?.rawPath ?? c.req.path,
      status,
      author: c.get('caller')?.author,
      told: about,
      requestId: c.env?.requestId,
      durationMs: now() - startedMs,
    });
    // That they fail changes no answer.
    try {
      if (status >= 500) logger.error('request failed', { ...line, error: about.error });
      else logger.info('request', line);
      if (about.passNotAsked !== undefined) {
        logger.error('the enforcer was not asked for a pass; its schedule makes the next one', {
          error: about.passNotAsked,
        });
      }
      metrics.request(status, about);
    } catch {}
  };
}

/** Before every route: a path and a query that mean one thing, a caller, what the caller may do. */
function gate({ access, localStack = false, corsOrigin }: AdminApiParts): MiddlewareHandler<AdminEnv> {
  return async (c, next) => {
    const preflight = preflightAnswer(corsOrigin, c.req.raw);
    if (preflight !== undefined) return preflight;
    if (localStack) checkLocalRequest(c.req.header('host'), c.req.header('origin'), corsOrigin);
    const caller = localStack ? LOCAL_CALLER : readCaller(c.env?.authorizer);
    c.set('caller', caller);
    c.set('permissions', access(caller));
    const url = new URL(c.req.url);
    checkPath(c.env?.rawPath ?? url.pathname);
    checkQuery(c.env?.rawQuery ?? url.search.slice(1));
    return next();
  };
}

function tellProblem(c: Context<AdminEnv>, problem: Problem): Response {
  const about = c.get('told');
  about.problem = problem.code;
  if (problem.status >= 500) about.error = problem.cause ?? problem;
  return problemResponse(problem, c.env?.requestId);
}

/** Nothing at the path, or something that does not take the method. */
function nothingAt(app: OpenAPIHono<AdminEnv>, c: Context<AdminEnv>): Problem {
  const methods = app.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== 'route' || !fits(definition.route.path, c.req.path)) return [];
    const method = definition.route.method.toUpperCase();
    return method === 'GET' ? ['GET', 'HEAD'] : [method];
  });
  if (methods.length === 0)
    return new Problem('no-such-path', 'The API has nothing at this path; /openapi.json lists what it has.');
  const allow = methods.join(', ');
  return new Problem('method-not-allowed', `Methods here: ${allow}.`, { headers: { allow } });
}

function fits(template: string, path: string): boolean {
  const [wanted, given] = [template.split('/'), path.split('/')];
  return (
    wanted.length === given.length &&
    wanted.every((segment, index) => (segment.startsWith('{') ? given[index] !== '' : segment === given[index]))
  );
}

/** The route that answered, as it was declared; undefined where none did. */
function routeOf(c: Context<AdminEnv>): string | undefined {
  const route = routePath(c, -1);
  return route === '*' || route === '/*' ? undefined : route;
}

interface FoundIssue {
  readonly code: string;
  readonly message: string;
  readonly path: readonly PropertyKey[];
  readonly keys?: readonly string[];
}

/** What a route's schemas found wrong with the query or the path. */
function schemaProblem(target: string, issues: readonly FoundIssue[]): Problem {
  if (target === 'param') return new Problem('no-such-path', 'The path names nothing that the API can have.');
  const errors = issues.flatMap((issue): ProblemError[] => {
    if (issue.keys === undefined)
      return [{ code: 'wrong-value', message: issue.message, path: issue.path.map(String).join('.') }];
    return issue.keys.map((key) => ({
      code: 'unknown-key',
      message: `the key ${JSON.stringify(key.slice(0, 64))} is not known here`,
      path: key.slice(0, 64),
    }));
  });
  const [first] = errors;
  return new Problem(target === 'query' ? 'bad-query' : 'bad-request', `${first?.path}: ${first?.message}`, { errors });
}
