/** The first decision of a new process and those after it, with the policy in DynamoDB: dynalite, behind a proxy that takes its time. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { readRequest } from '../../shared/client-vpn/index.ts';
import { compile, decide } from '../../shared/engine/index.ts';
import { DynamoDbPolicyStore } from '../../shared/store/index.ts';
import {
  createDecisionsTable,
  createRulesTable,
  type LocalDynamoDb,
  localDocumentClient,
  startDynalite,
} from '../../shared/store/testing/dynalite.ts';
import { startTcpProxy } from '../../shared/store/testing/tcp-proxy.ts';
import { median } from '../median.ts';
import { type FunctionProcess, type Invoked, startFunction } from './function-process.ts';
import { connectEvent, type StoredPolicy } from './policies.ts';

export const ROUND_TRIP_MS = 2;

export interface DecisionsRow {
  readonly name: string;
  /** Of all parts of the policy, compressed where they are; 0 where nothing of it is read. */
  readonly storedBytes: number;
  /** Answers of DynamoDB that the policy had to wait for, one after the other, and requests in all. */
  readonly roundTrips: number;
  readonly requests: number;
  /** From the start of the process: until the bundle and the policy are loaded, and until the first answer. */
  readonly loadedMs: number;
  readonly firstMs: number;
  /** What the process computed while it loaded bundle and policy. */
  readonly loadCpuMs: number;
  /** Of a warm invocation; the processor's share is what AWS would bill if nothing had to be waited for. */
  readonly warmMs: number;
  readonly warmCpuMs: number;
  readonly loadedRssBytes: number;
  readonly warmRssBytes: number;
}

export interface Measured {
  readonly name: string;
  readonly bundle: string;
  readonly policy: StoredPolicy;
  /** As the handler's DECISION_LOG. */
  readonly decisionLog: 'all' | 'off';
  /** False for a function that reads the policy's head only and decides nothing. */
  readonly decides: boolean;
}

interface Run {
  readonly roundTrips: number;
  readonly requests: number;
  readonly loadMs: number;
  readonly loadCpuMs: number;
  readonly loadedRssBytes: number;
  readonly first: Invoked;
  readonly warm: readonly Invoked[];
}

/** Starts each function once a round; @param warmInvocations how many each gets after the first */
export async function measureDecisions(
  functions: readonly Measured[],
  rounds: number,
  warmInvocations: number,
): Promise<DecisionsRow[]> {
  const dynamoDb = await startDynalite();
  const client = localDocumentClient(dynamoDb.endpoint);
  try {
    const decisions = await createDecisionsTable(client);
    const prepared = [];
    for (const measured of functions) {
      prepared.push({ ...measured, ...(await publish(client, measured.policy)), runs: [] as Run[] });
    }
    for (let round = 0; round < rounds; round++) {
      for (const one of prepared) one.runs.push(await run(one, dynamoDb, one.table, decisions, warmInvocations));
    }
    return prepared.map(({ name, decides, storedBytes, runs }) => ({
      name,
      storedBytes: decides ? storedBytes : 0,
      roundTrips: Math.max(...runs.map(({ roundTrips }) => roundTrips)),
      requests: Math.max(...runs.map(({ requests }) => requests)),
      loadedMs: median(runs.map(({ loadMs }) => loadMs)),
      firstMs: median(runs.map(({ first }) => first.sinceStartMs)),
      loadCpuMs: median(runs.map(({ loadCpuMs }) => loadCpuMs)),
      warmMs: median(runs.map(({ warm }) => median(warm.map(({ ms }) => ms)))),
      warmCpuMs: median(runs.map(({ warm }) => median(warm.map(({ cpuMs }) => cpuMs)))),
      loadedRssBytes: median(runs.map(({ loadedRssBytes }) => loadedRssBytes)),
      warmRssBytes: median(runs.map(({ warm }) => warm.at(-1)?.rssBytes ?? 0)),
    }));
  } finally {
    client.destroy();
    await dynamoDb.stop();
  }
}

/** Puts a policy into a table of its own. */
async function publish(client: DynamoDBDocumentClient, { document }: StoredPolicy) {
  const table = await createRulesTable(client);
  const store = new DynamoDbPolicyStore({ client, tableName: table });
  const committed = await store.commit({
    prepare: () => ({ document, summary: 'for the bench' }),
    author: { type: 'local', id: 'bench' },
    reason: 'for the bench',
  });
  if (!committed.written) throw new Error('The policy was not written');
  const { contents } = committed.revision;
  const parts = 'parts' in contents ? contents.parts : [contents.index];
  return { table, storedBytes: parts.reduce((bytes, { size }) => bytes + size, 0) };
}

async function run(
  { bundle, policy, decisionLog, decides }: Measured,
  dynamoDb: LocalDynamoDb,
  rulesTable: string,
  decisionsTable: string,
  warmInvocations: number,
): Promise<Run> {
  const proxy = await startTcpProxy(dynamoDb.port, { roundTripMs: ROUND_TRIP_MS });
  const compiled = compile(policy.document);
  let called: FunctionProcess | undefined;
  try {
    const process = await startFunction(bundle, {
      AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint,
      RULES_TABLE: rulesTable,
      DECISIONS_TABLE: decisionsTable,
      DECISION_LOG: decisionLog,
      // dynalite shares the machine with the function.
      DECISION_LOG_TIMEOUT_MS: '2000',
    });
    called = process;
    const { loaded } = process;
    const { roundTrips, operations } = proxy;
    const requests = operations.length;
    const invocations: Invoked[] = [];
    for (let number = 0; number <= warmInvocations; number++) {
      const connection = policy.connections[number % policy.connections.length];
      if (connection === undefined) throw new RangeError('the policy has no connections');
      const event = connectEvent(connection, number);
      const invoked = await process.invoke(event);
      const expected = !decides || decide(compiled, readRequest(event), Date.now()).allow;
      if (Reflect.get(Object(invoked.answer), 'allow') !== expected)
        throw new Error(`${policy.name}: ${JSON.stringify(invoked.answer)} answers ${JSON.stringify(event)}`);
      invocations.push(invoked);
    }
    const [first, ...warm] = invocations;
    if (first === undefined) throw new RangeError('nothing was invoked');
    const { sinceStartMs: loadMs, loadCpuMs, rssBytes: loadedRssBytes } = loaded;
    return { roundTrips, requests, loadMs, loadCpuMs, loadedRssBytes, first, warm };
  } finally {
    await called?.end();
    await proxy.stop();
  }
}
