import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compile, decide, type PolicyDocument } from '../../../shared/engine/index.ts';
import { connectionOf } from './standing.ts';
import { isEntryOf, isEverybody, readSubject, readSubjects } from './subject.ts';

describe('readSubjects', () => {
  it('keeps what was typed, and writes names so that they match themselves alone', () => {
    expect(readSubjects({ names: ['batchi', 'CORP\\batchi', 'a*b?', '\\*'] }, 'refuse')).toEqual([
      { kind: 'name', typed: 'batchi', entry: 'batchi' },
      { kind: 'name', typed: 'CORP\\batchi', entry: 'CORP\\batchi' },
      { kind: 'name', typed: 'a*b?', entry: 'a\\*b\\?' },
      { kind: 'name', typed: '\\*', entry: '\\\\\\*' },
    ]);
  });

  it('matches with every name that may be typed that name, and with wildcards nothing else', () => {
    const character = fc.constantFrom('a', 'b', '*', '?', '\\', '.');
    const name = fc.string({ minLength: 1, maxLength: 6, unit: character });
    fc.assert(
      fc.property(name, name, (typed, other) => {
        const { entry } = readSubject('name', typed);
        const document: PolicyDocument = {
          version: 1,
          defaultEffect: 'allow',
          rules: [{ id: 'x', effect: 'deny', match: { users: [entry] } }],
        };
        const policy = compile(document);
        const refuses = (text: string) => {
          const connection = connectionOf({ kind: 'name', typed: text, entry: 'x' });
          return connection !== undefined && decide(policy, connection, 0).effect === 'deny';
        };
        expect(refuses(typed)).toBe(true);
        expect(refuses(other)).toBe(typed === other);
      }),
    );
  });

  it('leaves wildcards what they are where patterns are asked for', () => {
    expect(readSubjects({ names: ['*@contractor.example.com'], pattern: true }, 'refuse')).toEqual([
      { kind: 'name', typed: '*@contractor.example.com', entry: '*@contractor.example.com' },
    ]);
  });

  it('takes each once, as conditions tell names apart', () => {
    const names = ['batchi', 'BATCHI', 'bàtchi'];
    expect(readSubjects({ names }, 'grant').map(({ typed }) => typed)).toEqual(['batchi', 'bàtchi']);
    expect(readSubjects({ names }, 'refuse').map(({ typed }) => typed)).toEqual(['batchi']);
    expect(readSubjects({ ips: ['10.0.0.0/8', '10.0.0.0-10.255.255.255'] }, 'grant')).toHaveLength(1);
  });

  it.each([
    [
      { names: ['batchi'], ips: ['203.0.113.9'] },
      'NAMES and --ip together could mean both at once or either; accepted: one kind in a command',
    ],
    [
      { names: ['x'], commonNames: ['y'], groups: ['z'] },
      'NAMES and --common-name and --group together could mean both at once or either; accepted: one kind in a command',
    ],
    [{ names: ['@leavers'] }, 'NAMES: "@leavers" is how rules call a set; accepted: names'],
    [{ groups: ['@staff'] }, '--group: "@staff" is how rules call a set'],
    [{ names: ['18:00'] }, 'NAMES: "18:00" looks like a part of a time; quote what belongs together'],
    [{ names: ['30m'] }, 'NAMES: "30m" looks like a part of a time'],
    [{ names: [''] }, 'NAMES: a name is empty'],
    [{ ips: ['203.0.113.300'] }, '--ip: "203.0.113.300" is no address range'],
    [{ ips: ['10/8'] }, '--ip: "10/8" is no address range'],
  ])('refuses %j', (typed, message) => {
    expect(() => readSubjects(typed, 'refuse')).toThrow(message);
  });
});

describe('isEntryOf', () => {
  it.each([
    ['name', 'batchi', 'BATCHI', 'refuse', true],
    ['name', 'batchi', 'bàtchi', 'refuse', true],
    ['name', 'batchi', 'bàtchi', 'grant', false],
    ['name', 'batchi', 'batch?', 'refuse', false],
    ['name', 'batchi', '@batchi', 'refuse', false],
    ['name', 'batchi', ' batchi ', 'refuse', true],
    ['name', 'batchi', ' batchi ', 'grant', false],
    ['ip', '203.0.113.9', '203.0.113.9/32', 'refuse', true],
    ['ip', '203.0.113.9', '203.0.113.0/24', 'refuse', false],
    ['ip', '203.0.113.9', '::ffff:203.0.113.9', 'grant', true],
  ] as const)('%s %s and the entry %s, where it leads to a %s: %s', (kind, typed, entry, leadsTo, expected) => {
    expect(isEntryOf(readSubject(kind, typed), entry, leadsTo)).toBe(expected);
  });
});

it('a blank beside a wildcard tells patterns apart', () => {
  expect(isEntryOf(readSubject('name', 'ab*', true), 'ab *', 'refuse')).toBe(false);
  expect(isEntryOf(readSubject('name', 'ab*', true), ' AB*', 'refuse')).toBe(true);
});

describe('isEverybody', () => {
  it.each([
    ['ip', '0.0.0.0/0', true],
    ['ip', '::/0', true],
    ['ip', '0.0.0.0-255.255.255.255', true],
    ['ip', '0.0.0.0/1', false],
    ['name', '**', true],
    ['name', '?*', true],
    ['name', '\\*', false],
    ['name', 'a*', false],
    ['group', '?', false],
  ] as const)('%s %s: %s', (kind, typed, expected) => {
    expect(isEverybody(readSubject(kind, typed, true))).toBe(expected);
  });
});
