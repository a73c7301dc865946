/** The contract of the policy store on dynalite and, where `TEST_DYNAMODB_ENDPOINT` is set, on another DynamoDB. */
import { startDynalite } from './testing/dynalite.ts';
import { policyStoreContract } from './testing/policy-store-contract.ts';

policyStoreContract('dynalite', startDynalite);

const endpoint = process.env.TEST_DYNAMODB_ENDPOINT;
if (endpoint) policyStoreContract(`DynamoDB at ${endpoint}`, async () => ({ endpoint, stop: async () => {} }));
else
  console.info('Left out: the contract of the policy store on DynamoDB Local, since TEST_DYNAMODB_ENDPOINT is not set');
