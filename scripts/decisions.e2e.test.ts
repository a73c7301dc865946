/**
 * "Why was I refused?" on the local stack: the message names the connection, one command with it tells all, also when the rule
 * is long gone; and a draft is replayed on what the handler put on record.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { messageOf } from '../shared/client-vpn/index.ts';
import { expectValidResponse } from '../shared/client-vpn/testing/expect-valid-response.ts';
import { runCli } from './cli/testing/run-cli.ts';
import { type LocalStackProcess, startLocalStack } from './local-stack/testing/start-local-stack.ts';

const OPEN = { version: 1, defaultEffect: 'allow' };
const WAYS = ['through the API', 'straight on the tables'] as const;

let stack: LocalStackProcess;
let refused: string;

beforeAll(async () => {
  stack = await startLocalStack();
  refused = await ask('Batchi', '0aa11bb22cc33dd44');
  await ask('tanaka', '0aa11bb22cc33dd45');
}, 90_000);
afterAll(() => stack.end('SIGKILL'));

/** Asks the handler as Client VPN does; gives what the user reads. */
async function ask(username: string, connection: string): Promise<string> {
  const event = {
    'connection-id': `cvpn-connection-${connection}`,
    'endpoint-id': 'cvpn-endpoint-0a1b2c3d4e5f67890',
    username,
    'common-name': null,
    'public-ip': '203.0.113.10',
    platform: 'win',
    'schema-version': 'v3',
  };
  const response = await fetch(
    `http://127.0.0.1:${stack.lambdaPort}/2015-03-31/functions/AWSClientVPN-policy-local/invocations`,
    { method: 'POST', body: JSON.stringify(event) },
  );
  const answer: unknown = await response.json();
  expectValidResponse(answer, 'v3');
  return messageOf(answer);
}

async function vpnPolicy(way: (typeof WAYS)[number], args: readonly string[], stdin = '') {
  const access = way === 'through the API' ? ['--api', `http://127.0.0.1:${stack.httpPort}`] : ['--local'];
  const env = { DYNAMODB_PORT: String(stack.dynamoDbPort) };
  const ran = await runCli([...args, ...access], { env, stdin, nowMs: Date.now() });
  expect({ args, exitCode: ran.exitCode, stderr: ran.stderr }).toEqual({ args, exitCode: 0, stderr: '' });
  return ran.stdout;
}

describe.each(WAYS)('%s', (way) => {
  const told = async () => vpnPolicy(way, ['decisions', connectionIn(refused)]);
  /** All but the words that change as time goes by. */
  const lasting = (text: string) => text.replace(/, (?:less than a minute|\d+ min) ago$/m, '');

  it('one command with the connection of the message tells user, address, rule, revision, message and reasons', async () => {
    expect(refused).toBe(
      'This user is not permitted for now. Ask your manager, quote cvpn-connection-0aa11bb22cc33dd44.',
    );
    const text = await told();
    for (const line of [
      'REFUSED by block-leavers',
      '  user: Batchi',
      '  address: 203.0.113.10',
      `  message: ${refused}`,
      'By the rules of revision 1:',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    expect(text).toMatch(/^ {2}policy: revision 1, which the store had confirmed \d+ s before$/m);
    expect(text).toMatch(/^block-leavers +deny +refuses +match holds: identities match$/m);
    expect(text).toMatch(/^from-offices +allow +applies, outranked +match holds: sourceIps match$/m);
  });

  it('the user’s last decision is found by name', async () => {
    expect(lasting(await vpnPolicy(way, ['decisions', '--user', 'bàtchi', '--last']))).toBe(lasting(await told()));
    expect(await vpnPolicy(way, ['decisions', '--user', 'tanaka', '--last'])).toMatch(/^ADMITTED by from-offices\n/);
  });

  it('it stays the same when the rule is long gone', async () => {
    const before = lasting(await told());
    await vpnPolicy(way, ['seed', '-', '--replace', '--confirm', 'tests'], JSON.stringify(OPEN));
    expect(await vpnPolicy(way, ['rules'])).not.toContain('block-leavers');
    expect(lasting(await told())).toBe(before);
  });

  it('a draft is replayed on what is on record', async () => {
    const closed = { ...OPEN, rules: [{ id: 'no-tanaka', effect: 'deny', match: { users: ['tanaka'] } }] };
    const text = await vpnPolicy(way, ['replay', '--file', '-', '--since', '1d'], JSON.stringify(closed));
    expect(text).toContain('Would newly refuse 1 of 2 users seen in 24 h (1 connection)\n');
    expect(text).toMatch(/^refused {2}tanaka {2}1 +no-tanaka {2}admitted by default /m);
    // The stack asks the handler once by itself, to see that it is there.
    expect(text).toMatch(/^note: answered otherwise at the time, by an older revision or none: [12] refused then, 0 /m);
  });
});

function connectionIn(message: string): string {
  return /cvpn-connection-[0-9a-f]+/.exec(message)?.[0] ?? '';
}
