/** Nothing that proves who calls, and no credential or key of the API's own, stands in an answer or a log line. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDocumentClient } from '../shared/store/index.ts';
import {
  createRulesTable,
  type LocalDynamoDb,
  localDocumentClient,
  startDynalite,
} from '../shared/store/testing/dynalite.ts';
import { printedLines } from '../shared/testing/printed-lines.ts';
import { type RepeatingAws, SECRETS, startRepeatingAws } from '../shared/testing/repeating-aws.ts';
import { startAdminApi } from './start-admin-api.ts';
import { POLICY } from './testing/example-policy.ts';
import { httpEvent, iamAuthorizer, type TestRequest } from './testing/http-event.ts';

let aws: RepeatingAws;
let dynalite: LocalDynamoDb;
const before = { ...process.env };
beforeAll(async () => {
  aws = await startRepeatingAws();
  dynalite = await startDynalite();
  Object.assign(process.env, SECRETS);
});
afterAll(async () => {
  process.env = before;
  await aws.stop();
  await dynalite.stop();
});

const PROOFS = {
  authorization:
    'AWS4-HMAC-SHA256 Credential=ASIACALLER/20261124/us-east-1/execute-api/aws4_request, Signature=signatureOfCaller',
  'x-amz-security-token': 'sessionTokenOfCaller',
  cookie: 'session=cookieOfCaller',
  'x-api-key': 'apiKeyOfCaller',
};
const PSEUDONYM_KEY = 'pseudonymKeyOfTests-0000000000000000';
const MUST_NOT_SHOW = [
  ...Object.values(SECRETS),
  PSEUDONYM_KEY,
  'signatureOfCaller',
  'sessionTokenOfCaller',
  'cookieOfCaller',
  'apiKeyOfCaller',
  'ASIAEXAMPLEACCESSKEY',
  'Canonical String',
];

const REQUESTS: readonly TestRequest[] = [
  { path: '/v1/health' },
  { path: '/v1/policy' },
  { path: '/v1/decisions' },
  { path: '/v1/verify' },
  { path: '/v1/nothing' },
  { path: '/v1/%70olicy' },
  { path: '/v1/rules', query: 'a=b' },
  { method: 'PUT', path: '/v1/policy', body: POLICY, headers: { 'if-none-match': '*' } },
  { method: 'POST', path: '/v1/rules', body: '{' },
  { method: 'POST', path: '/v1/evaluate', body: { connection: {} } },
];

describe('no secret is told', () => {
  it.each([
    ['where the store answers', false],
    ['where the store repeats what it was asked', true],
  ])(
    '%s',
    async (_, repeats) => {
      const local = localDocumentClient(dynalite.endpoint);
      const RULES_TABLE = await createRulesTable(local);
      const endpoint = repeats ? aws.endpoint : dynalite.endpoint;
      const client = createDocumentClient({ region: 'us-east-1', endpoint, maxAttempts: 1 });
      const { result: answers, lines } = await printedLines(async () => {
        const handler = startAdminApi(
          { ...SECRETS, RULES_TABLE, DECISIONS_TABLE: 'decisions', PSEUDONYM_KEY, ADMIN_ACCESS: '' },
          { client },
        );
        const results: unknown[] = [];
        for (const request of REQUESTS) {
          for (const authorizer of [iamAuthorizer(), null]) {
            results.push(
              await handler(httpEvent({ ...request, authorizer, headers: { ...PROOFS, ...request.headers } })),
            );
          }
        }
        return results;
      });
      const told = JSON.stringify([answers, lines]);
      expect(told.includes('InvalidSignatureException')).toBe(repeats);
      for (const secret of MUST_NOT_SHOW) expect([secret, told.includes(secret)]).toEqual([secret, false]);
      expect(lines.filter((line) => line.message === 'request' || line.message === 'request failed')).toHaveLength(
        2 * REQUESTS.length,
      );
      local.destroy();
    },
    60_000,
  );
});
