/** The API on a store of its own, called as API Gateway calls it; every answer is checked against the OpenAPI document. */
import { expect } from '@jest/globals';
import { lambdaContext } from '../../handler/testing/lambda-context.ts';
import { DynamoDbPolicyStore } from '../../shared/store/index.ts';
import { createRulesTable, localDocumentClient } from '../../shared/store/testing/dynalite.ts';
import { readAccessMap } from '../access/access-map.ts';
import { type AdminApiParts, createAdminApi } from '../app.ts';
import { lambdaHandler } from '../lambda-adapter.ts';
import { openApiDocument } from '../routes/openapi.ts';
import { SCHEMAS } from '../schemas/components.ts';
import { httpEvent, type TestRequest } from './http-event.ts';

export interface TestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed where it is JSON, else text; undefined where it is empty. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

export interface TestApi {
  readonly store: DynamoDbPolicyStore;
  /** Milliseconds since 1970; may be set. */
  nowMs: number;
  readonly log: Readonly<Record<string, unknown>>[];
  readonly counted: { status: number; written: boolean | undefined; confirm: boolean; passNotAsked?: true }[];
  /** @param remainingMs how long Lambda still lets it run. Default: long. */
  call(request: TestRequest, remainingMs?: number): Promise<TestAnswer>;
  get(path: string, headers?: Record<string, string>): Promise<TestAnswer>;
  /** A request with a body; `target` may have a query. */
  send(method: string, target: string, body?: unknown, headers?: Record<string, string>): Promise<TestAnswer>;
}

/** 2026-11-24 10:00 in Tokyo. */
export const NOW_MS = Date.parse('2026-11-24T10:00:00+09:00');

/** @param endpoint of a dynalite */
export async function startTestApi(
  endpoint: string,
  adminAccess?: string,
  more: Partial<AdminApiParts> = {},
): Promise<TestApi> {
  const client = localDocumentClient(endpoint);
  const clock = { nowMs: NOW_MS };
  const store = new DynamoDbPolicyStore({ client, tableName: await createRulesTable(client), now: () => clock.nowMs });
  const log: Record<string, unknown>[] = [];
  const counted: TestApi['counted'] = [];
  const tell = (message: string, fields: Readonly<Record<string, unknown>>) => {
    log.push({ message, ...fields });
  };
  const app = createAdminApi({
    store,
    access: readAccessMap(adminAccess).access,
    logger: { info: tell, error: tell },
    metrics: {
      settingErrors: () => {},
      request: (status, { written, confirm, passNotAsked }) => {
        const isNotAsked = passNotAsked !== undefined;
        counted.push({ status, written, confirm: confirm !== undefined, ...(isNotAsked && { passNotAsked: true }) });
      },
    },
    now: () => clock.nowMs,
    ...more,
  });
  const handler = lambdaHandler(app);
  const contract = answerContract(openApiDocument(app));

  const call = async (request: TestRequest, remainingMs?: number): Promise<TestAnswer> => {
    const context = remainingMs === undefined ? undefined : lambdaContext(remainingMs);
    const { statusCode, headers, body: text } = await handler(httpEvent(request), context);
    const told = Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]));
    const isJson = told['content-type']?.includes('json');
    const body = text === undefined || text === '' ? undefined : isJson ? JSON.parse(text) : text;
    const answer = { status: statusCode ?? 0, headers: told, body };
    const fault = log.at(-1);
    if (fault?.problem === 'internal') throw fault.error;
    expectGoodAnswer(answer);
    contract(request.method ?? 'GET', request.path, answer);
    return answer;
  };
  const split = (target: string) => {
    const [path = '', query = ''] = target.split('?');
    return { path, query };
  };
  return {
    store,
    get nowMs() {
      return clock.nowMs;
    },
    set nowMs(ms) {
      clock.nowMs = ms;
    },
    log,
    counted,
    call,
    get: (target, headers = {}) => call({ ...split(target), headers }),
    send: (method, target, body, headers = {}) => call({ method, ...split(target), headers, body }),
  };
}

/** What every answer has, whatever it is. */
function expectGoodAnswer({ status, headers, body }: TestAnswer): void {
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  if (status < 400) return;
  expect(headers['content-type']).toBe('application/problem+json');
  if (body === undefined) return; // of a HEAD
  expect(SCHEMAS.Problem.safeParse(body).error).toBeUndefined();
  expect(body.status).toBe(status);
}

interface Documented {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, DocumentedAnswer>> }>>>
  >;
}
interface DocumentedAnswer {
  readonly content?: Readonly<Record<string, { readonly schema?: { readonly $ref?: string } }>>;
}

/** Holds answers against the document: their status is announced, their body fits its schema. */
function answerContract(document: object) {
  const { paths } = document as Documented; // what an OpenAPI document has
  return (method: string, path: string, { status, headers, body }: TestAnswer) => {
    const template = Object.keys(paths).find((candidate) =>
      new RegExp(`^${candidate.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
    );
    const operation = template === undefined ? undefined : paths[template]?.[method.toLowerCase()];
    if (operation === undefined) return;
    const announced = operation.responses[String(status)];
    expect([method, template, Object.keys(operation.responses)]).toEqual([
      method,
      template,
      expect.arrayContaining([String(status)]),
    ]);
    const type = headers['content-type']?.split(';')[0] ?? '';
    const name = announced?.content?.[type]?.schema?.$ref?.split('/').at(-1);
    if (status >= 400 || name === undefined) return;
    const schema = Object.entries(SCHEMAS).find(([key]) => key === name)?.[1];
    expect(schema?.safeParse(body).error).toBeUndefined();
  };
}
