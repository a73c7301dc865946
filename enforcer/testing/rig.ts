/** A VPN for tests: the real connect handler and the real enforcer on dynalite, with a fake EC2 that has the connections. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { startHandler } from '../../handler/start-handler.ts';
import { lambdaContext } from '../../handler/testing/lambda-context.ts';
import { createDecisionSource, type DecisionSource } from '../../shared/decision-log/index.ts';
import type {
  AskedBy,
  ConnectionList,
  EnforcerProblem,
  EnforcerRequest,
  PassReport,
  Within,
} from '../../shared/enforcement/index.ts';
import type { AllowRule, DenyRule, PolicyDocument } from '../../shared/engine/index.ts';
import { DynamoDbPolicyStore } from '../../shared/store/index.ts';
import {
  createDecisionsTable,
  createRulesTable,
  createSessionsTable,
  type LocalDynamoDb,
  localDocumentClient,
  startDynalite,
} from '../../shared/store/testing/dynalite.ts';
import { startTcpProxy, type TcpProxy } from '../../shared/store/testing/tcp-proxy.ts';
import { type Line, printedLines } from '../../shared/testing/printed-lines.ts';
import { createEc2Client } from '../ec2/index.ts';
import type { EnforcerHandler } from '../enforcer-handler.ts';
import { startEnforcer } from '../start-enforcer.ts';
import { ec2Time } from './fake-connections.ts';
import { type FakeEc2, startFakeEc2 } from './fake-ec2.ts';

export const FRANKFURT = 'cvpn-endpoint-0a1b2c3d4e5f67890';
export const TOKYO = 'cvpn-endpoint-0b359ceb0b7e702ca';

export const MINUTE_MS = 60_000;
export const STAFF: AllowRule = { id: 'staff', effect: 'allow', match: 'everyone' };
export const BLOCK_BATCHI: DenyRule = { id: 'block-batchi', effect: 'deny', match: { identities: ['batchi'] } };
export const CLOSED: DenyRule = { id: 'closed', effect: 'deny', match: 'everyone', except: [{ users: ['oncall'] }] };
/** Who asks, in the name of an operator. */
export const OPERATOR: AskedBy = {
  author: { type: 'iam', id: 'arn:aws:iam::123456789012:user/op' },
  reason: 'lost laptop',
};

/** So many users: `user-00`, `user-01` … */
export function people(count: number, name = 'user'): string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${String(index).padStart(2, '0')}`);
}

export interface Rig {
  readonly ec2: FakeEc2;
  readonly decisions: DecisionSource;
  /** Between the enforcer and DynamoDB. */
  readonly proxy: TcpProxy;
  /** What the clocks of all show, in milliseconds since 1970. */
  nowMs: number;
  /** Publishes a policy; the number of its revision. */
  publish(policy: Partial<PolicyDocument>): Promise<number>;
  /** Connects, as Client VPN does it: the handler is asked, and who is let in has a connection. Its id; undefined where it was refused. */
  connect(event: ConnectEvent): Promise<string | undefined>;
  /** Connects each of them; the ids, empty for who was refused. */
  connectAll(users: readonly string[], endpoint?: string): Promise<readonly string[]>;
  /** A connection of which nothing is on record. */
  connectUnasked(endpoint: string, username: string): string;
  /** Those that stand, by user, in order. */
  standing(): readonly string[];
  /** Asks the enforcer. */
  ask(request: (EnforcerRequest & Within) | unknown): Promise<Asked>;
  /** The enforcer with other settings, its memory empty. */
  restart(environment?: Readonly<Record<string, string>>): void;
  stop(): Promise<void>;
}

export type ConnectEvent = {
  readonly user: string;
  readonly endpoint?: string;
  /** The names that EC2 tells. Default: the user's name. */
  readonly told?: { readonly username?: string; readonly commonName?: string };
} & Readonly<Record<string, unknown>>;

/** The answer, whatever it is: tests look at what they expect to be there. */
export interface Asked {
  readonly answer: PassReport & ConnectionList & EnforcerProblem;
  readonly lines: readonly Line[];
}

/** `environment` is the enforcer's; the handler keeps and reads records as it says, too. */
export async function startRig(environment: Readonly<Record<string, string>> = {}): Promise<Rig> {
  const clock = { nowMs: Date.parse('2026-11-24T22:00:00+09:00') };
  const now = () => clock.nowMs;
  const dynamoDb: LocalDynamoDb = await startDynalite();
  const direct = localDocumentClient(dynamoDb.endpoint);
  const [rulesTable, decisionsTable] = [await createRulesTable(direct), await createDecisionsTable(direct)];
  const sessionsTable = await createSessionsTable(direct);
  const proxy = await startTcpProxy(dynamoDb.port);
  const through = localDocumentClient(proxy.endpoint);
  const ec2 = await startFakeEc2({ endpoints: [FRANKFURT, TOKYO], now });
  const tables = { RULES_TABLE: rulesTable, DECISIONS_TABLE: decisionsTable, SESSIONS_TABLE: sessionsTable };
  const store = new DynamoDbPolicyStore({ client: direct, tableName: rulesTable, now });
  const decisions = createDecisionSource({ client: direct, tableName: decisionsTable, now });
  let enforcer: EnforcerHandler;
  let door: ReturnType<typeof startDoor> | undefined;
  let connections = 0;

  const rig: Rig = {
    ec2,
    decisions,
    proxy,
    get nowMs() {
      return clock.nowMs;
    },
    set nowMs(ms) {
      clock.nowMs = ms;
    },
    async publish(policy) {
      const document: PolicyDocument = { version: 1, defaultEffect: 'deny', ...policy };
      const result = await store.commit({
        prepare: () => ({ document, summary: 'for the test' }),
        author: { type: 'test', id: 'test' },
        reason: 'for the test',
      });
      // The next connection finds a handler that begins anew: its clock stands still, and no TTL ends.
      door = undefined;
      return result.written ? result.revision.number : (result.current?.revision.number ?? 0);
    },
    async connect({ user, endpoint = FRANKFURT, told = { username: user }, ...event }) {
      connections += 1;
      const id = `cvpn-connection-${connections.toString(16).padStart(17, '0')}`;
      const whole = {
        'connection-id': id,
        'endpoint-id': endpoint,
        username: user,
        'public-ip': '203.0.113.9',
        'schema-version': 'v3',
        ...event,
      };
      const { result } = await printedLines(async () => {
        door ??= startDoor(direct, { ...tables, ...environment }, now);
        return (await door)(whole, lambdaContext());
      });
      if (!result.allow) return undefined;
      const established = { establishedTime: ec2Time(now()), clientIp: `10.0.0.${connections % 250}` };
      ec2.connections.add(endpoint, { id, ...told, ...established });
      return id;
    },
    async connectAll(users, endpoint = FRANKFURT) {
      const ids: string[] = [];
      for (const user of users) ids.push((await rig.connect({ user, endpoint })) ?? '');
      return ids;
    },
    connectUnasked(endpoint, username) {
      return ec2.connections.add(endpoint, { username, establishedTime: ec2Time(now()) }).id;
    },
    standing: () =>
      ec2.connections
        .standing()
        .map((id) => ec2.connections.get(id)?.username ?? '')
        .toSorted(),
    async ask(request) {
      const { result, lines } = await printedLines(() => enforcer(request, lambdaContext(900_000)));
      return { answer: result as Asked['answer'], lines };
    },
    restart(more = {}) {
      enforcer = startEnforcer(
        {
          ...tables,
          ENFORCER_ENDPOINTS: `${FRANKFURT},${TOKYO}`,
          ENFORCER_MODE: 'enforce',
          ENFORCER_TERMINATE_PER_SECOND: '100',
          ...environment,
          ...more,
        },
        {
          client: through,
          ec2: createEc2Client({
            region: 'eu-central-1',
            endpoint: ec2.url,
            credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
            maxAttempts: 1,
          }),
          now,
        },
      );
    },
    async stop() {
      for (const client of [direct, through]) client.destroy();
      await Promise.all([ec2.stop(), proxy.stop()]);
      await dynamoDb.stop();
    },
  };
  rig.restart();
  return rig;
}

/** A handler that has read the policy in force. */
async function startDoor(
  client: DynamoDBDocumentClient,
  environment: Readonly<Record<string, string>>,
  now: () => number,
) {
  const { handler, loaded } = startHandler(environment, { client, now });
  await loaded;
  return handler;
}
