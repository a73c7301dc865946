/** Counts what a client of DynamoDB costs, from DynamoDB's own ConsumedCapacity. */
import { type Readable, Transform } from 'node:stream';
import type { ConsumedCapacity } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

export interface Cost {
  /** Requests by operation: `Query`, `BatchGetItem` … */
  readonly requests: Readonly<Record<string, number>>;
  /** Units as AWS bills them, those of indexes among them. */
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Of the write units those of the table alone; an index has at most as many. */
  readonly tableWriteUnits: number;
  /** Of the bodies of requests and answers. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

export interface Meter {
  /** What was spent since the last time. */
  take(): Cost;
}

/** Meters all that a client sends from now on. @throws where an answer does not say what it cost */
export function meter(client: DynamoDBDocumentClient): Meter {
  let spent = nothing();
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        Object.assign(args.input, { ReturnConsumedCapacity: 'INDEXES' });
        const result = await next(args);
        const operation = commandName.replace(/Command$/, '');
        const { units, ofTable } = unitsOf(operation, result.output);
        spent.requests[operation] = (spent.requests[operation] ?? 0) + 1;
        if (operation.startsWith('Put')) {
          spent.writeUnits += units;
          spent.tableWriteUnits += ofTable;
        } else {
          spent.readUnits += units;
        }
        return result;
      },
    { step: 'initialize' },
  );
  client.middlewareStack.add(
    (next) => async (args) => {
      const counting = spent;
      counting.sentBytes += Number(headersOf(args.request)['content-length'] ?? 0);
      const result = await next(args);
      const response = result.response as { body: Readable };
      response.body = response.body.pipe(
        new Transform({
          transform(chunk: Uint8Array, _encoding, pass) {
            counting.receivedBytes += chunk.length;
            pass(undefined, chunk);
          },
        }),
      );
      return result;
    },
    { step: 'deserialize', priority: 'low' },
  );
  return {
    take() {
      const taken = spent;
      spent = nothing();
      return taken;
    },
  };
}

function nothing() {
  const requests: Record<string, number> = {};
  return { requests, readUnits: 0, writeUnits: 0, tableWriteUnits: 0, sentBytes: 0, receivedBytes: 0 };
}

function unitsOf(operation: string, output: object): { readonly units: number; readonly ofTable: number } {
  const consumed: ConsumedCapacity | ConsumedCapacity[] | undefined = Reflect.get(output, 'ConsumedCapacity');
  if (consumed === undefined) throw new Error(`The answer to ${operation} does not say what it cost`);
  const all = [consumed].flat();
  return {
    units: all.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0),
    ofTable: all.reduce((sum, { Table }) => sum + (Table?.CapacityUnits ?? 0), 0),
  };
}

function headersOf(request: unknown): Readonly<Record<string, string>> {
  return (request as { readonly headers: Readonly<Record<string, string>> }).headers;
}
