/**
 * Standing connections on the local stack: 3,000 people at two endpoints of a fake EC2, let in by the real handler; operators with the
 * real commands; the packaged enforcer, which ends whom the policy refuses and nobody else.
 */
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ec2Time } from '../enforcer/testing/fake-connections.ts';
import { type FakeEc2, startFakeEc2 } from '../enforcer/testing/fake-ec2.ts';
import { startHandler } from '../handler/start-handler.ts';
import { lambdaContext } from '../handler/testing/lambda-context.ts';
import { createDecisionSource } from '../shared/decision-log/index.ts';
import type { PolicyDocument } from '../shared/engine/index.ts';
import { localDocumentClient } from '../shared/store/testing/dynalite.ts';
import { printedLines } from '../shared/testing/printed-lines.ts';
import { runCli } from './cli/testing/run-cli.ts';
import { LOCAL_DECISIONS_TABLE, LOCAL_RULES_TABLE } from './local-stack/settings.ts';
import { type LocalStackProcess, startLocalStack } from './local-stack/testing/start-local-stack.ts';

const FRANKFURT = 'cvpn-endpoint-0a1b2c3d4e5f67890';
const TOKYO = 'cvpn-endpoint-0b359ceb0b7e702ca';
const PEOPLE = 3_000;
const AT_A_TIME = 16;

const OPEN: PolicyDocument = {
  version: 1,
  defaultEffect: 'deny',
  endpoints: { [FRANKFURT]: { name: 'frankfurt' }, [TOKYO]: { name: 'tokyo' } },
  rules: [{ id: 'staff', effect: 'allow', match: 'everyone' }],
};

let ec2: FakeEc2;
let stack: LocalStackProcess;

beforeAll(async () => {
  ec2 = await startFakeEc2({ endpoints: [FRANKFURT, TOKYO] });
  stack = await startLocalStack({
    LOCAL_EC2_ENDPOINT: ec2.url,
    ENFORCER_ENDPOINTS: `${FRANKFURT},${TOKYO}`,
    ENFORCER_MODE: 'enforce',
    // An account whose quota AWS has raised: at the default pace ending them all takes twelve minutes.
    ENFORCER_TERMINATE_PER_SECOND: '100',
  });
  await vpnPolicy(['seed', '-', '--replace', '--confirm', 'tests', '--local'], JSON.stringify(OPEN));
  await connectEverybody();
}, 180_000);

afterAll(async () => {
  await stack?.end('SIGKILL');
  await ec2?.stop();
});

/** The first is batchi, at both endpoints; one in 500 is on call. */
function personOf(index: number): { user: string; groups: readonly string[] } {
  if (index < 2) return { user: 'Batchi', groups: ['staff'] };
  return {
    user: `user-${String(index).padStart(4, '0')}`,
    groups: index % 500 === 7 ? ['staff', 'oncall'] : ['staff'],
  };
}

async function connectEverybody(): Promise<void> {
  const client = localDocumentClient(`http://127.0.0.1:${stack.dynamoDbPort}`);
  const environment = {
    RULES_TABLE: LOCAL_RULES_TABLE,
    DECISIONS_TABLE: LOCAL_DECISIONS_TABLE,
    DECISION_LOG_TIMEOUT_MS: '2000',
  };
  await printedLines(async () => {
    const { handler, loaded } = startHandler(environment, { client });
    await loaded;
    const waiting = Array.from({ length: PEOPLE }, (_, index) => index);
    const connectNext = async () => {
      for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
        const { user, groups } = personOf(index);
        const id = `cvpn-connection-${index.toString(16).padStart(17, '0')}`;
        const endpoint = index % 2 === 0 ? FRANKFURT : TOKYO;
        const event = { 'connection-id': id, 'endpoint-id': endpoint, username: user, groups, 'schema-version': 'v3' };
        const { allow } = await handler({ ...event, 'public-ip': '203.0.113.9' }, lambdaContext());
        if (allow) ec2.connections.add(endpoint, { id, username: user, establishedTime: ec2Time(Date.now()) });
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, connectNext));
  });
  client.destroy();
  expect(ec2.connections.standing()).toHaveLength(PEOPLE);
}

async function vpnPolicy(args: readonly string[], stdin = '', exitCode = 0): Promise<string> {
  const env = { DYNAMODB_PORT: String(stack.dynamoDbPort), LAMBDA_PORT: String(stack.lambdaPort) };
  const ran = await runCli(args, { env, stdin, nowMs: Date.now() });
  expect({ args, exitCode: ran.exitCode, stderr: exitCode === 0 ? ran.stderr : '' }).toEqual({
    args,
    exitCode,
    stderr: '',
  });
  return ran.stdout + ran.stderr;
}

function api(): readonly string[] {
  return ['--api', `http://127.0.0.1:${stack.httpPort}`];
}

function usersStanding(): readonly string[] {
  return ec2.connections.standing().map((id) => ec2.connections.get(id)?.username ?? '');
}

describe('3,000 people at two endpoints', () => {
  it('are listed with who, from where and by which rule', async () => {
    const text = await vpnPolicy(['connections', '--user', 'batchi', '--local']);
    expect(text).toMatch(/Batchi .*203\.0\.113\.9/);
    expect(text).toContain('staff');
    const { connections } = JSON.parse(await vpnPolicy(['connections', '--json', ...api()]));
    expect(connections).toHaveLength(PEOPLE);
  }, 60_000);

  it('a block with --disconnect ends the user’s, at both endpoints, and nobody else’s', async () => {
    const others = usersStanding().filter((user) => user !== 'Batchi');
    const text = await vpnPolicy(['block', 'batchi', '--for', '3d', '--disconnect', ...api()]);
    // The API has a pass begin at each write, and that may have been first.
    expect(text).toMatch(/2 connections|Nobody whom it refuses is connected/);
    expect(usersStanding()).toEqual(others);
    const client = localDocumentClient(`http://127.0.0.1:${stack.dynamoDbPort}`);
    const decisions = createDecisionSource({ client, tableName: LOCAL_DECISIONS_TABLE });
    const { decisions: ended } = await decisions.list({ user: 'batchi', outcome: 'ended' });
    expect(ended).toMatchObject([{ rules: ['block-batchi'] }, { rules: ['block-batchi'] }]);
    client.destroy();
  }, 60_000);

  it('a policy that refuses everybody by mistake stops at the cap, and is undone with everybody in', async () => {
    const before = usersStanding();
    const mistake = { ...OPEN, rules: [] };
    await vpnPolicy(['seed', '-', '--replace', '--confirm', 'lockout', ...api()], JSON.stringify(mistake));
    const text = await vpnPolicy(['enforce', ...api()], '', 1);
    expect(text).toMatch(/--confirm share/);
    expect(usersStanding()).toEqual(before);
    await vpnPolicy(['revert', await newestRevision(), ...api()]);
    expect(usersStanding()).toEqual(before);
  }, 60_000);

  it('an EC2 that fails ends nobody, and the next pass makes up for it', async () => {
    const before = usersStanding();
    await vpnPolicy(['block', 'user-0100', '--local']);
    ec2.beforeCall = (action) => {
      if (action === 'DescribeClientVpnConnections') ec2.failNext(action, 'UnauthorizedOperation');
    };
    await vpnPolicy(['enforce', '--local'], '', 2);
    ec2.beforeCall = () => {};
    expect(usersStanding()).toEqual(before);
    await vpnPolicy(['enforce', '--local']);
    expect(usersStanding()).toEqual(before.filter((user) => user !== 'user-0100'));
  }, 60_000);

  it('neither does a store that fails', async () => {
    const before = usersStanding();
    await vpnPolicy(['block', 'user-0101', '--local']);
    const client = localDocumentClient(`http://127.0.0.1:${stack.dynamoDbPort}`);
    // A head that cannot be read: never an older policy instead.
    const next = Number(await newestRevision()) + 1;
    const damaged = { pk: 'POLICY', sk: `REVISION#${String(next).padStart(10, '0')}` };
    await client.send(
      new PutCommand({ TableName: LOCAL_RULES_TABLE, Item: { ...damaged, kind: 'client-vpn-policy/revision@1' } }),
    );
    await vpnPolicy(['enforce', '--local'], '', 1);
    expect(usersStanding()).toEqual(before);
    await client.send(new DeleteCommand({ TableName: LOCAL_RULES_TABLE, Key: damaged }));
    client.destroy();
    await vpnPolicy(['enforce', '--local']);
    expect(usersStanding()).toEqual(before.filter((user) => user !== 'user-0101'));
  }, 60_000);

  it('a maintenance with --disconnect ends all but the exempt at its start, however many they are', async () => {
    const before = usersStanding();
    const beginsMs = Math.ceil(Date.now() / 1_000) * 1_000 + 5_000;
    const from = new Date(beginsMs).toISOString();
    await vpnPolicy([
      'maintenance',
      '--from',
      from,
      '--for',
      '1h',
      '--except-group',
      'oncall',
      '--disconnect',
      '--local',
    ]);
    await vpnPolicy(['enforce', '--local']);
    expect(usersStanding()).toEqual(before);
    await new Promise((resolve) => setTimeout(resolve, beginsMs - Date.now()));
    await vpnPolicy(['enforce', '--local']);
    const exempt = Array.from({ length: PEOPLE }, (_, index) => personOf(index)).filter(({ groups }) =>
      groups.includes('oncall'),
    );
    expect(usersStanding().toSorted()).toEqual(exempt.map(({ user }) => user));
  }, 120_000);
});

async function newestRevision(): Promise<string> {
  const { number } = JSON.parse(await vpnPolicy(['log', '--json', '--limit', '1', '--local'])).revisions[0];
  return String(number);
}
