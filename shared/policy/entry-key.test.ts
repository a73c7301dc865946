import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compile, decide, foldNarrow, foldWide, type SetKind } from '../engine/index.ts';
import { entryKey } from './entry-key.ts';

describe('entryKey', () => {
  it.each<[SetKind, string, string]>([
    ['ip', '1.2.3.4', '::ffff:1.2.3.4'],
    ['ip', '1.2.3.4', '1.2.3.4/32'],
    ['ip', '10.0.0.0/8', '10.0.0.0-10.255.255.255'],
    ['ip', '203.0.113.7/24', '203.0.113.0/24'],
    ['ip', '2001:DB8::1', '2001:db8:0:0:0:0:0:1'],
    ['user', 'batchi', 'BATCHI'],
    ['user', 'bàtchi', 'bàtchi'.normalize('NFD')],
    ['user', 'CORP\\batchi', 'corp\\\\batchi'],
    ['user', '*@Example.com', '*@example.com'],
    ['group', 'ΣΟΦΟΣ', 'σοφος'],
    ['date', '2026-12-29', '2026-12-29'],
  ])('in a set of kind %s, %s is %s', (kind, one, other) => {
    expect(entryKey(kind, one)).toBe(entryKey(kind, other));
  });

  it.each<[SetKind, string, string]>([
    ['ip', '1.2.3.4', '1.2.3.5'],
    ['ip', '0.0.0.0/0', '::/0'],
    ['ip', '10.0.0.0/8', '10.0.0.0/9'],
    ['user', 'batchi', 'bàtchi'],
    ['user', 'batchi', ' batchi'],
    ['user', '*', '\\*'],
    ['user', 'a?', 'a*'],
    ['user', 'a\\?', 'a?'],
    ['date', '2026-12-29', '2026-12-30'],
  ])('in a set of kind %s, %s is not %s', (kind, one, other) => {
    expect(entryKey(kind, one)).not.toBe(entryKey(kind, other));
  });

  it.each<[SetKind, string]>([
    ['ip', '010.0.0.1'],
    ['date', '2026-02-30'],
    ['user', ''],
    ['user', 'x'.repeat(257)],
    ['user', '@leavers'],
  ])('in a set of kind %s, there is no %j', (kind, value) => {
    expect(() => entryKey(kind, value)).toThrow(expect.objectContaining({ name: 'PolicyValueError' }));
  });

  it('unites only names that the engine takes for one, in conditions that refuse and that grant', () => {
    const character = fc.oneof(
      fc.constantFrom(
        'a',
        'A',
        'ß',
        'ẞ',
        'S',
        'İ',
        'i',
        '\u0307',
        'K',
        'k',
        'σ',
        'Σ',
        'ς',
        'à',
        'a\u0300',
        'ﬀ',
        'Å',
        'Å',
        '\u0345',
      ),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    );
    const name = fc.array(character, { minLength: 1, maxLength: 3 }).map((characters) => `x${characters.join('')}`);
    const pair = name.chain((text) =>
      fc.tuple(
        fc.constant(text),
        fc.constantFrom(text.toUpperCase(), text.toLowerCase(), text.normalize('NFD'), text.normalize('NFC')),
      ),
    );
    let united = 0;
    fc.assert(
      fc.property(pair, ([one, other]) => {
        if (entryKey('user', one) !== entryKey('user', other)) return;
        united++;
        expect(foldWide(one)).toBe(foldWide(other));
      }),
      { numRuns: 2_000 },
    );
    expect(united).toBeGreaterThan(1_000);
    fc.assert(
      fc.property(name, (text) => {
        // No wildcard and no backslash in it: the key is what granting conditions compare.
        fc.pre(!/[\\*?]/.test(text));
        expect(entryKey('user', text)).toBe(foldNarrow(text));
      }),
    );
  });

  it('takes a name with a star for what the engine takes it', () => {
    const policy = compile({
      version: 1,
      defaultEffect: 'allow',
      sets: { starred: { kind: 'user', entries: ['a\\*b'] } },
      rules: [{ id: 'r', effect: 'deny', match: { users: ['@starred'] } }],
    });
    const connection = {
      connectionId: undefined,
      endpointId: undefined,
      commonName: undefined,
      publicIp: undefined,
      platform: undefined,
      platformVersion: undefined,
      openvpnVersion: undefined,
      awsClientVersion: undefined,
      groups: undefined,
    };
    expect(decide(policy, { ...connection, username: 'A*B' }, 0).allow).toBe(false);
    expect(decide(policy, { ...connection, username: 'axb' }, 0).allow).toBe(true);
  });
});
