/** The contract of the decision log on dynalite and, where `TEST_DYNAMODB_ENDPOINT` is set, on another DynamoDB. */
import { startDynalite } from '../store/testing/dynalite.ts';
import { decisionLogContract } from './testing/decision-log-contract.ts';

decisionLogContract('dynalite', startDynalite);

const endpoint = process.env.TEST_DYNAMODB_ENDPOINT;
if (endpoint) decisionLogContract(`DynamoDB at ${endpoint}`, async () => ({ endpoint, stop: async () => {} }));
else
  console.info('Left out: the contract of the decision log on DynamoDB Local, since TEST_DYNAMODB_ENDPOINT is not set');
