/** Where the fuzzer's requests go: the API in this process, called as API Gateway calls it, or one that runs somewhere. */
import { request as httpRequest } from 'node:http';
import { readAccessMap } from '../../admin-api/access/access-map.ts';
import { createAdminApi } from '../../admin-api/app.ts';
import { lambdaHandler } from '../../admin-api/lambda-adapter.ts';
import { ACCOUNT, httpEvent, iamAuthorizer, jwtAuthorizer } from '../../admin-api/testing/http-event.ts';
import { createRecordedDecisions } from '../../admin-api/testing/recorded-decisions.ts';
import { connectionList, passReport, standingConnection } from '../../shared/enforcement/testing/answers.ts';
import { startEnforcer } from '../../shared/enforcement/testing/start-enforcer.ts';
import { DynamoDbPolicyStore } from '../../shared/store/index.ts';
import { createRulesTable, localDocumentClient, startDynalite } from '../../shared/store/testing/dynalite.ts';
import type { Random } from './random.ts';
import { type Caller, CONNECTION_IDS, type FuzzRequest } from './request-maker.ts';

export interface FuzzAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What the API's own log says of a fault. */
  readonly fault?: unknown;
}

export interface FuzzTarget {
  /** True where callers are who requests say, and nothing but the API answers. */
  readonly isInProcess: boolean;
  /** Resolves with undefined for what no HTTP client can send. */
  send(request: FuzzRequest, random: Random): Promise<FuzzAnswer | undefined>;
  stop(): Promise<void>;
}

/** Who may do what in this process. */
const ADMIN_ACCESS = JSON.stringify([
  {
    role: `arn:aws:iam::${ACCOUNT}:role/operator`,
    permissions: ['read', 'evaluate', 'block', 'write', 'tests', 'restore', 'confirm', 'disconnect'],
  },
  { role: `arn:aws:iam::${ACCOUNT}:role/help-*`, permissions: ['read', 'evaluate', 'block', 'disconnect'] },
  { role: `arn:aws:iam::${ACCOUNT}:role/reader`, permissions: ['read'] },
  { scope: 'vpn.write', permissions: ['read', 'write'] },
]);

const HOUR_MS = 3_600_000;

/** The API on a dynalite of its own. */
export async function startInProcess(): Promise<FuzzTarget> {
  const dynalite = await startDynalite();
  const client = localDocumentClient(dynalite.endpoint);
  const decisions = await createRecordedDecisions(dynalite.endpoint, Date.now);
  for (const [index, id] of CONNECTION_IDS.entries()) {
    const event = { 'connection-id': id, username: 'mori', 'public-ip': '203.0.113.10', 'schema-version': 'v3' };
    const policy = { version: 1, defaultEffect: index % 2 === 0 ? 'deny' : 'allow' } as const;
    await decisions.record(event, { policy, revision: 1, atMs: Date.now() - index * HOUR_MS });
  }
  const enforcer = await startEnforcer();
  const standing = CONNECTION_IDS.map((id, index) => standingConnection(index, { id }));
  enforcer.begin(({ request }) => ({ answer: request.task === 'list' ? connectionList(standing) : passReport() }));
  let fault: unknown;
  const handler = lambdaHandler(
    createAdminApi({
      store: new DynamoDbPolicyStore({ client, tableName: await createRulesTable(client) }),
      decisions: decisions.source,
      enforcer: enforcer.enforcer,
      access: readAccessMap(ADMIN_ACCESS).access,
      logger: {
        info: () => {},
        error: (_, fields) => {
          fault = fields.error ?? fields.problem;
        },
      },
      metrics: { settingErrors: () => {}, request: () => {} },
      now: Date.now,
    }),
  );
  return {
    isInProcess: true,
    async send({ method, path, query, headers, body, caller }, random) {
      const event = httpEvent({ method, path, query, headers, authorizer: authorizerOf(caller) });
      // API Gateway hands a body over as text where it takes it for text, else as base64.
      const asText = body?.toString('utf8');
      const isText = asText !== undefined && body?.equals(Buffer.from(asText)) === true && random.chance(0.5);
      fault = undefined;
      const result = await handler({
        ...event,
        ...(body && { body: isText ? asText : body.toString('base64'), isBase64Encoded: !isText }),
      });
      return {
        status: result.statusCode ?? 0,
        headers: Object.fromEntries(
          Object.entries(result.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
        ),
        body: result.body ?? '',
        ...(fault !== undefined && { fault }),
      };
    },
    async stop() {
      client.destroy();
      decisions.close();
      await enforcer.stop();
      await dynalite.stop();
    },
  };
}

function authorizerOf(caller: Caller): unknown {
  if (caller === 'token') return jwtAuthorizer('vpn.write');
  return caller === 'none' ? null : iamAuthorizer(caller, 'fuzz');
}

/** Headers that are for the server in front of the API: of a wrong length it makes no request at all. */
const FOR_THE_SERVER = ['content-length', 'transfer-encoding', 'expect', 'range'];

/** An API that runs already, such as the local stack's, which takes every caller for its owner. */
export function reachByUrl(base: string): FuzzTarget {
  const { hostname, port, protocol } = new URL(base);
  if (protocol !== 'http:') throw new Error(`--url ${base}: only http:// works, such as the local stack's`);
  return {
    isInProcess: false,
    send: ({ method, path, query, headers, body }) =>
      new Promise((resolve, reject) => {
        try {
          const sent = httpRequest(
            {
              host: hostname,
              port,
              method,
              path: query === '' ? path : `${path}?${query}`,
              headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !FOR_THE_SERVER.includes(name))),
              agent: false,
            },
            (response) => {
              const chunks: Buffer[] = [];
              response.on('data', (chunk: Buffer) => chunks.push(chunk));
              response.once('error', reject);
              response.once('end', () => {
                const told = Object.entries(response.headers).map(([name, value]) => [name, [value].flat().join(', ')]);
                resolve({
                  status: response.statusCode ?? 0,
                  headers: Object.fromEntries(told),
                  body: Buffer.concat(chunks).toString('utf8'),
                });
              });
            },
          );
          // A server may hang up on what is no HTTP (a wrong Content-Length): then there is no answer to judge.
          sent.once('error', () => resolve(undefined));
          sent.setTimeout(60_000, () => sent.destroy(new Error('no answer within a minute')));
          sent.end(body);
        } catch {
          resolve(undefined);
        }
      }),
    stop: async () => {},
  };
}
