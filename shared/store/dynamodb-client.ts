/** Makes the DynamoDB client that the store stands on. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { boundedRequests } from '../bounded-requests.ts';

export interface DocumentClientOptions {
  /** Default: what the SDK finds (`AWS_REGION` …). */
  readonly region?: string | undefined;
  /** Default: what the SDK finds (`AWS_ENDPOINT_URL_DYNAMODB` …), else AWS's own. */
  readonly endpoint?: string | undefined;
  /** Default: what the SDK finds (environment, profile, role). */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
  /** To open a connection, in milliseconds. Default 1000. */
  readonly connectionTimeoutMs?: number | undefined;
  /** From the request to the head of the answer, and between two pieces of it, in milliseconds. Default 3000. */
  readonly requestTimeoutMs?: number | undefined;
  /** Tries of one request, the first included. Default 3. */
  readonly maxAttempts?: number | undefined;
}

/** Makes a document client with timeouts (the SDK's default is to wait for ever) and kept-alive connections. */
export function createDocumentClient(options: DocumentClientOptions = {}): DynamoDBDocumentClient {
  const {
    region,
    endpoint,
    credentials,
    connectionTimeoutMs = 1_000,
    requestTimeoutMs = 3_000,
    maxAttempts = 3,
  } = options;
  const client = new DynamoDBClient({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts,
    requestHandler: boundedRequests(requestTimeoutMs, connectionTimeoutMs),
  });
  return documentClient(client);
}

/**
 * Another client of the same DynamoDB, over the connections of the first: one that is open saves a request its handshake. It tries
 * once; what goes wrong with it costs the first client none of its tries, which the SDK counts for each client.
 */
export function clientThatTriesOnce({ config }: DynamoDBDocumentClient): DynamoDBDocumentClient {
  const { region, credentials, endpoint, requestHandler } = config;
  return documentClient(
    new DynamoDBClient({ region, credentials, ...(endpoint && { endpoint }), requestHandler, maxAttempts: 1 }),
  );
}

function documentClient(client: DynamoDBClient): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(client, { unmarshallOptions: { wrapNumbers: readNumber } });
}

/** Numbers that JavaScript cannot hold stay text: the SDK would throw, and a foreign item could hide the newest revision. */
function readNumber(text: string): number | string {
  const number = Number(text);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? text : number;
}
