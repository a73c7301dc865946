/** Makes the DynamoDB client that the store stands on. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type SdkClientBounds, type SdkClientOptions, sdkClientConfig } from '../sdk-client-config.ts';

export type DocumentClientOptions = SdkClientOptions;

const BOUNDS: SdkClientBounds = { connectionTimeoutMs: 1_000, requestTimeoutMs: 3_000, maxAttempts: 3 };

/** Makes a document client that waits one second for a connection, three for an answer, and tries three times, unless told otherwise. */
export function createDocumentClient(options: DocumentClientOptions = {}): DynamoDBDocumentClient {
  return documentClient(new DynamoDBClient(sdkClientConfig(options, BOUNDS)));
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
