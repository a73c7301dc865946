/** Runs passes over connections that stand, and counts. */
import { pass } from '../../enforcer/asking/pass.ts';
import { createClientVpnConnections, createEc2Client } from '../../enforcer/ec2/index.ts';
import { createKnownConnections } from '../../enforcer/judging/known-connections.ts';
import { createPolicies } from '../../enforcer/judging/policies.ts';
import { createEnforcerMetrics } from '../../enforcer/metrics.ts';
import { ec2Time } from '../../enforcer/testing/fake-connections.ts';
import { type FakeEc2, startFakeEc2 } from '../../enforcer/testing/fake-ec2.ts';
import { readRequest } from '../../shared/client-vpn/index.ts';
import { createDecisionLog, createDecisionSource, decisionRecord } from '../../shared/decision-log/index.ts';
import { compile, decide, type PolicyDocument, type Rule } from '../../shared/engine/index.ts';
import { DynamoDbPolicyStore } from '../../shared/store/index.ts';
import {
  createDecisionsTable,
  createRulesTable,
  localDocumentClient,
  startDynalite,
} from '../../shared/store/testing/dynalite.ts';
import { connectEvent, storedPolicy } from '../invocation/policies.ts';
import { processorNs } from '../measure.ts';
import { type Cost, meter } from '../store-cost/meter.ts';

export interface PassCost {
  readonly connections: number;
  readonly step: string;
  /** By action. */
  readonly ec2Calls: Readonly<Record<string, number>>;
  readonly dynamoDb: Cost;
  readonly elapsedMs: number;
  readonly processorMs: number;
}

const ENDPOINTS = ['cvpn-endpoint-0a1b2c3d4e5f67890', 'cvpn-endpoint-0b359ceb0b7e702ca'] as const;
const RULES = 1_000;
const LEAVERS = 20;
const AT_A_TIME = 16;

/** The first pass of a new sandbox, one with nothing new, and one that ends 20. */
export async function passCosts(count: number): Promise<readonly PassCost[]> {
  const dynamoDb = await startDynalite();
  const [client, setUp] = [localDocumentClient(dynamoDb.endpoint), localDocumentClient(dynamoDb.endpoint)];
  const ec2 = await startFakeEc2({ endpoints: ENDPOINTS, throttling: 'documented' });
  try {
    const [rulesTable, decisionsTable] = [await createRulesTable(setUp), await createDecisionsTable(setUp)];
    const log = { tableName: decisionsTable, timeoutMs: 30_000, retentionDays: 90 };
    const store = new DynamoDbPolicyStore({ client: setUp, tableName: rulesTable });
    const document = openPolicy();
    await publish(store, document);
    await connectAll(count, document, createDecisionLog({ client: setUp, ...log }), ec2);

    const spent = meter(client);
    const parts = {
      endpoints: ENDPOINTS,
      connections: createClientVpnConnections({
        client: createEc2Client({
          region: 'eu-central-1',
          endpoint: ec2.url,
          credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
        }),
      }),
      known: createKnownConnections(createDecisionSource({ client, tableName: decisionsTable }), { names: 'clear' }),
      policies: createPolicies(new DynamoDbPolicyStore({ client, tableName: rulesTable })),
      log: createDecisionLog({ client, ...log }),
      settings: { mode: 'enforce', maxSharePercent: 20, names: { names: 'clear' } },
      logger: { info: () => {}, error: console.error },
      metrics: createEnforcerMetrics(NO_METRICS),
      countSessions: undefined,
      now: Date.now,
    } as const;

    const measured = async (step: string, refused: number): Promise<PassCost> => {
      spent.take();
      const [callsBefore, startedMs, startedNs] = [ec2.calls.length, performance.now(), processorNs()];
      const report = await pass(parts, { task: 'pass' }, { signal: AbortSignal.timeout(600_000), isUp: () => false });
      const elapsedMs = performance.now() - startedMs;
      const ended = report.endpoints.reduce((sum, one) => sum + one.ended, 0);
      const active = report.endpoints.reduce((sum, one) => sum + one.active - one.unknown, 0);
      if (ended !== refused || active !== count)
        throw new Error(`${step}: ${ended} of ${active} connections were ended`);
      const ec2Calls: Record<string, number> = {};
      for (const { action } of ec2.calls.slice(callsBefore)) ec2Calls[action] = (ec2Calls[action] ?? 0) + 1;
      const processorMs = (processorNs() - startedNs) / 1e6;
      return { connections: count, step, ec2Calls, dynamoDb: spent.take(), elapsedMs, processorMs };
    };

    const first = await measured('the first of a sandbox', 0);
    const later = await measured('nothing new', 0);
    await publish(store, { ...document, rules: [...(document.rules ?? []), BLOCK_LEAVERS] });
    return [first, later, await measured(`${LEAVERS} are ended`, LEAVERS)];
  } finally {
    for (const each of [client, setUp]) each.destroy();
    await ec2.stop();
    await dynamoDb.stop();
  }
}

const BLOCK_LEAVERS: Rule = { id: 'block-leavers', effect: 'deny', match: { users: ['bench-leaver-*'] } };

/** A thousand rules, none of which refuses a connection of this bench. */
function openPolicy(): PolicyDocument {
  const { document } = storedPolicy(RULES);
  const rules = (document.rules ?? []).map(
    (rule): Rule => (rule.effect === 'deny' ? { ...rule, mode: 'report' } : rule),
  );
  return { ...document, defaultEffect: 'allow', rules };
}

async function publish(store: DynamoDbPolicyStore, document: PolicyDocument): Promise<void> {
  await store.commit({
    prepare: () => ({ document, summary: 'for the bench' }),
    author: { type: 'bench', id: 'bench' },
    reason: 'for the bench',
  });
}

async function connectAll(
  count: number,
  document: PolicyDocument,
  log: ReturnType<typeof createDecisionLog>,
  ec2: FakeEc2,
): Promise<void> {
  const policy = compile(document);
  const { connections } = storedPolicy(RULES);
  const waiting = Array.from({ length: count }, (_, number) => number);
  const connectNext = async () => {
    for (let number = waiting.shift(); number !== undefined; number = waiting.shift()) {
      const plain = connections[number % connections.length];
      if (plain === undefined) throw new RangeError('the bench has no connections');
      const username = number < LEAVERS ? `bench-leaver-${number}` : plain.username;
      const endpoint = ENDPOINTS[number % 2] ?? ENDPOINTS[0];
      const request = readRequest({ ...connectEvent({ ...plain, username }, number), 'endpoint-id': endpoint });
      const nowMs = Date.now();
      const decision = decide(policy, request, nowMs);
      const record = decisionRecord({
        decidedAtMs: nowMs,
        lambdaRequestId: '8f5c9f2e-0000-4000-8000-000000000000',
        request,
        names: 'clear',
        outcome: 'admitted',
        decision,
        revision: 1,
      });
      const put = await log.put(record);
      if (!put.written) throw put.error;
      ec2.connections.add(endpoint, { id: record.id, username, establishedTime: ec2Time(nowMs) });
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, connectNext));
}

/** The bench counts for itself. */
const NO_METRICS = {
  addMetric: () => {},
  publishStoredMetrics: () => {},
} as unknown as Parameters<typeof createEnforcerMetrics>[0];
