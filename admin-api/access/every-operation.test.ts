/** Every operation that the API has, with every permission alone, with none, and without a caller: what is let through, and that a refusal changes nothing. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import openApi from '../../docs/openapi.json' with { type: 'json' };
import { connectionList, passReport, standingConnection } from '../../shared/enforcement/testing/answers.ts';
import { startEnforcer, type TestEnforcer } from '../../shared/enforcement/testing/start-enforcer.ts';
import type { PolicyDocument } from '../../shared/engine/index.ts';
import { OPERATIONS as CHANGES } from '../../shared/policy/operations/operation-schema.ts';
import { type LocalDynamoDb, startDynalite } from '../../shared/store/testing/dynalite.ts';
import { POLICY as EXAMPLE, RULE } from '../testing/example-policy.ts';
import { iamAuthorizer, jwtAuthorizer, type TestRequest } from '../testing/http-event.ts';
import { createRecordedDecisions, type RecordedDecisions } from '../testing/recorded-decisions.ts';
import { NOW_MS, startTestApi, type TestApi } from '../testing/test-api.ts';
import { PERMISSIONS, type Permission } from './permissions.ts';

const BLOCK = {
  id: 'block-dave',
  effect: 'deny',
  match: { users: ['dave'] },
  expiresAt: '2026-11-27T18:00:00+09:00',
};
const ENDPOINT = 'cvpn-endpoint-0a1b2c3d4e5f67890';
/** With a block that whoever may block may change, and with what else can be changed. */
const POLICY = {
  ...EXAMPLE,
  endpoints: { [ENDPOINT]: { name: 'frankfurt' } },
  sets: { ...EXAMPLE.sets, unused: { kind: 'user', entries: ['x'] } },
  rules: [...EXAMPLE.rules, BLOCK],
  limits: [{ id: 'ten-each', match: 'everyone', maxConnections: 10 }],
};
const TEST = { ...EXAMPLE.tests[0], name: 'another' };
const ANY = { 'if-match': '*' };

type Needed = readonly Permission[] | 'nothing';
type Request = Omit<TestRequest, 'authorizer'>;

const changes = (operation: object): Request => ({
  method: 'POST',
  path: '/v1/changes',
  body: { operations: [operation] },
});

/**
 * By operationId, requests that succeed for whoever has one of the permissions. Where an operation can change different things, there
 * is one for each.
 */
const OPERATIONS: Readonly<Record<string, readonly (readonly [needs: Needed, request: Request, status?: number])[]>> = {
  getPolicy: [[['read'], { path: '/v1/policy' }]],
  putPolicy: [
    [['write'], { method: 'PUT', path: '/v1/policy', body: { ...POLICY, defaultMessage: 'No.' }, headers: ANY }],
  ],
  applyFile: [
    [['write'], { method: 'POST', path: '/v1/apply', query: 'source=a', body: { ...POLICY, rules: [RULE] } }],
  ],
  getApplied: [[['read'], { path: '/v1/applied' }]],
  listRules: [[['read'], { path: '/v1/rules' }]],
  createRule: [
    [['write'], { method: 'POST', path: '/v1/rules', body: RULE }],
    [['write', 'block'], { method: 'POST', path: '/v1/rules', body: { ...BLOCK, id: 'block-erin' } }],
  ],
  getRule: [[['read'], { path: '/v1/rules/offices' }]],
  putRule: [
    [
      ['write'],
      { method: 'PUT', path: '/v1/rules/offices', body: { ...EXAMPLE.rules[2], mode: 'report' }, headers: ANY },
    ],
    [
      ['write', 'block'],
      { method: 'PUT', path: '/v1/rules/block-dave', body: { ...BLOCK, message: 'Ask us.' }, headers: ANY },
    ],
  ],
  patchRule: [
    [['write'], { method: 'PATCH', path: '/v1/rules/offices', body: { enabled: false }, headers: ANY }],
    [['write', 'block'], { method: 'PATCH', path: '/v1/rules/block-dave', body: { message: 'Ask us.' }, headers: ANY }],
  ],
  deleteRule: [
    [['write'], { method: 'DELETE', path: '/v1/rules/offices', headers: ANY }],
    [['write', 'block'], { method: 'DELETE', path: '/v1/rules/block-dave', headers: ANY }],
  ],
  listSets: [[['read'], { path: '/v1/sets' }]],
  getSet: [[['read'], { path: '/v1/sets/leavers' }]],
  putSet: [
    [['write'], { method: 'PUT', path: '/v1/sets/leavers', body: { kind: 'user', entries: ['batchi'] }, headers: ANY }],
  ],
  patchSet: [[['write'], { method: 'PATCH', path: '/v1/sets/leavers', body: { add: ['carol'] }, headers: ANY }]],
  deleteSet: [[['write'], { method: 'DELETE', path: '/v1/sets/unused', headers: ANY }]],
  makeChanges: [
    [['write', 'block'], changes({ op: 'put-rule', rule: { ...BLOCK, id: 'block-erin' } })],
    [['write', 'block'], changes({ op: 'patch-rule', id: 'block-dave', patch: { message: 'Ask us.' } })],
    [['write', 'block'], changes({ op: 'delete-rule', id: 'block-dave' })],
    [['write'], changes({ op: 'put-rule', rule: RULE })],
    [['write'], changes({ op: 'patch-rule', id: 'offices', patch: { enabled: false } })],
    [['write'], changes({ op: 'delete-rule', id: 'offices' })],
    [['write'], changes({ op: 'put-limit', limit: { id: 'two-each', match: 'everyone', maxConnections: 2 } })],
    [['write'], changes({ op: 'patch-limit', id: 'ten-each', patch: { maxConnections: 9 } })],
    [['write'], changes({ op: 'delete-limit', id: 'ten-each' })],
    [['write'], changes({ op: 'put-set', name: 'more', set: { kind: 'user', entries: ['x'] } })],
    [['write'], changes({ op: 'patch-set', name: 'leavers', add: ['carol'] })],
    [['write'], changes({ op: 'delete-set', name: 'unused' })],
    [['write'], changes({ op: 'put-endpoint', id: ENDPOINT, endpoint: { name: 'tokyo' } })],
    [['write'], changes({ op: 'patch-endpoint', id: ENDPOINT, patch: { mode: 'observe' } })],
    [['write'], changes({ op: 'delete-endpoint', id: ENDPOINT })],
    [['write'], changes({ op: 'patch-settings', patch: { defaultMessage: 'No.' } })],
    [['write', 'tests'], changes({ op: 'put-test', test: TEST })],
    // Whoever may is asked to confirm it.
    [['tests'], changes({ op: 'delete-test', name: 'leavers stay out' }), 422],
  ],
  listRevisions: [[['read'], { path: '/v1/revisions' }]],
  getRevision: [[['read'], { path: '/v1/revisions/1' }]],
  getDiff: [[['read'], { path: '/v1/revisions/2/diff' }]],
  restoreRevision: [[['restore'], { method: 'POST', path: '/v1/revisions/1/restore' }]],
  revertRevision: [[['restore'], { method: 'POST', path: '/v1/revisions/2/revert' }]],
  verify: [[['read'], { path: '/v1/verify' }]],
  evaluate: [[['evaluate'], { method: 'POST', path: '/v1/evaluate', body: { connection: {} } }]],
  listDecisions: [[['read'], { path: '/v1/decisions' }]],
  getDecision: [[['read'], { path: '/v1/decisions/cvpn-connection-1' }]],
  replay: [[['read'], { method: 'POST', path: '/v1/replay', body: { since: '2026-11-23T00:00:00Z', policy: POLICY } }]],
  listConnections: [[['read'], { path: '/v1/connections' }]],
  terminateConnection: [[['disconnect'], { method: 'POST', path: '/v1/connections/cvpn-connection-1/terminate' }]],
  terminateConnections: [
    [
      ['disconnect'],
      { method: 'POST', path: '/v1/connections/terminate', body: { connections: ['cvpn-connection-1'] } },
    ],
    [['disconnect'], { method: 'POST', path: '/v1/connections/terminate', body: { user: 'batchi' } }],
    [['disconnect'], { method: 'POST', path: '/v1/connections/terminate', body: { refusedBy: ['block-dave'] } }],
  ],
  enforce: [[['disconnect'], { method: 'POST', path: '/v1/connections/enforce' }]],
  getHealth: [['nothing', { path: '/v1/health' }]],
  getOpenApi: [['nothing', { path: '/openapi.json' }]],
};

const ROLE = (permission: string) => `arn:aws:iam::123456789012:role/only-${permission}`;
const ACCESS = JSON.stringify([
  ...PERMISSIONS.map((permission) => ({ role: ROLE(permission), permissions: [permission] })),
  ...PERMISSIONS.map((permission) => ({ scope: `vpn.${permission}`, permissions: [permission] })),
  { role: ROLE('everything'), permissions: PERMISSIONS },
]);

let dynalite: LocalDynamoDb;
let decisions: RecordedDecisions;
let enforcer: TestEnforcer;
let api: TestApi;
beforeAll(async () => {
  dynalite = await startDynalite();
  decisions = await createRecordedDecisions(dynalite.endpoint, () => NOW_MS);
  enforcer = await startEnforcer();
  api = await startTestApi(dynalite.endpoint, ACCESS, { decisions: decisions.source, enforcer: enforcer.enforcer });
  const authorizer = iamAuthorizer('only-everything');
  const begin = { method: 'PUT', path: '/v1/policy', body: POLICY, headers: { 'if-none-match': '*' }, authorizer };
  expect((await api.call(begin)).status).toBe(201);
  const second = {
    method: 'PATCH',
    path: '/v1/rules/offices',
    body: { description: 'ours' },
    headers: ANY,
    authorizer,
  };
  expect((await api.call(second)).status).toBe(200);
  const event = { 'connection-id': 'cvpn-connection-1', username: 'batchi', 'schema-version': 'v3' };
  const policy = POLICY as unknown as PolicyDocument; // it is plain JSON, so its literal types are gone
  await decisions.record(event, { policy, revision: 2, atMs: NOW_MS - 3_600_000 });
});
afterAll(async () => {
  decisions.close();
  await enforcer.stop();
  await dynalite.stop();
});
/** One connection is in, and ended where it is asked for. */
beforeEach(() =>
  enforcer.begin(({ request }) => ({
    answer: request.task === 'list' ? connectionList([standingConnection(1)]) : passReport(),
  })),
);

const reads = ({ method = 'GET' }: Request) => method === 'GET';
const asks = ({ path }: Request) => path === '/v1/evaluate' || path === '/v1/replay';
const ends = ({ path }: Request) => path.startsWith('/v1/connections/');
/** Nothing is written: what is let through is tried. */
const tried = (request: Request): Request =>
  reads(request) || asks(request)
    ? request
    : { ...request, query: [request.query, 'dryRun=true'].filter(Boolean).join('&') };

describe('every operation', () => {
  it('is in this walk, and every change that it can carry', () => {
    const documented = Object.values(openApi.paths).flatMap((methods) =>
      Object.values(methods).flatMap((operation) => (isOperation(operation) ? [operation.operationId] : [])),
    );
    expect(documented.length).toBeGreaterThan(20);
    expect(Object.keys(OPERATIONS).sort()).toEqual(documented.sort());
    const bodies = JSON.stringify(OPERATIONS.makeChanges);
    for (const op of CHANGES.keys()) expect(bodies).toContain(`"op":"${op}"`);
  });

  const cases = Object.entries(OPERATIONS).flatMap(([id, requests]) =>
    requests.map(([needs, request, status = 200]) => [titleOf(id, request), needs, request, status] as const),
  );

  it.each(cases)('%s is for %j alone', async (_, needs, request, status) => {
    const before = await api.store.head();
    for (const permission of PERMISSIONS) {
      const wanted = needs === 'nothing' || needs.includes(permission) ? status : 403;
      for (const authorizer of [iamAuthorizer(`only-${permission}`), jwtAuthorizer(`vpn.${permission}`)]) {
        const answer = await api.call({ ...tried(request), authorizer });
        expect([permission, answer.status]).toEqual([permission, wanted]);
        if (wanted === 403) expect(answer.body).toMatchObject({ needed: expect.arrayContaining([expect.any(String)]) });
      }
      // Not tried but meant: refused all the same.
      if (wanted === 403) {
        const meant = await api.call({ ...request, authorizer: iamAuthorizer(`only-${permission}`) });
        expect([permission, meant.status]).toEqual([permission, 403]);
      }
      if (reads(request)) {
        const head = await api.call({ ...request, method: 'HEAD', authorizer: iamAuthorizer(`only-${permission}`) });
        expect([permission, head.status]).toEqual([permission, wanted]);
      }
    }
    for (const stranger of [iamAuthorizer('stranger'), jwtAuthorizer('vpn.nothing')]) {
      const answer = await api.call({ ...request, authorizer: stranger });
      expect(answer.status).toBe(needs === 'nothing' ? 200 : 403);
    }
    const unknown = await api.call({ ...request, authorizer: null });
    expect(unknown).toMatchObject({ status: 403, body: { type: 'urn:client-vpn-policy:problem:no-caller' } });
    expect(await api.store.head()).toEqual(before);
    // Of what ends connections only those were asked for who may, and each in a dry run.
    expect(enforcer.invocations.filter(({ request: { task } }) => task !== 'list')).toHaveLength(ends(request) ? 2 : 0);
    for (const { request: asked } of enforcer.invocations) {
      expect('dryRun' in asked ? asked.dryRun : reads(request)).toBe(true);
    }
  });

  it('ends no more than usual for who may not confirm', async () => {
    const confirmable = ['terminateConnections', 'enforce'].flatMap((id) => OPERATIONS[id] ?? []);
    for (const [, request] of confirmable) {
      const query = request.path.endsWith('/enforce') ? 'confirm=share&revision=2' : 'confirm=share';
      for (const permission of PERMISSIONS) {
        const answer = await api.call({ ...request, query, authorizer: iamAuthorizer(`only-${permission}`) });
        expect([request, permission, answer.status]).toEqual([request, permission, 403]);
      }
    }
    expect(enforcer.invocations).toEqual([]);
  });

  it('overrides no check for who may not confirm', async () => {
    const writes = cases.filter(([, , request]) => !reads(request) && !asks(request) && !ends(request));
    for (const [, , request] of writes) {
      for (const confirm of ['tests', 'lockout', 'lockout,tests']) {
        const query = [request.query, `confirm=${confirm}`].filter(Boolean).join('&');
        for (const permission of PERMISSIONS.filter((each) => each !== 'confirm')) {
          const answer = await api.call({ ...request, query, authorizer: iamAuthorizer(`only-${permission}`) });
          expect([request, permission, answer.status]).toEqual([request, permission, 403]);
        }
      }
    }
    expect(await api.store.head()).toMatchObject({ number: 2 });
  });
});

function titleOf(id: string, { path, body }: Request): string {
  const op = /"op":"([a-z-]+)"/.exec(JSON.stringify(body ?? null))?.[1];
  return [id, path, ...(op === undefined ? [] : [op])].join(' ');
}

function isOperation(value: unknown): value is { readonly operationId: string } {
  return typeof value === 'object' && value !== null && 'operationId' in value;
}
