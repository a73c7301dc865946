/** Times as EC2 writes them, read strictly. */
import { describe, expect, it } from '@jest/globals';
import { readActiveConnection, readEc2Time } from './active-connection.ts';

describe('readEc2Time', () => {
  it('reads a time as UTC', () => {
    expect(readEc2Time('2018-12-13 18:32:49')).toBe(Date.UTC(2018, 11, 13, 18, 32, 49));
    expect(readEc2Time('2028-02-29 00:00:00')).toBe(Date.UTC(2028, 1, 29));
  });

  it.each([
    '',
    '-',
    '2018-12-13',
    '2018-12-13T18:32:49Z',
    '2018-12-13 18:32:49Z',
    '2018-12-13 18:32:49+09:00',
    ' 2018-12-13 18:32:49',
    '2018-12-13 18:32',
    '2018-12-13 24:00:00',
    '2018-12-13 18:32:60',
    '2026-02-29 00:00:00',
    '2018-13-01 00:00:00',
    '１２３４-12-13 18:32:49',
    '1544725969',
  ])('reads no time: %j', (text) => {
    expect(readEc2Time(text)).toBeUndefined();
  });
});

describe('readActiveConnection', () => {
  it.each([
    {},
    { Status: {} },
    { Status: { Code: 'suspended' as never } },
    { Status: { Code: 'terminated' } } as const,
  ])('knows no connection that stands: %j', (told) => {
    expect(readActiveConnection({ ConnectionId: 'c', ...told }, 'e')).toBeUndefined();
  });

  it('knows none without an id', () => {
    expect(readActiveConnection({ ConnectionId: '', Status: { Code: 'active' } }, 'e')).toBeUndefined();
  });

  it('tells the IPv6 address of one that has no other', () => {
    const told = { ConnectionId: 'c', Status: { Code: 'active' }, ClientIp: '', ClientIpv6Address: 'fd00::2' } as const;
    expect(readActiveConnection(told, 'e')).toEqual({ id: 'c', endpoint: 'e', clientIp: 'fd00::2' });
  });
});
