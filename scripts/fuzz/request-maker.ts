/** Makes requests from the OpenAPI document: most of them such as a careful client sends, then spoilt in a place or two. */
import type { PolicyDocument } from '../../shared/engine/index.ts';
import { validatePolicy } from '../../shared/policy/index.ts';
import { HOSTILE_KEYS, hostileBytes, hostileText, spoil } from './hostile.ts';
import type { Random } from './random.ts';
import { aroundNow, type Schema, valueFor } from './schema-value.ts';

export interface FuzzRequest {
  /** `operationId` of what it was made from. */
  readonly operation: string;
  readonly method: string;
  /** As it is sent, with whatever is in it. */
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly caller: Caller;
}

export const CALLERS = ['operator', 'help-desk', 'reader', 'nobody', 'token', 'none'] as const;
export type Caller = (typeof CALLERS)[number];

interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** What the answers so far have told: what a client knows. */
export interface Learnt {
  /** The newest ETag of each path. */
  readonly tags: Map<string, string>;
  readonly cursors: string[];
  revision: number;
}

/** What bodies are made of besides the schemas: policies that are valid as a whole. */
export type Samples = readonly PolicyDocument[];

export interface RequestMaker {
  readonly operations: readonly { readonly operationId: string; readonly statuses: readonly string[] }[];
  make(learnt: Learnt): FuzzRequest;
}

export function createRequestMaker({ paths, components }: ApiDocument, samples: Samples, random: Random): RequestMaker {
  const { schemas } = components;
  // Rules that need no set, endpoint or other rule: one that is not there would be the first thing wrong with them.
  const rules = samples
    .flatMap((sample) => sample.rules ?? [])
    .filter((rule) => validatePolicy({ version: 1, defaultEffect: 'allow', rules: [rule] }).ok);
  const operations = Object.entries(paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ template, method: method.toUpperCase(), operation })),
  );

  const make = (learnt: Learnt): FuzzRequest => {
    const { template, method, operation } = random.pick(operations);
    const { operationId, parameters = [], requestBody } = operation;
    // As a client sends it who knows the API and may do everything.
    const careful = random.chance(0.35);
    const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => pathValue(template, name, learnt, random));
    const query = parameters
      .filter((parameter) => parameter.in === 'query' && random.chance(chanceOf(parameter)))
      .map(({ name, schema }) => [name, queryValue(name, schema, learnt)] as const);
    const wanted = conditions(operationId, path, learnt, random);
    const headers: Record<string, string> = {
      accept: random.pick(['*/*', 'application/json', 'text/plain']),
      ...wanted,
    };
    let body: Buffer | undefined;
    if (requestBody !== undefined) {
      const [type = 'application/json', content] = random.pick(Object.entries(requestBody.content));
      headers['content-type'] = type;
      const value = bodyOf(operationId, content?.schema ?? {}, careful ? 0 : 0.5);
      body = Buffer.from(JSON.stringify(!careful && random.chance(0.6) ? spoil(value, random) : value));
    }
    const whole: FuzzRequest = {
      operation: operationId,
      method,
      path,
      query: query.map(([name, value]) => `${name}=${encode(value)}`).join('&'),
      headers,
      ...(body && { body }),
      caller: careful
        ? 'operator'
        : random.choose<Caller>([
            [20, () => 'operator'],
            [1.5, () => 'help-desk'],
            [0.7, () => 'reader'],
            [0.7, () => 'token'],
            [0.3, () => 'nobody'],
            [0.3, () => 'none'],
          ]),
    };
    return !careful && random.chance(0.6) ? spoilRequest(whole, learnt, random) : whole;
  };

  const queryValue = (name: string, schema: Schema, learnt: Learnt): string => {
    if (name === 'cursor') return cursorOf(learnt, random);
    if (name === 'confirm' && schema.enum === undefined)
      return random.pick(['lockout', 'tests', 'lockout,tests', 'lockout,tests']);
    if (name === 'source' && random.chance(0.8)) return random.pick(SOURCES);
    if (name === 'ifRevision') return String(random.integer(Math.max(0, learnt.revision - 1), learnt.revision + 1));
    if (name === 'dryRun') return random.pick(['true', 'true', 'false']);
    if (name === 'revision' || name === 'against') return String(random.integer(1, learnt.revision + 1));
    return String(valueFor(schema, schemas, random, name));
  };

  /** Made of a sample, or with some chance from the schema alone. */
  const bodyOf = (operationId: string, schema: Schema, chanceOfSchema: number): unknown => {
    const sample = random.pick(samples);
    const rule = random.pick(rules);
    const set = random.pick([...Object.values(sample.sets ?? {}), { kind: 'user', entries: ['mori'] }]);
    const fromSchema = () => valueFor(schema, schemas, random);
    const fromSample: Readonly<Record<string, () => unknown>> = {
      putPolicy: () => sample,
      applyFile: () => sample,
      createRule: () => ({ ...rule, id: random.pick(RULE_IDS) }),
      putRule: () => {
        const { id: _, ...others } = rule;
        return others;
      },
      patchRule: () => Object.fromEntries(Object.entries(rule).filter(([key]) => key !== 'id' && random.chance(0.4))),
      putSet: () => set,
      patchSet: () => ({ add: ['mori', 'sato'], remove: ['batchi'] }),
      makeChanges: () => ({
        operations: [
          { op: 'put-rule', rule },
          ...Object.entries(sample.sets ?? {}).map(([name, put]) => ({ op: 'put-set', name, set: put })),
        ].toReversed(),
      }),
      replay: () => ({ since: aroundNow(-36), ...random.pick([{ policy: sample }, { changes: [] }, {}]) }),
      evaluate: () => ({ connection: { username: 'mori', 'public-ip': '203.0.113.10' }, policy: sample }),
    };
    const make = fromSample[operationId];
    if (make === undefined || random.chance(chanceOfSchema)) return fromSchema();
    return make();
  };

  return {
    operations: operations.map(({ operation: { operationId, responses } }) => ({
      operationId,
      statuses: Object.keys(responses),
    })),
    make,
  };
}

/** How often a query has a parameter. */
function chanceOf({ name, required }: Parameter): number {
  if (required) return 0.95;
  return name === 'confirm' || name === 'forceConflicts' ? 0.6 : 0.2;
}

const RULE_IDS = ['block-leavers', 'patch-night', 'from-offices', 'a', 'b'];
const SOURCES = ['vpn/policy.yaml', 'a.yaml', 'a.yaml', 'ポリシー.yaml', '__proto__'];
const SET_NAMES = ['offices', 'leavers', 'a'];
/** These are in, and decisions on them on record, in this process. */
export const CONNECTION_IDS = ['cvpn-connection-1', 'cvpn-connection-2', 'cvpn-connection-3'];

function pathValue(template: string, name: string, { revision }: Learnt, random: Random): string {
  if (name === 'id') return random.pick(template.startsWith('/v1/connections/') ? CONNECTION_IDS : RULE_IDS);
  if (name === 'name') return random.pick(SET_NAMES);
  if (name === 'connectionId') return random.pick(CONNECTION_IDS);
  return String(random.integer(Math.max(1, revision - 40), revision + (random.chance(0.1) ? 1 : 0)));
}

/** The preconditions that such an operation needs, mostly true. */
function conditions(operation: string, path: string, { tags }: Learnt, random: Random): Record<string, string> {
  const tag = tags.get(path);
  const ifMatch = (): Record<string, string> => ({ 'if-match': random.chance(0.3) && tag ? tag : '*' });
  const ifNoneMatch = (): Record<string, string> => ({ 'if-none-match': '*' });
  if (operation.startsWith('put')) {
    return random.choose<Record<string, string>>([
      [4, ifMatch],
      [3, ifNoneMatch],
      [1, () => ({})],
    ]);
  }
  if (operation.startsWith('patch') || operation.startsWith('delete')) return random.chance(0.9) ? ifMatch() : {};
  if (operation.startsWith('get') && tag && random.chance(0.3)) return { 'if-none-match': tag };
  return {};
}

function cursorOf({ cursors }: Learnt, random: Random): string {
  const known = cursors.length === 0 ? 'MS4yLng' : random.pick(cursors);
  return random.choose([
    [3, () => known],
    [1, () => known.slice(0, -1)],
    [1, () => known.replace(/.$/, 'A')],
    [1, () => Buffer.from(`1.0.${'A'.repeat(22)}`).toString('base64url')],
    [1, () => Buffer.from(`9999999999.999999999.${'A'.repeat(22)}`).toString('base64url')],
    [1, () => hostileText(random).slice(0, 300)],
  ]);
}

/** Percent-encodes what can be, lone surrogates not. */
function encode(text: string): string {
  return encodeURIComponent(text.replaceAll(/[\ud800-\udfff]/gu, '\ufffd'));
}

function spoilRequest(request: FuzzRequest, learnt: Learnt, random: Random): FuzzRequest {
  const { path, query, headers, body } = request;
  const withHeader = (name: string, value: string) => ({ ...request, headers: { ...headers, [name]: value } });
  const withQuery = (more: string) => ({ ...request, query: query === '' ? more : `${query}&${more}` });
  return random.choose<FuzzRequest>([
    [3, () => (body === undefined ? request : { ...request, body: hostileBytes(body.toString(), random) })],
    [1, () => ({ ...request, method: random.pick(METHODS) })],
    [1, () => ({ ...request, body: body ?? Buffer.from('{"unwanted":true}') })],
    [2, () => withQuery(badPair(query, random))],
    [1, () => withQuery(`cursor=${encode(cursorOf(learnt, random))}`)],
    [2, () => ({ ...request, path: badPath(path, random) })],
    [2, () => withHeader('content-type', random.pick(MEDIA_TYPES))],
    [1, () => withHeader(random.pick(['if-match', 'if-none-match']), badTag(learnt, random))],
    [1, () => withHeader(...random.pick(HEADERS))],
    [0.5, () => withHeader(random.pick(['x-a', 'accept', 'if-match', 'origin', 'cookie']), hostileText(random))],
  ]);
}

const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'QUERY',
  'get',
  'PuT',
];

const MEDIA_TYPES = [
  'text/plain',
  'text/json',
  'application/xml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/octet-stream',
  'application/JSON',
  'application/json; charset=utf-16',
  'application/json; charset="UTF-8"',
  'application/json;charset',
  'application/json; charset=utf-8; charset=latin1',
  'application/json, text/plain',
  'application/jsonx',
  ' application/json ',
  ';',
  '',
  '*/*',
];

const HEADERS: readonly (readonly [string, string])[] = [
  ['content-encoding', 'gzip'],
  ['content-encoding', 'identity'],
  ['content-length', '99999999999'],
  ['content-length', '-1'],
  ['transfer-encoding', 'chunked'],
  ['expect', '100-continue'],
  ['x-http-method-override', 'DELETE'],
  ['x-forwarded-host', 'attacker.example'],
  ['origin', 'https://attacker.example'],
  ['origin', 'null'],
  ['range', 'bytes=0-1'],
  ['if-modified-since', 'Thu, 01 Jan 1970 00:00:00 GMT'],
  ['accept', 'text/html'],
  ['accept', 'application/json;q=0, */*;q=0'],
  ['accept-encoding', 'br'],
  ['authorization', 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.'],
  ['sls-offline-authorizer-override', '{"iam":{"userArn":"arn:aws:iam::1:root","userId":"root"}}'],
  ['x-a', 'x'.repeat(9_000)],
];

function badTag({ tags }: Learnt, random: Random): string {
  const known = random.pick([...tags.values(), '"x"']);
  return random.pick([
    `W/${known}`,
    known.slice(1),
    known.slice(0, -1),
    `${known}, "other"`,
    `"other",, ,${known}`,
    '*, "x"',
    '"*"',
    '""',
    '',
    ',',
    '"a" "b"',
    '"\u0001"',
    `"${'x'.repeat(5_000)}"`,
    Array.from({ length: 700 }, (_, index) => `"${index}"`).join(', '),
  ]);
}

function badPair(query: string, random: Random): string {
  return random.choose<string>([
    [2, () => `${encode(random.pick(HOSTILE_KEYS)).slice(0, 500)}=1`],
    [2, () => query.split('&')[0] || 'reason=a&reason=b'],
    [
      3,
      () =>
        random.pick([
          ...[
            'unknown=1',
            'dryRun=TRUE',
            'dryRun=',
            'dryRun',
            'dryrun=true',
            '%64ryRun=true',
            'confirm=',
            'confirm=all',
          ],
          ...[
            'confirm=lockout&confirm=tests',
            'confirm=lockout,,tests',
            'confirm=tests%2Clockout',
            'limit=0',
            'limit=-1',
          ],
          ...[
            'limit=1e3',
            'limit=+1',
            'limit=١',
            'limit=99999999999999999999',
            'limit=0x10',
            'revision=0',
            'against=0',
          ],
          ...['revision=9999999999', 'revision=99999999999', 'enabled=1', 'effect=DENY', 'effect=', 'mode=off'],
          ...[
            'ip=010.0.0.1',
            'ip=1.2.3.4/32',
            'ip=',
            'ip=%5B::1%5D',
            'user=',
            'user=%00',
            'user=%ff',
            'reason=%',
            'reason=%zz',
          ],
          ...[
            '=',
            '&',
            '&&',
            '=1',
            '?',
            '#',
            'a=b=c',
            'reason=a;b',
            'reason=a%26dryRun=true',
            '__proto__=1',
            'reason[]=1',
          ],
          `reason=${'x'.repeat(513)}`,
          `reason=${encode('é'.repeat(512))}`,
          `user=${encode('ﬁ'.repeat(300))}`,
          `reason=${encode('\u202e\u0000\u0007')}`,
        ]),
    ],
    [1, () => `reason=${encode(hostileText(random).slice(0, 2_000))}`],
  ]);
}

function badPath(path: string, random: Random): string {
  return random.choose<string>([
    [1, () => `${path}/`],
    [1, () => path.replace('/v1', '//v1')],
    [1, () => path.replace('/v1/', '/v1/./')],
    [1, () => `/v1/../v1${path.slice(3)}`],
    [1, () => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`)],
    [1, () => path.toUpperCase()],
    [1, () => path.replace(/[^/]+$/, () => encode(hostileText(random)).slice(0, 9_000))],
    [
      1,
      () =>
        path.replace(/[^/]+$/, random.pick(['__proto__', 'constructor', 'toString', 'default', '0', '-1', '1e1', '*'])),
    ],
    [
      1,
      () =>
        `${path}${random.pick(['?', '#', ';a=b', '%3F', '%23', '%2F..', '%00', '%', '%zz', '\\', '\u0000', ' ', 'ü', '🙂'])}`,
    ],
    [
      1,
      () =>
        random.pick([
          '',
          '/',
          '*',
          '//',
          '/v1',
          '/v2/rules',
          '/v1/rules/a/b',
          '/openapi.json/',
          `/${'a/'.repeat(900)}`,
        ]),
    ],
  ]);
}
