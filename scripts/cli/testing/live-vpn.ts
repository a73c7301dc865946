/** A policy in a table of its own, connections that stand, and the enforcer of both: what the commands about connections work on. */
import { LambdaClient } from '@aws-sdk/client-lambda';
import { createLambdaEnforcer } from '../../../shared/enforcement/index.ts';
import { FRANKFURT } from '../../../shared/enforcement/testing/answers.ts';
import { LOCAL_CREDENTIALS } from '../access/table-access.ts';
import type { PlayedConnection } from './played-connections.ts';
import { type PlayedEnforcer, type PlayedEnforcerOptions, startPlayedEnforcer } from './played-enforcer.ts';
import { startTestApi, type TestApiOptions } from './policy-api.ts';
import type { TestTables } from './policy-table.ts';
import { type PublishedPolicy, publishPolicy } from './published-policy.ts';
import { NOW } from './run-cli.ts';

export interface LiveVpn extends Pick<PublishedPolicy, 'run' | 'document'> {
  /** The options that lead a command to the table and, with `env`, the enforcer. */
  readonly access: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly enforcer: PlayedEnforcer;
  stop(): Promise<void>;
}

export const ENFORCER = 'client-vpn-policy-enforcer-test';

export async function startLiveVpn(
  tables: TestTables,
  yaml: string,
  options: Pick<PlayedEnforcerOptions, 'connections' | 'mode' | 'stubborn' | 'atMost'>,
): Promise<LiveVpn> {
  const policy = await publishPolicy(tables, yaml);
  const [, tableName = ''] = policy.table;
  const now = () => Date.parse(NOW);
  const enforcer = await startPlayedEnforcer({ ...options, endpoint: tables.endpoint, tableName, now });
  const env = { AWS_ENDPOINT_URL_LAMBDA: enforcer.endpoint };
  return {
    access: [...policy.table, '--enforcer', ENFORCER],
    env,
    enforcer,
    document: policy.document,
    run: (args, more) => policy.run([...args, '--enforcer', ENFORCER], { ...more, env: { ...env, ...more?.env } }),
    stop: () => enforcer.stop(),
  };
}

/** `cvpn-connection-7` of batchi in Frankfurt, which began seven minutes before. */
export function standing(number: number, username: string, facts: Partial<PlayedConnection> = {}): PlayedConnection {
  return {
    id: `cvpn-connection-${number}`,
    endpoint: FRANKFURT,
    username,
    since: new Date(Date.parse(NOW) - number * 60_000).toISOString(),
    publicIp: `203.0.113.${number}`,
    admitted: { at: NOW, revision: 1, rules: ['offices'] },
    ...facts,
  };
}

/** The real admin API on both. */
export async function startLiveApi(
  vpn: LiveVpn,
  options: Pick<TestApiOptions, 'adminAccess'> = {},
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const [, tableName = '', , , , endpoint = ''] = vpn.access;
  const client = new LambdaClient({
    endpoint: vpn.enforcer.endpoint,
    region: 'us-east-1',
    credentials: LOCAL_CREDENTIALS,
  });
  const enforcer = createLambdaEnforcer({ client, functionName: ENFORCER });
  const api = await startTestApi({ ...options, endpoint, tableName, enforcer, now: () => Date.parse(NOW) });
  return {
    url: api.url,
    async stop() {
      await api.stop();
      client.destroy();
    },
  };
}
