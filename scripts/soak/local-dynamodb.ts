/** The DynamoDB that the soak tries: `TEST_DYNAMODB_ENDPOINT` where it is set (DynamoDB Local), else dynalite. */
import { type LocalDynamoDb, startDynalite } from '../../shared/store/testing/dynalite.ts';

export interface DynamoDbToTry extends Pick<LocalDynamoDb, 'endpoint' | 'stop'> {
  readonly name: string;
}

export async function dynamoDbToTry(): Promise<DynamoDbToTry> {
  const endpoint = process.env.TEST_DYNAMODB_ENDPOINT;
  if (endpoint) return { name: 'DynamoDB Local', endpoint, stop: async () => {} };
  const { endpoint: started, stop } = await startDynalite();
  return { name: 'dynalite', endpoint: started, stop };
}
