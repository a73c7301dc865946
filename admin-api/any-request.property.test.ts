/** Whatever comes: never a fault, every refusal a problem, and a policy that the handler can serve. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startEnforcer, type TestEnforcer } from '../shared/enforcement/testing/start-enforcer.ts';
import { compile } from '../shared/engine/index.ts';
import { currentPolicy } from '../shared/store/index.ts';
import { type LocalDynamoDb, startDynalite } from '../shared/store/testing/dynalite.ts';
import { POLICY, RULE } from './testing/example-policy.ts';
import { startTestApi, type TestApi } from './testing/test-api.ts';

let dynalite: LocalDynamoDb;
let enforcer: TestEnforcer;
let api: TestApi;
beforeAll(async () => {
  dynalite = await startDynalite();
  enforcer = await startEnforcer();
  api = await startTestApi(dynalite.endpoint, undefined, { enforcer: enforcer.enforcer });
  await api.send('PUT', '/v1/policy', POLICY, { 'if-none-match': '*' });
});
afterAll(async () => {
  await enforcer.stop();
  await dynalite.stop();
});

const segment = fc.oneof(
  fc.constantFrom(
    'rules',
    'sets',
    'policy',
    'changes',
    'revisions',
    'evaluate',
    'health',
    'connections',
    'offices',
    'leavers',
    'block-carol',
    '1',
    '2',
  ),
  fc.constantFrom(
    'diff',
    'restore',
    'revert',
    'terminate',
    'enforce',
    '__proto__',
    'constructor',
    '..',
    '',
    '%2e',
    'default',
    '0',
    '99999999999',
    'é',
    '?',
    '*',
  ),
);
const path = fc.oneof(
  fc.constantFrom('/v1/policy', '/v1/rules', '/v1/rules/offices', '/v1/sets/leavers', '/v1/changes', '/v1/evaluate'),
  fc.constantFrom('/v1/revisions/1/restore', '/v1/revisions/1/diff', '/v1/sets', '/v1/health'),
  fc.constantFrom('/v1/connections', '/v1/connections/enforce', '/v1/connections/terminate'),
  fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => `/v1/${segments.join('/')}`),
  fc.string().map((text) => `/${text}`),
);
const key = fc.constantFrom(
  'reason',
  'dryRun',
  'confirm',
  'limit',
  'cursor',
  'user',
  'ip',
  'against',
  'revision',
  'wouldRefuse',
  'endpoint',
  '__proto__',
  'x',
);
const word = fc.oneof(
  fc.constantFrom('true', '1', '10', 'tests', 'lockout,tests', 'share', '%', '%ff', '::', 'toString', ''),
  fc.string(),
);
const query = fc
  .array(fc.tuple(key, word), { maxLength: 3 })
  .map((pairs) => pairs.map((pair) => pair.join('=')).join('&'));

const SAMPLES: readonly unknown[] = [
  POLICY,
  RULE,
  POLICY.sets.leavers,
  { add: ['carol'], remove: ['batchi'] },
  { enabled: false, match: { users: ['a'] } },
  {
    operations: [
      { op: 'put-rule', rule: RULE },
      { op: 'patch-set', name: 'leavers', add: ['x'] },
    ],
  },
  { connection: { username: 'batchi' }, changes: [{ op: 'delete-rule', id: 'offices' }] },
  { user: 'batchi' },
  { refusedBy: ['block-leavers'] },
];
const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    null,
    '',
    [],
    {},
    -1,
    1e308,
    '@leavers',
    '\ud800',
    '\0',
    'x'.repeat(600),
    '10/8',
    '* * * * *',
  ),
);

/** The same with something else in one place. */
function spoiled(sample: unknown): fc.Arbitrary<unknown> {
  return fc.tuple(fc.nat(), odd).map(([place, instead]) => {
    const copy: unknown = structuredClone(sample);
    const places: [object, string][] = [];
    const walk = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [name, inner] of Object.entries(value)) {
        places.push([value, name]);
        walk(inner);
      }
    };
    walk(copy);
    const [parent, name] = places[place % places.length] ?? [];
    if (parent === undefined || name === undefined) return instead;
    Object.defineProperty(parent, name, { value: instead, enumerable: true });
    return copy;
  });
}
const mutated = fc.constantFrom(...SAMPLES).chain(spoiled);

const body: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: mutated },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(...SAMPLES) },
  { weight: 1, arbitrary: fc.jsonValue() },
  {
    weight: 1,
    arbitrary: fc.constantFrom('{"__proto__":{}}', '{', '{"a":1,"a":2}', `${'['.repeat(5000)}`, '\ufeff{}', 'nul'),
  },
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.constant(undefined) },
);
const headers = fc.record(
  {
    'if-match': fc.constantFrom('*', '"a"', 'W/"a"', 'a', ',', '"', '*, "a"'),
    'if-none-match': fc.constantFrom('*', '"a"', 'a'),
    'content-type': fc.constantFrom(
      'application/json',
      'application/merge-patch+json',
      'text/plain',
      ';',
      'application/json;charset=x',
    ),
    'content-length': fc.constantFrom('0', '-1', '99999999', 'x'),
    accept: fc.constantFrom('text/plain', '*/*', ','),
    'x-http-method-override': fc.constant('DELETE'),
    origin: fc.string(),
  },
  { requiredKeys: [] },
);

interface AnyRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly base64: boolean;
}

const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'BREW');
const anything: fc.Arbitrary<AnyRequest> = fc.record({ method, path, query, headers, body, base64: fc.boolean() });

const sound = (verb: string, where: string, sent?: unknown, precondition: Record<string, string> = {}): AnyRequest => ({
  method: verb,
  path: where,
  query: verb === 'GET' || where === '/v1/evaluate' ? '' : 'reason=any',
  headers: precondition,
  body: sent,
  base64: false,
});
const ANY_STATE = { 'if-match': '*' };
const SOUND: readonly AnyRequest[] = [
  sound('GET', '/v1/rules'),
  sound('GET', '/v1/sets/leavers'),
  sound('GET', '/v1/revisions/1/diff'),
  sound('PUT', '/v1/policy', POLICY, ANY_STATE),
  sound('POST', '/v1/rules', RULE),
  sound('PUT', '/v1/rules/block-carol', RULE, { 'if-none-match': '*' }),
  sound('PATCH', '/v1/rules/offices', { enabled: false, match: { users: ['a'] } }, ANY_STATE),
  sound('DELETE', '/v1/rules/block-carol', undefined, ANY_STATE),
  sound('PUT', '/v1/sets/leavers', POLICY.sets.leavers, ANY_STATE),
  sound('PATCH', '/v1/sets/leavers', { add: ['carol'], remove: ['user-0481'] }, ANY_STATE),
  sound('POST', '/v1/changes', {
    operations: [
      { op: 'put-rule', rule: RULE },
      { op: 'patch-set', name: 'leavers', add: ['x'] },
    ],
  }),
  sound('POST', '/v1/revisions/1/restore'),
  sound('POST', '/v1/revisions/2/revert'),
  sound('POST', '/v1/evaluate', {
    connection: { username: 'batchi' },
    changes: [{ op: 'delete-rule', id: 'offices' }],
  }),
  sound('GET', '/v1/connections'),
  sound('POST', '/v1/connections/cvpn-connection-1/terminate'),
  sound('POST', '/v1/connections/terminate', { connections: ['cvpn-connection-1'] }),
  sound('POST', '/v1/connections/terminate', { refusedBy: ['block-leavers'] }),
  sound('POST', '/v1/connections/enforce'),
];

/** A sound request, as it is or with one part of it spoiled. */
const nearlySound: fc.Arbitrary<AnyRequest> = fc
  .constantFrom(...SOUND)
  .chain((request) =>
    fc.oneof(
      { weight: 3, arbitrary: fc.constant(request) },
      { weight: 4, arbitrary: spoiled(request.body).map((sent) => ({ ...request, body: sent })) },
      { weight: 1, arbitrary: query.map((asked) => ({ ...request, query: asked })) },
      { weight: 1, arbitrary: headers.map((given) => ({ ...request, headers: given })) },
      { weight: 1, arbitrary: path.map((where) => ({ ...request, path: where })) },
    ),
  );

describe('any request', () => {
  it('is answered in form, and leaves a policy that compiles', async () => {
    const statuses = new Set<number>();
    await fc.assert(
      // `call` itself holds each answer against what every answer must have.
      fc.asyncProperty(fc.oneof({ weight: 3, arbitrary: nearlySound }, anything), async (request) => {
        const { status } = await api.call(request);
        statuses.add(status);
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 1_000 },
    );
    // So this was no walk through refusals of one kind: some wrote, and each stage refused some.
    expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 400, 404, 412, 415, 422, 428]));
    const policy = await currentPolicy(api.store);
    expect(policy?.revision.number).toBeGreaterThan(20);
    expect(policy && compile(policy.document)).toBeDefined();
    expect(await api.store.verify()).toMatchObject({ ok: true });
  }, 120_000);
});
