/** Between an HTTP API of API Gateway (payload format 2.0) and the app: events in, answers out, problems even of these. */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { RequestFacts } from './environment.ts';
import { secure } from './http/headers.ts';
import { Problem, problemResponse } from './http/problem.ts';

/** What the adapter needs of the app. */
export interface FetchApp {
  fetch(request: Request, facts: RequestFacts): Response | Promise<Response>;
}

export type AdminHandler = (event: unknown, context?: Context) => Promise<APIGatewayProxyStructuredResultV2>;

/** Makes the Lambda handler. It never rejects: an event that is no HTTP request is a problem like any other. */
export function lambdaHandler(app: FetchApp): AdminHandler {
  return async (event, context) => {
    // The event is whatever invoked the function; everything in it is looked at before it is used.
    const http = event as Partial<APIGatewayProxyEventV2> | null | undefined;
    const requestId = requestIdOf(http);
    try {
      const request = requestOf(http);
      const response = await app.fetch(request, {
        authorizer: authorizerOf(http),
        rawPath: http?.rawPath ?? '',
        rawQuery: http?.rawQueryString ?? '',
        ...(requestId !== undefined && { requestId }),
        ...(context && { remainingMs: () => context.getRemainingTimeInMillis() }),
      });
      return await resultOf(response);
    } catch {
      const problem = new Problem('bad-request', 'The request is none that HTTP knows, or not of payload format 2.0.');
      const response = problemResponse(problem, requestId);
      secure(response.headers);
      return resultOf(response);
    }
  };
}

/** Goes into problems and log lines, so nothing but what an id can be. */
function requestIdOf(event: Partial<APIGatewayProxyEventV2> | null | undefined): string | undefined {
  const id: unknown = event?.requestContext?.requestId;
  return typeof id === 'string' && /^[\x21-\x7e]{1,128}$/.test(id) ? id : undefined;
}

function authorizerOf(event: Partial<APIGatewayProxyEventV2> | null | undefined): unknown {
  const context: object = event?.requestContext ?? {};
  return 'authorizer' in context ? context.authorizer : undefined;
}

/**
 * The request. Its URL has the path and the query only as far as they are plain: what they really were goes with the
 * facts, and is checked there. API Gateway hands paths over decoded, so a `?` in one must not begin a query here.
 */
function requestOf(event: Partial<APIGatewayProxyEventV2> | null | undefined): Request {
  const method = event?.requestContext?.http?.method;
  const { rawPath, rawQueryString: query = '' } = event ?? {};
  const isText = typeof method === 'string' && typeof rawPath === 'string' && typeof query === 'string';
  if (event?.version !== '2.0' || !isText) {
    throw new TypeError('not an event of payload format 2.0');
  }
  const url = new URL('https://admin-api.invalid/');
  url.pathname = rawPath;
  // With its `?`: the setter would take a first `?` of the query itself for that, and drop it.
  url.search = query === '' ? '' : `?${query}`;
  const headers = new Headers();
  for (const [name, value] of Object.entries(event.headers ?? {})) {
    if (typeof value === 'string') headers.set(name, value.replace(NOT_IN_HEADERS, '?'));
  }
  // The body that came counts, not what is said of it.
  headers.delete('content-length');
  const bodiless = method === 'GET' || method === 'HEAD';
  const body = bodiless || !event.body ? undefined : Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8');
  return new Request(url, { method, headers, ...(body && { body }) });
}

/** What a `Headers` refuses: a header with such a character is not understood, and no fault. */
const NOT_IN_HEADERS = /[^\t\x20-\x7e\x80-\xff]/g;

async function resultOf(response: Response): Promise<APIGatewayProxyStructuredResultV2> {
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    // All that the API answers is text.
    body: await response.text(),
    isBase64Encoded: false,
  };
}
