/** Whatever comes: never a fault, every refusal a problem, and a policy that the handler can serve. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compile } from '../shared/engine/index.ts';
import { currentPolicy } from '../shared/store/index.ts';
import { type LocalDynamoDb, startDynalite } from '../shared/store/testing/dynalite.ts';
import { POLICY, RULE } from './testing/example-policy.ts';
import { startTestApi, type TestApi } from './testing/test-api.ts';

let dynalite: LocalDynamoDb;
let api: TestApi;
beforeAll(async () => {
  dynalite = await startDynalite();
  api = await startTestApi(dynalite.endpoint);
  await api.send('PUT', '/v1/policy', POLICY, { 'if-none-match': '*' });
});
afterAll(() => dynalite.stop());

const segment = fc.oneof(
  fc.constantFrom(
    'rules',
    'sets',
    'policy',
    'changes',
    'revisions',
    'evaluate',
    'health',
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
  '__proto__',
  'x',
);
const word = fc.oneof(
  fc.constantFrom('true', '1', '10', 'tests', 'lockout,tests', '%', '%ff', '::', 'toString', ''),
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

/** A sample with something else in one place. */
const mutated = fc.tuple(fc.constantFrom(...SAMPLES), fc.nat(), odd).map(([sample, place, instead]) => {
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
  const [parent, name] = places[place % places.length] ?? [{}, ''];
  Object.defineProperty(parent, name, { value: instead, enumerable: true });
  return copy;
});
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

describe('any request', () => {
  it('is answered in form, and leaves a policy that compiles', async () => {
    const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'BREW');
    await fc.assert(
      // `call` itself holds each answer against what every answer must have.
      fc.asyncProperty(method, path, query, headers, body, fc.boolean(), async (...[m, p, q, h, b, base64]) => {
        const { status } = await api.call({ method: m, path: p, query: q, headers: h, body: b, base64 });
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 1_000 },
    );
    // Some of them wrote, so this was no walk through refusals alone.
    const policy = await currentPolicy(api.store);
    expect(policy?.revision.number).toBeGreaterThan(3);
    expect(policy && compile(policy.document)).toBeDefined();
    expect(await api.store.verify()).toMatchObject({ ok: true });
  }, 120_000);
});
