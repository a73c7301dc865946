/** No credential and no key of the handler's stands in an answer or a log line, whatever DynamoDB says. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createDocumentClient } from '../shared/store/index.ts';
import { printedLines } from '../shared/testing/printed-lines.ts';
import { type RepeatingAws, SECRETS, startRepeatingAws } from '../shared/testing/repeating-aws.ts';
import { startHandler } from './start-handler.ts';
import { lambdaContext } from './testing/lambda-context.ts';

let aws: RepeatingAws;
const before = { ...process.env };
beforeAll(async () => {
  aws = await startRepeatingAws();
  Object.assign(process.env, SECRETS);
});
afterAll(async () => {
  process.env = before;
  await aws.stop();
});

it('tells no secret where its requests are repeated to it', async () => {
  const PSEUDONYM_KEY = 'pseudonymKeyOfTests-0000000000000000';
  const environment = {
    ...SECRETS,
    RULES_TABLE: 'rules',
    DECISIONS_TABLE: 'decisions',
    DECISION_LOG_TIMEOUT_MS: '2000',
    PSEUDONYMIZE: 'true',
    PSEUDONYM_KEY,
  };
  const client = createDocumentClient({ region: 'us-east-1', endpoint: aws.endpoint, maxAttempts: 1 });
  const { result, lines } = await printedLines(async () => {
    const { loaded, handler } = startHandler(environment, { client });
    await loaded;
    return handler(
      { username: 'batchi', 'connection-id': 'cvpn-connection-1', 'schema-version': 'v3' },
      lambdaContext(),
    );
  });
  expect(aws.asked()).toBeGreaterThan(1);
  const told = JSON.stringify([result, lines]);
  expect(told).toContain('InvalidSignatureException');
  for (const secret of [...Object.values(SECRETS), PSEUDONYM_KEY, 'batchi', 'Canonical String']) {
    expect(told).not.toContain(secret);
  }
});
