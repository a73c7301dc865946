/** The judge's reading of events: by hand, and against the handler's own, which it shares no code with. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readRequest } from '../../../shared/client-vpn/index.ts';
import { type EventSpec, expectedRequest, type FieldSpec, makeEvent } from './event-spec.ts';
import { hostileEvent } from './hostile-events.ts';

function expected(key: string, field: FieldSpec, made: 'json' | 'object' = 'object') {
  return expectedRequest({ made, fields: { [key]: field } });
}

describe('what must be found in an event', () => {
  it.each<[what: string, field: FieldSpec, username: unknown]>([
    ['a text', { value: 'batchi' }, 'batchi'],
    ['a text behind a getter', { value: 'batchi', behind: 'getter' }, 'batchi'],
    ['nothing in an empty text', { value: '' }, undefined],
    ['nothing in null', { value: null }, undefined],
    ['the longest name', { value: 'x'.repeat(512) }, 'x'.repeat(512)],
    ['no name that is longer', { value: 'x'.repeat(513) }, { malformed: 'x'.repeat(513) }],
    ['no name in a number', { value: 17 }, { malformed: 17 }],
    ['no name where a getter throws', { throws: true }, { malformed: undefined }],
  ])('%s', (_what, field, username) => {
    expect(expected('username', field).connection.username).toEqual(username);
  });

  it.each<[value: unknown, groups: unknown]>([
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [['a', '', null], ['a']],
    [['', null], undefined],
    [[], undefined],
    [['a', 7], { malformed: ['a', 7] }],
    ['a', { malformed: 'a' }],
  ])('groups of %j', (value, groups) => {
    expect(expected('groups', { value }).connection.groups).toEqual(groups);
  });

  it.each([
    ['v1', 'v1'],
    ['v2', 'v2'],
    ['v3', 'v3'],
    ['v4', 'v3'],
    ['v10', 'v3'],
    ['v0', 'v1'],
    ['v03', 'v1'],
    ['v3 ', 'v1'],
    ['V3', 'v1'],
    ['', 'v1'],
    [3, 'v1'],
  ])('schema version %j is answered in %s', (value, version) => {
    expect(expected('schema-version', { value }).version).toBe(version);
  });

  it('what a text cannot hold is not in an event that came as one', () => {
    expect(expected('username', { value: Number.NaN }, 'json').connection.username).toBeUndefined();
    expect(expected('username', { value: Number.NaN }).connection.username).toEqual({ malformed: Number.NaN });
  });

  it('nothing of what stands under `__proto__`', () => {
    const spec: EventSpec = { made: 'json', fields: { ['__proto__']: { value: { username: 'oncall' } } } };
    expect(expectedRequest(spec).connection.username).toBeUndefined();
    expect(Object.keys(Object(makeEvent(spec)))).toEqual(['__proto__']);
  });

  it('is what the handler finds, in hostile events of every kind', () => {
    const made = new Set<string>();
    fc.assert(
      fc.property(hostileEvent({ version: 1, defaultEffect: 'deny' }), (spec) => {
        made.add(spec.made);
        const { connection, version } = expectedRequest(spec);
        expect(readRequest(makeEvent(spec))).toEqual({ ...connection, schemaVersion: version });
      }),
      { numRuns: 3_000 },
    );
    expect([...made].sort()).toEqual([
      'as-is',
      'frozen',
      'inherited',
      'json',
      'object',
      'proxy',
      'proxy-that-throws',
      'revoked-proxy',
      'without-prototype',
    ]);
  });
});
