/** DynamoDB for tests and the local stack: dynalite in this process, tables made as the store wants them. */
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import { decisionsTable } from '../../decision-log/index.ts';
import { sessionsTable } from '../../sessions/index.ts';
import { createDocumentClient, type DocumentClientOptions } from '../dynamodb-client.ts';
import { rulesTable } from '../table.ts';

export interface LocalDynamoDb {
  readonly endpoint: string;
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Starts dynalite on 127.0.0.1, on a free port unless one is given. It keeps nothing: all is in memory. Unlike DynamoDB,
 * every read of it is strongly consistent, it never throttles, and it takes empty keys.
 */
export async function startDynalite(port = 0): Promise<LocalDynamoDb> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  // A server that listens on TCP has such an address.
  const address = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    port: address.port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * A client for a DynamoDB that is not AWS's. Region and credentials are stand-ins, set through the environment where it
 * has none, since that is where the handler finds its own.
 */
export function localDocumentClient(endpoint: string, options: DocumentClientOptions = {}): DynamoDBDocumentClient {
  process.env.AWS_ACCESS_KEY_ID ??= 'local';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'local';
  const client = createDocumentClient({ region: 'us-east-1', endpoint, ...options });
  client.middlewareStack.add(
    (next) => (args) =>
      next(args).catch((error: unknown) => {
        throw asErrorOfThisRealm(error);
      }),
    { step: 'finalizeRequest', priority: 'low' },
  );
  return client;
}

/**
 * Jest runs tests in a context with an `Error` of its own, so that those of Node's network are no instances of it, and
 * the SDK drops the name and code of what is no `Error`.
 */
function asErrorOfThisRealm(error: unknown): unknown {
  if (error instanceof Error || typeof error !== 'object' || error === null) return error;
  return Object.assign(new Error(String(Reflect.get(error, 'message'))), error, { name: Reflect.get(error, 'name') });
}

/** Makes a rules table with a random name. */
export function createRulesTable(client: DynamoDBDocumentClient): Promise<string> {
  return createTable(client, rulesTable(`test-${randomUUID()}-rules`));
}

/** Makes a decisions table with a random name. */
export function createDecisionsTable(client: DynamoDBDocumentClient): Promise<string> {
  return createTable(client, decisionsTable(`test-${randomUUID()}-decisions`));
}

/** Makes a sessions table with a random name. */
export function createSessionsTable(client: DynamoDBDocumentClient): Promise<string> {
  return createTable(client, sessionsTable(`test-${randomUUID()}-sessions`));
}

async function createTable(client: DynamoDBDocumentClient, table: CreateTableCommandInput): Promise<string> {
  await client.send(new CreateTableCommand(table));
  // The document client has all that the waiter asks of a client; only its type is narrower.
  const waiter = { client: client as unknown as DynamoDBClient, maxWaitTime: 10, minDelay: 1 };
  await waitUntilTableExists(waiter, { TableName: table.TableName });
  return table.TableName ?? '';
}
