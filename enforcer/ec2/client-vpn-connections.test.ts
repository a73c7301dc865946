/** The enforcer's calls, by the SDK's own client, on a server that answers as EC2 does. */
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { type FakeEc2, type FakeEc2Options, type FakeFailure, startFakeEc2 } from '../testing/fake-ec2.ts';
import { type ClientVpnConnections, createClientVpnConnections, createEc2Client, type Ec2Paces } from './index.ts';
import { createPace } from './pace.ts';

const ENDPOINT = 'cvpn-endpoint-0a1b2c3d4e5f67890';
const OTHER = 'cvpn-endpoint-0f0f0f0f0f0f0f0f0';

let ec2: FakeEc2;
/** How many turns were taken; nothing here is slowed down. */
let turns: { describe: number; terminate: number };
const stops: (() => unknown)[] = [];

afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

interface StartOptions extends FakeEc2Options {
  readonly requestTimeoutMs?: number;
  readonly maxAttempts?: number;
  readonly pageSize?: number;
  readonly paces?: Ec2Paces;
}

/** Starts EC2 with two endpoints; gives what is tested. */
async function start({ requestTimeoutMs, maxAttempts, ...options }: StartOptions = {}): Promise<ClientVpnConnections> {
  // The least that the retries' full jitter gives: they do not wait.
  jest.spyOn(Math, 'random').mockReturnValue(0);
  ec2 = await startFakeEc2({ endpoints: [ENDPOINT, OTHER], ...options });
  const client = createEc2Client({
    region: 'eu-central-1',
    endpoint: ec2.url,
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
    requestTimeoutMs,
    maxAttempts,
  });
  stops.push(
    () => client.destroy(),
    () => ec2.stop(),
  );
  turns = { describe: 0, terminate: 0 };
  const paces: Ec2Paces = {
    describe: { take: async () => void turns.describe++ },
    terminate: { take: async () => void turns.terminate++ },
  };
  return createClientVpnConnections({ client, paces, ...options });
}

const ids = (connections: readonly { readonly id: string }[]) => connections.map(({ id }) => id);
const outcomes = () => ec2.calls.map(({ outcome }) => outcome);

describe('active', () => {
  it('reads all pages of one endpoint', async () => {
    const vpn = await start();
    for (let i = 0; i < 2_500; i++) ec2.connections.add(ENDPOINT);
    ec2.connections.add(OTHER);
    const active = await vpn.active(ENDPOINT);
    expect(active).toHaveLength(2_500);
    expect(ids(active)).toEqual(ec2.connections.standing(ENDPOINT));
    expect(ec2.calls.map(({ parameters }) => parameters.MaxResults)).toEqual(['1000', '1000', '1000']);
    expect(turns.describe).toBe(3);
    expect(await vpn.active(OTHER)).toHaveLength(1);
  });

  it('is empty where nobody is connected', async () => {
    const vpn = await start();
    expect(await vpn.active(ENDPOINT)).toEqual([]);
  });

  it('tells what EC2 tells, in our words, and leaves out what is empty', async () => {
    const vpn = await start();
    const full = ec2.connections.add(ENDPOINT, {
      username: 'Bätchi <&> "1"',
      commonName: 'laptop-7',
      clientIp: '10.8.0.2',
      establishedTime: '2026-11-27 02:14:05',
    });
    const bare = ec2.connections.add(ENDPOINT, { establishedTime: '' });
    expect(await vpn.active(ENDPOINT)).toEqual([
      {
        id: full.id,
        endpoint: ENDPOINT,
        username: 'Bätchi <&> "1"',
        commonName: 'laptop-7',
        clientIp: '10.8.0.2',
        establishedMs: Date.parse('2026-11-27T02:14:05Z'),
      },
      { id: bare.id, endpoint: ENDPOINT },
    ]);
  });

  it('leaves out those that have ended or are ending, and keeps those that EC2 failed to terminate', async () => {
    const vpn = await start();
    const active = ec2.connections.add(ENDPOINT);
    const held = ec2.connections.add(ENDPOINT, { status: 'failed-to-terminate' });
    ec2.connections.add(ENDPOINT, { status: 'terminating' });
    ec2.connections.end(ec2.connections.add(ENDPOINT).id);
    expect(ids(await vpn.active(ENDPOINT))).toEqual([active.id, held.id]);
  });

  it('counts one that comes on two pages once, as the later page tells it', async () => {
    const vpn = await start({ pageSize: 5 });
    for (const i of '12345678') ec2.connections.add(ENDPOINT, { id: `c${i}` });
    ec2.beforeCall = (_, { NextToken }) => {
      if (NextToken === undefined) return;
      for (const id of ['c1', 'c2']) ec2.connections.remove(id);
      ec2.connections.add(ENDPOINT, { id: 'c1', username: 'later' });
      ec2.connections.add(ENDPOINT, { id: 'c2', status: 'terminated' });
    };
    const active = await vpn.active(ENDPOINT);
    expect(ids(active).sort()).toEqual(['c1', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8']);
    expect(active.find(({ id }) => id === 'c1')).toMatchObject({ username: 'later' });
  });

  it('reads on where connections end between two pages', async () => {
    const vpn = await start({ pageSize: 5 });
    for (const i of '12345678') ec2.connections.add(ENDPOINT, { id: `c${i}` });
    ec2.beforeCall = (_, { NextToken }) => {
      if (NextToken !== undefined) for (const id of ['c5', 'c6']) ec2.connections.remove(id);
    };
    expect(ids(await vpn.active(ENDPOINT))).toEqual(['c1', 'c2', 'c3', 'c4', 'c5', 'c7', 'c8']);
  });

  it('never gives a part: a later page without an answer is no answer', async () => {
    const vpn = await start({ pageSize: 5, maxAttempts: 2 });
    for (const i of '12345678') ec2.connections.add(ENDPOINT, { id: `c${i}` });
    ec2.beforeCall = (_, { NextToken }) => {
      if (NextToken !== undefined) ec2.failNext('DescribeClientVpnConnections', 'InternalError');
    };
    await expect(vpn.active(ENDPOINT)).rejects.toMatchObject({ code: 'unavailable' });
    expect(outcomes()).toEqual(['done', 'InternalError', 'InternalError']);
  });
});

describe('terminate', () => {
  it('ends one connection and no other', async () => {
    const vpn = await start();
    const [one, two] = [ec2.connections.add(ENDPOINT), ec2.connections.add(ENDPOINT)];
    expect(await vpn.terminate(ENDPOINT, one.id)).toBe('ended');
    expect(ec2.connections.standing()).toEqual([two.id]);
    expect(ec2.calls.map(({ parameters }) => parameters)).toEqual([
      {
        Action: 'TerminateClientVpnConnections',
        Version: '2016-11-15',
        ClientVpnEndpointId: ENDPOINT,
        ConnectionId: one.id,
      },
    ]);
    expect(turns).toEqual({ describe: 0, terminate: 1 });
  });

  it.each(['error', 'status'] as const)('says that one had ended, however EC2 says so: %s', async (ended) => {
    const vpn = await start({ ended });
    const one = ec2.connections.add(ENDPOINT);
    ec2.beforeCall = () => ec2.connections.end(one.id);
    expect(await vpn.terminate(ENDPOINT, one.id)).toBe('gone');
  });

  it('claims nothing where EC2 does not say what became of it', async () => {
    const vpn = await start({ ended: 'empty' });
    const one = ec2.connections.add(ENDPOINT);
    ec2.connections.end(one.id);
    await expect(vpn.terminate(ENDPOINT, one.id)).rejects.toMatchObject({
      code: 'not-ended',
      message: `EC2 did not end ${one.id}, its status is not told`,
    });
  });

  it('ends one that it still sees after it has ended it, once', async () => {
    const vpn = await start();
    ec2.connections.lag = { active: 1, terminating: 1 };
    const one = ec2.connections.add(ENDPOINT);
    expect(await vpn.terminate(ENDPOINT, one.id)).toBe('ended');
    expect(ids(await vpn.active(ENDPOINT))).toEqual([one.id]);
    expect(await vpn.terminate(ENDPOINT, one.id)).toBe('gone');
    expect(await vpn.active(ENDPOINT)).toEqual([]);
    expect(await vpn.active(ENDPOINT)).toEqual([]);
  });

  it('says so where EC2 fails to terminate it', async () => {
    const vpn = await start();
    const one = ec2.connections.add(ENDPOINT);
    ec2.connections.holdOn(one.id);
    await expect(vpn.terminate(ENDPOINT, one.id)).rejects.toMatchObject({
      code: 'not-ended',
      message: `EC2 did not end ${one.id}, its status is failed-to-terminate`,
    });
  });

  it('knows its own work where the answer was lost', async () => {
    const vpn = await start();
    const one = ec2.connections.add(ENDPOINT);
    ec2.failNext('TerminateClientVpnConnections', 'cut-after');
    expect(await vpn.terminate(ENDPOINT, one.id)).toBe('ended');
    expect(outcomes()).toEqual(['cut-after', 'InvalidClientVpnConnection.IdNotFound']);
  });

  it('does not take for its own work what ended while EC2 throttled it', async () => {
    const vpn = await start();
    const one = ec2.connections.add(ENDPOINT);
    ec2.failNext('TerminateClientVpnConnections', 'RequestLimitExceeded');
    ec2.beforeCall = () => ec2.connections.end(one.id);
    expect(await vpn.terminate(ENDPOINT, one.id)).toBe('gone');
  });
});

describe('what goes wrong', () => {
  it.each<[FakeFailure]>([['RequestLimitExceeded'], ['InternalError'], ['cut']])(
    'is tried again, each try in its turn: %s',
    async (failure) => {
      const vpn = await start();
      const one = ec2.connections.add(ENDPOINT);
      ec2.failNext('DescribeClientVpnConnections', failure, 3);
      ec2.failNext('TerminateClientVpnConnections', failure, 3);
      expect(ids(await vpn.active(ENDPOINT))).toEqual([one.id]);
      expect(await vpn.terminate(ENDPOINT, one.id)).toBe('ended');
      expect(turns).toEqual({ describe: 4, terminate: 4 });
      expect(ec2.calls).toHaveLength(8);
    },
  );

  it.each<[FakeFailure, string, string]>([
    [
      'RequestLimitExceeded',
      'unavailable',
      `EC2 throttles DescribeClientVpnConnections for ${ENDPOINT} (RequestLimitExceeded), after all tries`,
    ],
    ['InternalError', 'unavailable', 'No answer from EC2 to DescribeClientVpnConnections'],
    ['cut', 'unavailable', 'ECONNRESET'],
    ['malformed', 'unavailable', "EC2's answer to DescribeClientVpnConnections"],
    ['foreign', 'unavailable', 'cannot be read: no list of connections'],
    [
      'UnauthorizedOperation',
      'refused',
      `The enforcer's role lacks ec2:DescribeClientVpnConnections on ${ENDPOINT}: You`,
    ],
  ])('is told in the end: %s', async (failure, code, message) => {
    const vpn = await start({ maxAttempts: 2 });
    ec2.failNext('DescribeClientVpnConnections', failure, 2);
    const error: unknown = await vpn.active(ENDPOINT).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'Ec2Error', code, message: expect.stringContaining(message) });
    expect(String(error)).toMatch(/^[^\n]{1,500}$/);
    expect(String(error)).not.toContain('Encoded');
  });

  it.each([
    [
      'an endpoint that is not there',
      'cvpn-endpoint-00000000000000000',
      'There is no Client VPN endpoint cvpn-endpoint-0000',
    ],
    ['no id of an endpoint', 'cvpn-7', 'cvpn-7 is no id of a Client VPN endpoint'],
  ])('is told: %s', async (_, endpoint, message) => {
    const vpn = await start();
    const refused = { code: 'refused', message: expect.stringContaining(message) };
    await expect(vpn.active(endpoint)).rejects.toMatchObject(refused);
    await expect(vpn.terminate(endpoint, 'cvpn-connection-1')).rejects.toMatchObject(refused);
    expect(ec2.calls).toHaveLength(2);
  });

  it('is told: nobody there', async () => {
    const vpn = await start({ maxAttempts: 1 });
    await ec2.stop();
    stops.pop();
    await expect(vpn.active(ENDPOINT)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('ends where EC2 never answers', async () => {
    const vpn = await start({ requestTimeoutMs: 500, maxAttempts: 2 });
    ec2.failNext('TerminateClientVpnConnections', 'silence', 2);
    await expect(vpn.terminate(ENDPOINT, 'cvpn-connection-1')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('ETIMEDOUT'),
    });
    expect(turns.terminate).toBe(2);
  });
});

describe('the signal', () => {
  const givenUp = { code: 'unavailable', message: expect.stringContaining('Given up') };

  it('ends the wait for an answer, and nothing is tried again', async () => {
    const vpn = await start();
    const controller = new AbortController();
    ec2.failNext('DescribeClientVpnConnections', 'silence');
    ec2.beforeCall = () => controller.abort();
    await expect(vpn.active(ENDPOINT, { signal: controller.signal })).rejects.toMatchObject(givenUp);
    expect(outcomes()).toEqual(['silence']);
  });

  it('ends the wait for a turn, whatever its reason, and nothing is sent', async () => {
    const pace = createPace({ perSecond: 1, burst: 1, sleep: () => new Promise(() => {}) });
    await pace.take();
    const vpn = await start({ paces: { describe: pace, terminate: pace } });
    const controller = new AbortController();
    const result = vpn.terminate(ENDPOINT, 'c', { signal: controller.signal });
    controller.abort(new Error('the pass is over'));
    await expect(result).rejects.toMatchObject(givenUp);
    await expect(vpn.active(ENDPOINT, { signal: AbortSignal.abort() })).rejects.toMatchObject(givenUp);
    expect(ec2.calls).toEqual([]);
  });
});
