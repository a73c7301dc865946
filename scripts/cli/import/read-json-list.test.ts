import { describe, expect, it } from '@jest/globals';
import { readJsonList } from './read-json-list.ts';

const ALL = { services: [], regions: [], awsOnly: false };

const AWS = JSON.stringify(
  {
    syncToken: '1700000000',
    createDate: '2026-11-20-01-02-03',
    prefixes: [
      {
        ip_prefix: '3.5.140.0/22',
        region: 'ap-northeast-2',
        service: 'AMAZON',
        network_border_group: 'ap-northeast-2',
      },
      {
        ip_prefix: '13.34.37.64/27',
        region: 'ap-southeast-4',
        service: 'AMAZON',
        network_border_group: 'ap-southeast-4',
      },
      { ip_prefix: '3.5.140.0/22', region: 'ap-northeast-2', service: 'S3', network_border_group: 'ap-northeast-2' },
      { ip_prefix: '120.52.22.96/27', region: 'GLOBAL', service: 'CLOUDFRONT', network_border_group: 'GLOBAL' },
    ],
    ipv6_prefixes: [
      {
        ipv6_prefix: '2600:1f00::/24',
        region: 'ap-northeast-2',
        service: 'EC2',
        network_border_group: 'ap-northeast-2',
      },
    ],
  },
  undefined,
  2,
);

describe('readJsonList', () => {
  it.each<[what: string, text: string, read: object]>([
    [
      'values',
      '["a",\n "b"]',
      {
        entries: [
          { value: 'a', line: 1 },
          { value: 'b', line: 2 },
        ],
      },
    ],
    [
      'entries',
      '[\n{ "value": "a", "expiresAt": "2026-12-31T00:00:00Z", "note": "x" }\n]',
      { entries: [{ value: 'a', expiresAt: '2026-12-31T00:00:00Z', note: 'x', line: 2 }] },
    ],
    ['a set', '{ "kind": "user", "entries": ["a"] }', { kind: 'user', entries: [{ value: 'a', line: 1 }] }],
    ['what set show prints', '{ "name": "x", "entries": [] }', { entries: [] }],
  ])('reads %s', (_, text, read) => {
    expect(readJsonList(text, ALL)).toEqual({ ok: true, ...read });
  });

  it.each<[text: string, issue: object]>([
    [
      '["a", 1234]',
      { line: 1, column: 7, message: '1234 is no text; accepted: a value in quotes, or an object with value' },
    ],
    [
      '[\n  { "ip": "a" }]',
      { line: 2, column: 3, message: 'the key "ip" is not known; accepted: value, expiresAt, note' },
    ],
    [
      '[{ "note": "a" }]',
      { line: 1, column: 2, message: 'value is missing; accepted: an object with value, expiresAt and note' },
    ],
    ['[{ "value": 7 }]', { line: 1, column: 2, message: 'value: 7 is no text; accepted: a text in quotes' }],
    ['["a", "b"', { line: 1, column: 10, message: 'not JSON: "," is expected, not the end of the text' }],
    [
      '{ "users": ["a"] }',
      {
        message:
          'no list stands here; accepted: a list of values or of objects with value, expiresAt and note, a set with entries, or ip-ranges.json of AWS',
      },
    ],
  ])('refuses %s', (text, issue) => {
    expect(readJsonList(text, ALL)).toEqual({ ok: false, issues: [issue] });
  });
});

describe('ip-ranges.json of AWS', () => {
  it.each<[what: string, services: string[], regions: string[], values: string[]]>([
    ['every range', [], [], ['3.5.140.0/22', '13.34.37.64/27', '3.5.140.0/22', '120.52.22.96/27', '2600:1f00::/24']],
    ['those of services', ['S3', 'ec2'], [], ['3.5.140.0/22', '2600:1f00::/24']],
    ['those of regions', [], ['global', 'ap-southeast-4'], ['13.34.37.64/27', '120.52.22.96/27']],
    ['those of both', ['AMAZON'], ['ap-northeast-2'], ['3.5.140.0/22']],
  ])('gives %s', (_, services, regions, values) => {
    const read = readJsonList(AWS, { services, regions, awsOnly: true });
    expect(read.ok && read.entries.map(({ value }) => value)).toEqual(values);
    expect(read).toMatchObject({ ok: true, kind: 'ip' });
  });

  it('tells the lines', () => {
    const read = readJsonList(AWS, { ...ALL, services: ['EC2'] });
    expect(read.ok && read.entries[0]?.line).toBe(AWS.slice(0, AWS.indexOf('2600:')).split('\n').length - 1);
  });

  it.each<[what: string, services: string[], regions: string[], message: string]>([
    [
      'a service that the file lacks',
      ['CLOUDFONT'],
      [],
      '--only-service "CLOUDFONT": the file has no such service (did you mean "CLOUDFRONT"?); it has AMAZON, CLOUDFRONT, EC2, S3',
    ],
    ['a region that the file lacks', [], ['eu-west-1'], '--only-region "eu-west-1": the file has no such region'],
    ['both where no range has both', ['EC2'], ['GLOBAL'], 'the file has no range of EC2 in GLOBAL'],
  ])('refuses %s', (_, services, regions, message) => {
    expect(() => readJsonList(AWS, { services, regions, awsOnly: false })).toThrow(message);
  });

  it('refuses what is no range', () => {
    const text = '{ "prefixes": [{ "ip": "10.0.0.0/8" }], "ipv6_prefixes": [] }';
    const message = '{"ip":"10.0.0.0/8"} is no range of ip-ranges.json';
    expect(readJsonList(text, ALL)).toEqual({ ok: false, issues: [{ line: 1, column: 16, message }] });
  });

  it('is what --format aws-ip-ranges and the filters are for', () => {
    expect(readJsonList('["10.0.0.1"]', { ...ALL, awsOnly: true })).toEqual({
      ok: false,
      issues: [{ message: 'this is no ip-ranges.json; accepted: an object with prefixes and ipv6_prefixes' }],
    });
    expect(() => readJsonList('["10.0.0.1"]', { ...ALL, services: ['EC2'] })).toThrow(
      '--only-service and --only-region are for ip-ranges.json of AWS, which this file is not',
    );
  });
});
