import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Folder, makeFolder } from '../testing/folder.ts';
import { readConnections } from './connections-file.ts';

let folder: Folder;

beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => folder.remove());

const EVENT = {
  'connection-id': 'cvpn-connection-0aa11bb22cc33dd44',
  'endpoint-id': 'cvpn-endpoint-0a1b2c3d4e5f67890',
  'common-name': null,
  username: 'batchi@corp.example.com',
  platform: 'win',
  'platform-version': '10.0.22631',
  'public-ip': '2001:db8:40:1::25',
  'client-openvpn-version': '2.6.12',
  'aws-client-version': '5.2.1',
  groups: ['staff', 'vpn-admins'],
  'schema-version': 'v3',
};

/** As CloudWatch Logs holds it. */
const ATTEMPT =
  '{"connection-log-type":"connection-attempt","connection-attempt-status":"failed","connection-attempt-failure-reason":"client-connect-failed","connection-id":"cvpn-connection-02705e0c71e8d0c4f","client-vpn-endpoint-id":"cvpn-endpoint-0b359ceb0b7e702ca","transport-protocol":"udp","connection-start-time":"NA","connection-last-update-time":"2020-11-07 09:12:30","client-ip":"NA","username":"Batchi","device-ip":"203.0.113.10","port":"64624","ingress-bytes":"0","egress-bytes":"0","ingress-packets":"0","egress-packets":"0","posture-compliance-statuses":[{"S":"compliant"}],"connection-end-time":"NA","connection-duration-seconds":"NA"}';
const OTHER_ATTEMPT = ATTEMPT.replace('Batchi', 'tanaka');
const RESET = ATTEMPT.replace('connection-attempt"', 'connection-reset"');

async function read(content: string | Uint8Array) {
  const file = await folder.file('sample.jsonl', content);
  const stderr = { write: () => undefined };
  return readConnections(file, { stderr, now: Date.now } as unknown as Parameters<typeof readConnections>[1]);
}

describe('readConnections', () => {
  it('reads connect events as AWS sends them', async () => {
    const { connections, notes } = await read(JSON.stringify(EVENT));
    expect(connections).toEqual([
      {
        connectionId: 'cvpn-connection-0aa11bb22cc33dd44',
        endpointId: 'cvpn-endpoint-0a1b2c3d4e5f67890',
        username: 'batchi@corp.example.com',
        commonName: undefined,
        publicIp: '2001:db8:40:1::25',
        platform: 'win',
        platformVersion: '10.0.22631',
        openvpnVersion: '2.6.12',
        awsClientVersion: '5.2.1',
        groups: ['staff', 'vpn-admins'],
        schemaVersion: 'v3',
      },
    ]);
    expect(notes).toEqual([]);
  });

  it('reads attempts of the connection log; what their lines lack is absent, and said so', async () => {
    const { connections, notes } = await read(`${ATTEMPT}\n`);
    expect(connections).toEqual([
      {
        connectionId: 'cvpn-connection-02705e0c71e8d0c4f',
        endpointId: 'cvpn-endpoint-0b359ceb0b7e702ca',
        username: 'Batchi',
        publicIp: '203.0.113.10',
        schemaVersion: 'v1',
      },
    ]);
    expect(notes).toEqual([
      'the connection log names no groups, platforms or versions: rules on them see 1 connection without any',
    ]);
  });

  const insightsRow = (message: string) => [
    { field: '@timestamp', value: '2020-11-07 09:12:30.000' },
    { field: '@message', value: message },
    { field: '@ptr', value: 'CmEKJgoi' },
  ];
  const event = (message: string) => ({ timestamp: 1604740350000, message, ingestionTime: 1604740351000 });

  it.each<[string, string]>([
    ['lines, with blank ones, CRLF and a byte order mark', `\ufeff${ATTEMPT}\r\n\r\n${OTHER_ATTEMPT}\r\n`],
    ['an export to S3', `2020-11-07T08:27:46.000Z ${ATTEMPT}\n2020-11-07T09:12:30.000Z ${OTHER_ATTEMPT}\n`],
    [
      'aws logs tail',
      `2020-11-07T08:27:46+00:00 cvpn-endpoint-1 ${ATTEMPT}\n2020-11-07T09:12:30.000000+00:00 ${OTHER_ATTEMPT}`,
    ],
    [
      'aws logs filter-log-events',
      JSON.stringify({ events: [event(ATTEMPT), event(OTHER_ATTEMPT)], searchedLogStreams: [] }, undefined, 4),
    ],
    ['events, one a line', `${JSON.stringify(event(ATTEMPT))}\n${JSON.stringify(event(OTHER_ATTEMPT))}`],
    [
      'a subscription',
      `${JSON.stringify({ messageType: 'DATA_MESSAGE', logEvents: [event(ATTEMPT), event(OTHER_ATTEMPT)] })}\n`,
    ],
    [
      'aws logs get-query-results',
      JSON.stringify({ results: [insightsRow(ATTEMPT), insightsRow(OTHER_ATTEMPT)], status: 'Complete' }, undefined, 4),
    ],
    [
      'rows of Logs Insights, with the message as text and as an object',
      JSON.stringify([{ '@message': ATTEMPT }, { '@message': JSON.parse(OTHER_ATTEMPT) }]),
    ],
    ['a list over several lines', `[\n${ATTEMPT},\n${OTHER_ATTEMPT}\n]\n`],
  ])('takes %s', async (_, text) => {
    const { connections } = await read(text);
    expect(connections.map(({ username }) => username)).toEqual(['Batchi', 'tanaka']);
  });

  it('counts a connection once, whatever its id, and passes over what did not come to the handler', async () => {
    const again = ATTEMPT.replace('02705e0c71e8d0c4f', '00000000000000000').replace('09:12:30', '10:00:00');
    const waiting = ATTEMPT.replace('"failed"', '"waiting-for-assertion"');
    const { connections, notes } = await read([ATTEMPT, again, RESET, waiting].join('\n'));
    expect(connections).toHaveLength(1);
    expect(notes).toEqual([
      expect.stringMatching(/sample\.jsonl holds 2 connections; those that are alike count once$/),
      'the connection log names no groups, platforms or versions: rules on them see 2 connections without any',
      '2 lines of the log passed over: the end of a connection, or an attempt that did not come to the handler',
    ]);
  });

  it('says which keys of an event it does not know', async () => {
    const { notes } = await read('{"username":"a","publicIp":"203.0.113.9"}');
    expect(notes).toEqual(['not known in a connect event, so ignored: "publicIp"']);
  });

  it.each(['', '\n\n', RESET, '{"events":[]}'])('says where there is no connection at all', async (text) => {
    const { connections, notes } = await read(text);
    expect(connections).toEqual([]);
    expect(notes[0]).toMatch(/sample\.jsonl holds no connection$/);
  });

  it('takes one event over several lines', async () => {
    const { connections } = await read(JSON.stringify(EVENT, undefined, 2));
    expect(connections).toHaveLength(1);
  });

  it.each<[string, string, RegExp]>([
    [
      'a broken line',
      `${ATTEMPT}\n{"username":\n`,
      /^\S+sample\.jsonl:2: the line is no JSON: .*; accepted: connect events/,
    ],
    ['a broken first line', `{"username":\n${ATTEMPT}\n`, /^\S+sample\.jsonl:1: the line is no JSON; accepted: /],
    ['a broken list', `[\n${ATTEMPT},\n`, /^\S+sample\.jsonl: the file is no JSON: .*; accepted: /],
    ['a table', '@timestamp,@message\n', /^\S+sample\.jsonl:1: the line is no JSON: .*; accepted: /],
    ['a number', '7\n', /^\S+sample\.jsonl:1: the line is no object; accepted: /],
    ['something else', '{"a":1,"b":2}\n', /:1: the line is no connection: it has a, b; accepted: /],
    ['an empty object', '{}\n', /:1: the line is no connection: it has nothing; accepted: /],
    [
      'a log line of another kind',
      ATTEMPT.replace('connection-attempt"', 'connection-dance"'),
      /:1: the line is a part of a log line: connection-log-type is "connection-dance"; accepted: /,
    ],
    [
      'columns of a query without the kind',
      '{"username":"a","device-ip":"203.0.113.9"}',
      /:1: the line is a part of a log line: connection-log-type is null; accepted: /,
    ],
    [
      'a message that is no JSON',
      JSON.stringify({ events: [event(ATTEMPT), event('START RequestId')] }, undefined, 2),
      /sample\.jsonl: events\[1\]\.message is no JSON: .*; accepted: /,
    ],
  ])('refuses %s in one line that says where it is', async (_, text, message) => {
    await expect(read(text)).rejects.toMatchObject({ name: 'CommandError', exitCode: 2 });
    await expect(read(text)).rejects.toThrow(message);
    await expect(read(text)).rejects.not.toThrow(/\n/);
  });

  it('refuses bytes that are no UTF-8, and a file that is not there', async () => {
    await expect(read(Buffer.from([0x7b, 0xff, 0x7d]))).rejects.toThrow(/sample\.jsonl: it is no UTF-8 text$/);
    const utf16 = Buffer.from('\ufeff{}', 'utf16le');
    await expect(read(utf16)).rejects.toThrow(/sample\.jsonl: it is UTF-16 text; accepted: UTF-8$/);
    const stderr = { write: () => undefined };
    const surroundings = { stderr, now: Date.now } as unknown as Parameters<typeof readConnections>[1];
    await expect(readConnections('/none/x.jsonl', surroundings)).rejects.toThrow(
      'cannot read /none/x.jsonl: there is no such file or folder',
    );
  });

  it('reads a hundred thousand lines, however they fall into pieces', async () => {
    const lines = Array.from({ length: 100_000 }, (_, index) => ATTEMPT.replace('Batchi', `bätchi-${index % 1_000}`));
    const { connections } = await read(lines.join('\n'));
    expect(connections).toHaveLength(1_000);
    expect(connections.at(-1)?.username).toBe('bätchi-999');
  });
});
