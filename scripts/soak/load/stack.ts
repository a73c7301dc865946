/** The local stack of `npm start`, with a proxy between its functions and its DynamoDB. */
import { Writable } from 'node:stream';
import { startTcpProxy, type TcpProxy } from '../../../shared/store/testing/tcp-proxy.ts';
import { startLocalDynamoDb } from '../../local-stack/dynamodb.ts';
import { findFreePort } from '../../local-stack/free-port.ts';
import { startServerlessOffline } from '../../local-stack/serverless-offline.ts';
import type { LocalPorts } from '../../local-stack/settings.ts';

export interface FalteringStack {
  readonly ports: Pick<LocalPorts, 'http' | 'lambda'>;
  /** Where DynamoDB answers those who do not go through the proxy. */
  readonly dynamoDbPort: number;
  /** What the functions go through. */
  readonly proxy: TcpProxy;
  /** What the functions have printed since the stack was ready. */
  printed(): string;
  stop(): Promise<void>;
}

/** @param env settings as `npm start` takes them */
export async function startFalteringStack(
  policyFile: string,
  env: Readonly<Record<string, string>>,
): Promise<FalteringStack> {
  const own = { http: await findFreePort(), lambda: await findFreePort(), dynamoDb: await findFreePort() };
  const closeDynamoDb = await startLocalDynamoDb(own, policyFile);
  const proxy = await startTcpProxy(own.dynamoDb);
  const closeStore = async () => {
    await proxy.stop();
    await closeDynamoDb();
  };
  const throughProxy = { ...own, dynamoDb: Number(new URL(proxy.endpoint).port) };
  const printed: Buffer[] = [];
  const output = new Writable({
    write(chunk: Buffer, _, done) {
      printed.push(chunk);
      done();
    },
  });
  try {
    const offline = await startServerlessOffline({ PATH: process.env.PATH, ...env }, throughProxy, output);
    return {
      ports: own,
      dynamoDbPort: own.dynamoDb,
      proxy,
      printed: () => Buffer.concat(printed).toString('utf8'),
      async stop() {
        await offline.stop();
        await closeStore();
      },
    };
  } catch (error) {
    await closeStore();
    throw error;
  }
}
