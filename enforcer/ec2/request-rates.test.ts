/** The default pace against EC2's documented buckets, in the clock's time. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { settingReader } from '../../shared/settings/index.ts';
import { type FakeEc2, startFakeEc2 } from '../testing/fake-ec2.ts';
import { type SteppingClock, steppingClock } from '../testing/stepping-clock.ts';
import {
  type ClientVpnConnections,
  createClientVpnConnections,
  createEc2Client,
  createEc2Paces,
  DESCRIBE_PER_SECOND,
  type Ec2Rates,
  TERMINATE_PER_SECOND,
} from './index.ts';
import type { Pace } from './pace.ts';

const ENDPOINT = 'cvpn-endpoint-0a1b2c3d4e5f67890';

describe('the default pace', () => {
  let clock: SteppingClock;
  let sent: number;
  let ec2: FakeEc2;
  let client: ReturnType<typeof createEc2Client>;

  beforeEach(async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0);
    sent = 0;
    // A request that is on its way while time goes on would find another bucket than the one it was meant for.
    clock = steppingClock(() => ec2.calls.length < sent);
    ec2 = await startFakeEc2({ throttling: 'documented', now: clock.now });
    client = createEc2Client({
      region: 'eu-central-1',
      endpoint: ec2.url,
      credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
      maxAttempts: 1,
    });
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    client.destroy();
    await ec2.stop();
  });

  function connections(rates: Ec2Rates = {}, pageSize = 1_000): ClientVpnConnections {
    const { describe, terminate } = createEc2Paces(rates, clock);
    const counted = ({ take }: Pace): Pace => ({ take: (signal) => take(signal).then(() => void sent++) });
    return createClientVpnConnections({
      client,
      pageSize,
      paces: { describe: counted(describe), terminate: counted(terminate) },
    });
  }

  /** Ends so many at once; gives how many EC2 throttled. */
  async function endMany(count: number, rates: Ec2Rates = {}): Promise<number> {
    const vpn = connections(rates);
    const ids = Array.from({ length: count }, () => ec2.connections.add(ENDPOINT).id);
    await Promise.allSettled(ids.map((id) => vpn.terminate(ENDPOINT, id)));
    return ec2.calls.filter(({ outcome }) => outcome === 'RequestLimitExceeded').length;
  }

  it('is never throttled', async () => {
    expect(await endMany(300)).toBe(0);
    expect(ec2.connections.standing()).toEqual([]);
    expect(clock.now()).toBe(70_000);
    const vpn = connections({}, 5);
    for (let i = 0; i < 1_000; i++) ec2.connections.add(ENDPOINT);
    expect(await vpn.active(ENDPOINT)).toHaveLength(1_000);
  });

  it('matters: faster than EC2 gives tokens back, it is throttled', async () => {
    expect(await endMany(300, { terminatePerSecond: 100 })).toBeGreaterThan(100);
  });

  it('ends 3,000 connections in 12 minutes and 25 seconds', async () => {
    const { terminate } = createEc2Paces({}, clock);
    await Promise.all(Array.from({ length: 3_000 }, () => terminate.take()));
    expect(clock.now()).toBe(745_000);
  });
});

describe('settings', () => {
  it.each([
    ['4', 4],
    ['0.5', 0.5],
    ['100', 100],
    ['', 4],
  ])('are read: %j', (value, expected) => {
    const { read, errors } = settingReader({ ENFORCER_TERMINATE_PER_SECOND: value });
    expect([read(TERMINATE_PER_SECOND), errors]).toEqual([expected, []]);
  });

  it.each(['0', '0.0', '-1', '101', '1e2', 'fast', '4/s', '.5'])('are refused: %j', (value) => {
    const { read, errors } = settingReader({ ENFORCER_DESCRIBE_PER_SECOND: value });
    expect([read(DESCRIBE_PER_SECOND), errors]).toEqual([10, [expect.objectContaining({ value })]]);
  });
});
