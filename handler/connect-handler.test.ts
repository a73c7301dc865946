/** The handler around the engine: what each state of the policy answers, and that no input and no fault breaks the form. */

import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { messageOf, readRequest, SCHEMA_VERSIONS } from '../shared/client-vpn/index.ts';
import { expectValidResponse } from '../shared/client-vpn/testing/expect-valid-response.ts';
import { type CompiledPolicy, compile, type PolicyDocument } from '../shared/engine/index.ts';
import {
  type PolicyInHand as InHand,
  StoreCorruptError,
  StoreRefusedError,
  StoreUnreachableError,
} from '../shared/store/index.ts';
import { emfLines, logLines, printedLines } from '../shared/testing/printed-lines.ts';
import { type ConnectHandlerParts, createConnectHandler } from './connect-handler.ts';
import { createDecisionMetrics } from './decision-metrics.ts';
import { readSettings } from './settings.ts';
import { lambdaContext } from './testing/lambda-context.ts';

type PolicyInHand = InHand<CompiledPolicy>;

const CONNECTION_ID = 'cvpn-connection-0cf828dc9f63cd328';
const ENDPOINT_ID = 'cvpn-endpoint-05e3cd01fe10ad9ee';
const NOW_MS = Date.parse('2026-11-24T10:00:00Z');

const POLICY: PolicyDocument = {
  version: 1,
  defaultEffect: 'allow',
  endpoints: { 'cvpn-endpoint-0a1b2c3d4e5f67890': { name: 'frankfurt', mode: 'observe' } },
  rules: [
    { id: 'block-batchi', effect: 'deny', match: { users: ['batchi'] }, message: 'Not now, {username}.' },
    { id: 'try-it', effect: 'deny', mode: 'report', match: { sourceIps: ['203.0.113.0/24'] } },
    { id: 'staff', effect: 'allow', match: { groups: ['staff'] }, postureStatuses: ['compliant'] },
  ],
};

const READY: PolicyInHand = {
  status: 'ready',
  policy: compile(POLICY),
  revision: 7,
  writeId: 'write-7',
  checkedAgeMs: 1_234,
  stale: false,
};

function parts(inHand: PolicyInHand | undefined, overrides: Partial<ConnectHandlerParts> = {}): ConnectHandlerParts {
  return {
    policies: inHand && { get: async () => inHand },
    settings: readSettings({}).settings,
    logger: new Logger({ serviceName: 'connect' }),
    metrics: createDecisionMetrics(new Metrics({ namespace: 'Test', serviceName: 'connect' })),
    names: { names: 'clear' },
    // Where the policy has no limits, it is never asked.
    limits: { keep: async () => Promise.reject(new Error('asked for limits')) },
    recorder: undefined,
    now: () => NOW_MS,
    ...overrides,
  };
}

function invoke(handlerParts: ConnectHandlerParts, event: unknown, context = lambdaContext()) {
  return printedLines(() => createConnectHandler(handlerParts)(event, context));
}

const REQUEST = { 'connection-id': CONNECTION_ID, 'endpoint-id': ENDPOINT_ID, 'schema-version': 'v3' };

describe('a decision', () => {
  it('refuses with the rule’s message, and tells so in one log line and two of metrics', async () => {
    const event = { ...REQUEST, username: 'Batchi', 'public-ip': '203.0.113.9' };
    const { result, lines } = await invoke(parts(READY), event);
    expectValidResponse(result, 'v3');
    expect(result).toMatchObject({ allow: false, 'error-msg-on-denied-connection': 'Not now, Batchi.' });
    expect(lines).toHaveLength(3);
    expect(logLines(lines)).toMatchObject([
      {
        level: 'INFO',
        message: 'decision',
        function_request_id: '8f5c9f2e-0000-4000-8000-000000000000',
        connectionId: CONNECTION_ID,
        endpointId: ENDPOINT_ID,
        username: 'Batchi',
        outcome: 'refused',
        rules: ['block-batchi'],
        reported: ['try-it'],
        refusalMessage: 'Not now, Batchi.',
        revision: 7,
        policyAgeMs: 1_234,
        durationMs: 0,
      },
    ]);
    expect(emfLines(lines)).toMatchObject([
      { endpoint: ENDPOINT_ID, Refused: 1, DecisionDuration: 0, PolicyAge: 1_234, ReportedDecisions: 1 },
      { rule: 'block-batchi', RefusalsByRule: 1 },
    ]);
  });

  it('admits with the rule’s posture statuses and an empty message', async () => {
    const { result, lines } = await invoke(parts(READY), { ...REQUEST, groups: ['staff'] });
    expectValidResponse(result, 'v3');
    expect(result).toMatchObject({ allow: true, 'posture-compliance-statuses': ['compliant'] });
    expect(emfLines(lines)).toMatchObject([{ Admitted: 1 }]);
  });

  it('lets a refused user in where the endpoint only observes, and logs what would have been', async () => {
    const event = { ...REQUEST, 'endpoint-id': 'cvpn-endpoint-0a1b2c3d4e5f67890', username: 'batchi' };
    const { result, lines } = await invoke(parts(READY), event);
    expectValidResponse(result, 'v3');
    expect(result.allow).toBe(true);
    expect(logLines(lines)).toMatchObject([
      { outcome: 'observed', endpoint: 'frankfurt', allow: true, effect: 'deny', refusalMessage: 'Not now, batchi.' },
    ]);
    expect(emfLines(lines)).toMatchObject([{ Observed: 1 }]);
  });

  it('says in log and metrics when the policy could not be confirmed', async () => {
    const { lines } = await invoke(parts({ ...READY, stale: true }), REQUEST);
    expect(logLines(lines)).toMatchObject([{ policyStale: true }]);
    expect(emfLines(lines)).toMatchObject([{ StaleDecisions: 1 }]);
  });
});

describe('no policy', () => {
  const noAnswer = { error: new StoreUnreachableError('no answer') };
  const damage = { error: new StoreCorruptError('damaged') };
  const age = { revision: 7, checkedAgeMs: 3_700_000 };
  const unreachable: PolicyInHand = { status: 'unavailable', cause: 'unreachable', ...noAnswer };
  const outdated: PolicyInHand = {
    status: 'unavailable',
    cause: 'expired',
    failure: 'unreachable',
    ...age,
    ...noAnswer,
  };
  const outdatedCorrupt: PolicyInHand = {
    status: 'unavailable',
    cause: 'expired',
    failure: 'corrupt',
    ...age,
    ...damage,
  };
  const corrupt: PolicyInHand = { status: 'unavailable', cause: 'corrupt', ...damage };
  const refused: PolicyInHand = {
    status: 'unavailable',
    cause: 'corrupt',
    error: new StoreRefusedError('no such table'),
  };
  const empty: PolicyInHand = { status: 'unavailable', cause: 'empty' };
  const allow = readSettings({ ON_POLICY_UNAVAILABLE: 'allow' }).settings;

  it.each([
    ['is configured', undefined, 'rules table not configured'],
    ['is published yet', empty, 'no policy published'],
    ['can be loaded', unreachable, 'policy store unreachable'],
    ['is fresh enough', outdated, 'policy out of date'],
    ['can be read', corrupt, 'policy corrupt'],
    ['may be read', refused, 'policy store refused'],
    ['can be read, and the last good one is too old', outdatedCorrupt, 'policy corrupt'],
  ])('%s: refused with a message that says so and names the connection', async (_, inHand, words) => {
    const { result, lines } = await invoke(parts(inHand), REQUEST);
    expectValidResponse(result, 'v3');
    expect(result.allow).toBe(false);
    expect(messageOf(result)).toContain(words);
    expect(messageOf(result)).toContain(`connection ${CONNECTION_ID}.`);
    expect(logLines(lines)).toMatchObject([{ level: 'ERROR', outcome: 'failed-closed', connectionId: CONNECTION_ID }]);
    expect(emfLines(lines)).toMatchObject([{ FailedClosed: 1 }]);
  });

  it.each([
    ['a store that cannot be reached', true, unreachable],
    ['a policy too old because the store cannot be reached', true, outdated],
    ['a policy too old because what the store holds is damaged', false, outdatedCorrupt],
    ['a damaged policy', false, corrupt],
    ['a store that says no', false, refused],
    ['no policy published yet', false, empty],
    ['no rules table configured', false, undefined],
  ])('ON_POLICY_UNAVAILABLE=allow and %s: allow is %s', async (_, admitted, inHand) => {
    const { result, lines } = await invoke(parts(inHand, { settings: allow }), REQUEST);
    expectValidResponse(result, 'v3');
    expect(result.allow).toBe(admitted);
    expect(logLines(lines)).toMatchObject([{ level: 'ERROR', outcome: admitted ? 'failed-open' : 'failed-closed' }]);
  });

  it('repeats no connection id to the user that is not of AWS’s form', async () => {
    for (const id of [undefined, 7, '<b>id</b>', 'x'.repeat(65), '$&\u202e']) {
      const { result } = await invoke(parts(empty), { 'connection-id': id });
      expectValidResponse(result, 'v1');
      expect(messageOf(result)).toMatch(/connection -\.$/);
    }
  });
});

describe('a fault', () => {
  const broken = (): never => {
    throw new Error('broken');
  };

  it.each<[string, Partial<ConnectHandlerParts>]>([
    ['a cache that throws', { policies: { get: broken } }],
    ['a cache that rejects', { policies: { get: async () => broken() } }],
    // The type is broken on purpose: no fault is too strange for the outermost guard.
    ['a cache that gives nonsense', { policies: { get: async () => JSON.parse('null') } }],
    ['a policy that is none', { policies: { get: async () => ({ ...READY, policy: JSON.parse('{}') }) } }],
  ])('%s: refused in the request’s version, with an error line and a metric', async (_, overrides) => {
    for (const version of SCHEMA_VERSIONS) {
      const event = { ...REQUEST, 'schema-version': version };
      const { result, lines } = await invoke(parts(READY, overrides), event);
      expectValidResponse(result, version);
      expect(result.allow).toBe(false);
      expect(messageOf(result)).toContain(`internal fault, connection ${CONNECTION_ID}.`);
      expect(logLines(lines)).toMatchObject([
        { level: 'ERROR', cause: 'internal', error: { text: expect.any(String) } },
      ]);
      expect(emfLines(lines)).toMatchObject([{ FailedClosed: 1, InternalFaults: 1 }]);
    }
  });

  it('of a cache that never answers: refused before Lambda’s time is over', async () => {
    const hanging = { policies: { get: () => new Promise<PolicyInHand>(() => {}) } };
    const { result } = await invoke(parts(READY, hanging), REQUEST, lambdaContext(300));
    expectValidResponse(result, 'v3');
    expect(messageOf(result)).toContain('internal fault');
  });

  it.each<[string, Partial<ConnectHandlerParts>]>([
    ['the log', { logger: { addContext: broken, info: broken, error: broken } }],
    ['the metrics', { metrics: { count: broken, publish: broken } }],
    [
      'both',
      { logger: { addContext: broken, info: broken, error: broken }, metrics: { count: broken, publish: broken } },
    ],
  ])('of %s changes no decision', async (_, overrides) => {
    const { result } = await invoke(parts(READY, overrides), { ...REQUEST, username: 'batchi' });
    expectValidResponse(result, 'v3');
    expect(messageOf(result)).toBe('Not now, batchi.');
  });

  it('of the context changes no decision', async () => {
    const handler = createConnectHandler(parts(READY));
    const strange = { ...lambdaContext(), getRemainingTimeInMillis: broken };
    for (const context of [
      undefined,
      strange,
      { ...lambdaContext(Number.NaN) },
      JSON.parse('null'),
      JSON.parse('{}'),
    ]) {
      const { result } = await printedLines(() => handler({ ...REQUEST, username: 'batchi' }, context));
      expectValidResponse(result, 'v3');
      expect(messageOf(result)).toBe('Not now, batchi.');
    }
  });
});

describe('any event', () => {
  it.each([[{}], [null], [undefined], ['a string'], [42], [[]], [{ 'schema-version': 'v2' }], [{ username: {} }]])(
    'gets a valid answer: %j',
    async (event) => {
      const { result } = await invoke(parts(READY), event);
      expectValidResponse(result, readRequest(event).schemaVersion);
    },
  );

  it('of 5,000 made-up ones gets a valid answer, one log line and one line of its metrics', async () => {
    const handler = createConnectHandler(parts(READY));
    const keys = ['username', 'common-name', 'public-ip', 'groups', 'endpoint-id', 'connection-id', 'schema-version'];
    const value = fc.oneof(
      fc.anything(),
      fc.string({ unit: 'binary', maxLength: 700 }),
      fc.array(fc.string()),
      fc.constantFrom('batchi', 'BATCHI', '203.0.113.9', 'v1', 'v2', 'v3', 'v9', ENDPOINT_ID, null),
    );
    const event = fc.oneof(
      { weight: 4, arbitrary: fc.dictionary(fc.constantFrom(...keys), value) },
      { weight: 1, arbitrary: fc.anything() },
      { weight: 1, arbitrary: fc.jsonValue() },
    );
    await fc.assert(
      fc.asyncProperty(event, async (any) => {
        const { result, lines } = await printedLines(() => handler(any, lambdaContext()));
        expectValidResponse(result, readRequest(any).schemaVersion);
        expect(logLines(lines)).toHaveLength(1);
        expect(emfLines(lines).filter((line) => 'DecisionDuration' in line)).toHaveLength(1);
      }),
      { numRuns: 5_000 },
    );
  }, 60_000);
});
