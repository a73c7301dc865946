/** Connection log lines as CloudWatch Logs holds them. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { askedTheHandler, loggedRequest, readConnectionLogLine } from './connection-log.ts';

const REFUSED =
  '{"connection-log-type":"connection-attempt","connection-attempt-status":"failed","connection-attempt-failure-reason":"client-connect-failed","connection-id":"cvpn-connection-00928475175520a2c","client-vpn-endpoint-id":"cvpn-endpoint-05e3cd01fe10ad9ee","transport-protocol":"udp","connection-start-time":"NA","connection-last-update-time":"2020-11-07 08:27:46","client-ip":"NA","common-name":"client1.domain.tld","device-ip":"203.0.113.10","port":"63479","ingress-bytes":"0","egress-bytes":"0","ingress-packets":"0","egress-packets":"0","posture-compliance-statuses":[{"S":"compliant"}],"connection-end-time":"NA","connection-duration-seconds":"NA"}';

describe('readConnectionLogLine', () => {
  it('reads a refused attempt, with "NA" as absent', () => {
    expect(readConnectionLogLine(JSON.parse(REFUSED))).toStrictEqual({
      type: 'connection-attempt',
      attemptStatus: 'failed',
      failureReason: 'client-connect-failed',
      resetStatus: undefined,
      connectionId: 'cvpn-connection-00928475175520a2c',
      endpointId: 'cvpn-endpoint-05e3cd01fe10ad9ee',
      transportProtocol: 'udp',
      startTimeMs: undefined,
      lastUpdateTimeMs: Date.UTC(2020, 10, 7, 8, 27, 46),
      endTimeMs: undefined,
      durationSeconds: undefined,
      clientIp: undefined,
      commonName: 'client1.domain.tld',
      username: undefined,
      deviceType: undefined,
      deviceIp: '203.0.113.10',
      port: 63479,
      ingressBytes: 0,
      egressBytes: 0,
      ingressPackets: 0,
      egressPackets: 0,
      postureStatuses: ['compliant'],
    });
  });

  it('takes posture statuses as plain texts too, and none where there is no list', () => {
    const line = { 'connection-log-type': 'connection-reset' };
    expect(readConnectionLogLine({ ...line, 'posture-compliance-statuses': ['a', 'NA', 1] })?.postureStatuses).toEqual([
      'a',
    ]);
    expect(readConnectionLogLine({ ...line, 'posture-compliance-statuses': 'NA' })?.postureStatuses).toEqual([]);
  });

  it.each([null, 'text', [], {}, { 'connection-log-type': 'something-else' }])(
    'knows that %p is no such line',
    (value) => {
      expect(readConnectionLogLine(value)).toBeUndefined();
    },
  );

  it('never throws on JSON', () => {
    const line = fc.dictionary(fc.constantFrom(...Object.keys(JSON.parse(REFUSED))), fc.jsonValue());
    fc.assert(
      fc.property(line, (fields) => {
        readConnectionLogLine({ ...fields, 'connection-log-type': 'connection-attempt' });
      }),
    );
  });
});

describe('loggedRequest', () => {
  it('is what the handler was asked, as far as the line tells', () => {
    const line = readConnectionLogLine(JSON.parse(REFUSED));
    expect(line && loggedRequest(line)).toEqual({
      'connection-id': 'cvpn-connection-00928475175520a2c',
      'endpoint-id': 'cvpn-endpoint-05e3cd01fe10ad9ee',
      username: null,
      'common-name': 'client1.domain.tld',
      'public-ip': '203.0.113.10',
    });
  });
});

describe('askedTheHandler', () => {
  it.each([
    [{ 'connection-attempt-status': 'successful' }, true],
    [
      {
        'connection-attempt-status': 'failed',
        'connection-attempt-failure-reason': 'client-connect-handler-timed-out',
      },
      true,
    ],
    [{ 'connection-attempt-status': 'failed', 'connection-attempt-failure-reason': 'NA' }, true],
    [{ 'connection-attempt-status': 'failed', 'connection-attempt-failure-reason': 'authentication-failed' }, false],
    [{ 'connection-attempt-status': 'waiting-for-assertion' }, false],
    [{ 'connection-log-type': 'connection-reset', 'connection-reset-status': 'successful' }, false],
  ])('of %j is %j', (fields, asked) => {
    const line = readConnectionLogLine({ 'connection-log-type': 'connection-attempt', ...fields });
    expect(line && askedTheHandler(line)).toBe(asked);
  });
});
