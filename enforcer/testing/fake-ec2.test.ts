/** The fake EC2 answers as AWS's API reference says, by the SDK's own client. */

import {
  DescribeClientVpnConnectionsCommand,
  type DescribeClientVpnConnectionsRequest,
  EC2Client,
  TerminateClientVpnConnectionsCommand,
  type TerminateClientVpnConnectionsRequest,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createThrottle } from './fake-buckets.ts';
import { type FakeEc2, startFakeEc2 } from './fake-ec2.ts';

const ENDPOINT = 'cvpn-endpoint-0a1b2c3d4e5f67890';
const NOW = Date.parse('2026-11-27T02:14:05Z');

let nowMs: number;
let ec2: FakeEc2;
let client: EC2Client;

beforeEach(async () => {
  nowMs = NOW;
  ec2 = await startFakeEc2({ endpoints: [ENDPOINT], now: () => nowMs });
  client = new EC2Client({
    region: 'eu-central-1',
    endpoint: ec2.url,
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
});

afterEach(async () => {
  client.destroy();
  await ec2.stop();
});

const describeConnections = (input: Partial<DescribeClientVpnConnectionsRequest> = {}) =>
  client.send(new DescribeClientVpnConnectionsCommand({ ClientVpnEndpointId: ENDPOINT, ...input }));
const terminate = (input: Partial<TerminateClientVpnConnectionsRequest>) =>
  client.send(new TerminateClientVpnConnectionsCommand({ ClientVpnEndpointId: ENDPOINT, ...input }));

describe('DescribeClientVpnConnections', () => {
  it('tells a connection whole', async () => {
    const { id } = ec2.connections.add(ENDPOINT, { username: 'a&b', commonName: 'c<d>', clientIp: '10.8.0.2' });
    ec2.connections.end(id);
    expect((await describeConnections()).Connections).toEqual([
      expect.objectContaining({
        ConnectionId: id,
        ClientVpnEndpointId: ENDPOINT,
        Username: 'a&b',
        CommonName: 'c<d>',
        ClientIp: '10.8.0.2',
        ConnectionEstablishedTime: '2026-11-27 02:14:05',
        ConnectionEndTime: '2026-11-27 02:14:05',
        Status: { Code: 'terminated' },
      }),
    ]);
  });

  it('tells of those that have ended for an hour', async () => {
    ec2.connections.end(ec2.connections.add(ENDPOINT).id);
    nowMs += 3_599_999;
    expect((await describeConnections()).Connections).toHaveLength(1);
    nowMs += 1;
    expect((await describeConnections()).Connections).toEqual([]);
  });

  it('filters by user and by connection', async () => {
    const ids = ['alice', 'bob', 'alice'].map((username) => ec2.connections.add(ENDPOINT, { username }).id);
    const found = async (Name: string, ...Values: string[]) => {
      const { Connections = [] } = await describeConnections({ Filters: [{ Name, Values }] });
      return Connections.map(({ ConnectionId }) => ConnectionId);
    };
    expect(await found('username', 'alice')).toEqual([ids[0], ids[2]]);
    expect(await found('username', 'Alice')).toEqual([]);
    expect(await found('connection-id', ids[1] ?? '', ids[2] ?? '')).toEqual([ids[1], ids[2]]);
    await expect(found('status', 'active')).rejects.toMatchObject({ name: 'InvalidFilter' });
  });

  it('pages, with tokens of that endpoint alone', async () => {
    for (let i = 0; i < 12; i++) ec2.connections.add(ENDPOINT);
    const first = await describeConnections({ MaxResults: 6 });
    expect(first.Connections).toHaveLength(6);
    const second = await describeConnections({ MaxResults: 6, NextToken: first.NextToken });
    expect([second.Connections?.length, second.NextToken]).toEqual([6, undefined]);
    await expect(describeConnections({ NextToken: 'nonsense' })).rejects.toMatchObject({
      name: 'InvalidPaginationToken',
    });
  });

  it.each([4, 0, -1, 1_001])('takes no MaxResults of %d', async (MaxResults) => {
    await expect(describeConnections({ MaxResults })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });
});

describe('TerminateClientVpnConnections', () => {
  it('ends one, and says what it was', async () => {
    const { id } = ec2.connections.add(ENDPOINT);
    expect(await terminate({ ConnectionId: id })).toMatchObject({
      ClientVpnEndpointId: ENDPOINT,
      ConnectionStatuses: [
        { ConnectionId: id, PreviousStatus: { Code: 'active' }, CurrentStatus: { Code: 'terminating' } },
      ],
    });
  });

  it('ends up to five of a user', async () => {
    for (let i = 0; i < 5; i++) ec2.connections.add(ENDPOINT, { username: 'alice' });
    for (let i = 0; i < 6; i++) ec2.connections.add(ENDPOINT, { username: 'bob' });
    expect((await terminate({ Username: 'alice' })).ConnectionStatuses).toHaveLength(5);
    await expect(terminate({ Username: 'alice' })).rejects.toMatchObject({
      name: 'InvalidClientVpnConnection.UserNotFound',
    });
    await expect(terminate({ Username: 'bob' })).rejects.toMatchObject({
      name: 'ClientVpnTerminateConnectionsLimitExceeded',
    });
    expect(ec2.connections.standing()).toHaveLength(6);
  });

  it('wants one of the two', async () => {
    await expect(terminate({})).rejects.toMatchObject({ name: 'MissingParameter' });
    await expect(terminate({ ConnectionId: 'c', Username: 'u' })).rejects.toMatchObject({
      name: 'InvalidParameterCombination',
    });
  });

  it('ends nothing at another endpoint', async () => {
    const { id } = ec2.connections.add('cvpn-endpoint-0f0f0f0f0f0f0f0f0');
    await expect(terminate({ ConnectionId: id })).rejects.toMatchObject({
      name: 'InvalidClientVpnConnection.IdNotFound',
    });
    expect(ec2.connections.standing()).toEqual([id]);
  });

  it('ends nothing in a dry run', async () => {
    const { id } = ec2.connections.add(ENDPOINT);
    await expect(terminate({ ConnectionId: id, DryRun: true })).rejects.toMatchObject({
      name: 'DryRunOperation',
      $metadata: { httpStatusCode: 412 },
    });
    expect(ec2.connections.standing()).toEqual([id]);
  });
});

describe('any request', () => {
  const post = (body: string) => fetch(ec2.url, { method: 'POST', body });

  it('is refused without a signature', async () => {
    const answer = await post('Action=DescribeClientVpnConnections&Version=2016-11-15');
    expect([answer.status, await answer.text()]).toEqual([401, expect.stringContaining('<Code>AuthFailure</Code>')]);
  });

  it('stands in the journal', async () => {
    await describeConnections();
    await post('Action=Nonsense');
    expect(ec2.calls.map(({ action, atMs, outcome }) => [action, atMs, outcome])).toEqual([
      ['DescribeClientVpnConnections', NOW, 'done'],
      ['Nonsense', NOW, 'AuthFailure'],
    ]);
  });
});

describe('the throttle', () => {
  it('gives tokens back once a second, up to the capacity', () => {
    let at = 0;
    const throttle = createThrottle({ A: { capacity: 3, refill: 2 } }, () => at);
    const admitted = () => [1, 2, 3, 4].filter(() => throttle('A')).length;
    expect(admitted()).toBe(3);
    at = 999;
    expect(admitted()).toBe(0);
    at = 1_000;
    expect(admitted()).toBe(2);
    at = 60_000;
    expect(admitted()).toBe(3);
    expect(throttle('B')).toBe(true);
  });
});
