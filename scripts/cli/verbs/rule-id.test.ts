import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RULE_ID } from '../../../shared/engine/index.ts';
import { freeId, ruleIdFor } from './rule-id.ts';
import { readSubject, type SubjectKind } from './subject.ts';

const id = (kind: SubjectKind, typed: string, ...endpoints: string[]) =>
  ruleIdFor('block', readSubject(kind, typed), endpoints);

describe('ruleIdFor', () => {
  it.each([
    ['name', 'batchi', 'block-batchi'],
    ['name', 'BATCHI', 'block-batchi'],
    ['name', 'CORP\\batchi', 'block-corp-batchi'],
    ['name', 'jürgen.groß@example.com', 'block-jurgen-gro-example-com-bc8c8d38'],
    ['name', 'é*', 'block-e'],
    ['name', '田中', 'block-name-1806496b'],
    ['group', 'VPN Users', 'block-group-vpn-users'],
    ['ip', '203.0.113.9', 'block-203-0-113-9'],
    ['ip', '203.0.113.0/24', 'block-203-0-113-0-24'],
    ['ip', '2001:db8:40::/44', 'block-2001-db8-40-44'],
    ['ip', '::', 'block-ip-71546855'],
  ] as const)('%s %s: %s', (kind, typed, expected) => {
    expect(id(kind, typed)).toBe(expected);
  });

  it('names the endpoints', () => {
    expect(id('name', 'batchi', 'frankfurt', 'tokyo')).toBe('block-batchi-frankfurt-tokyo');
  });

  it('is an id, whatever the name, with room for a number', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 90, unit: 'grapheme' }), (text) => {
        const made = ruleIdFor('block', { kind: 'name', typed: text, entry: text }, []);
        expect(made).toMatch(RULE_ID);
        expect(`${made}-999`).toMatch(RULE_ID);
      }),
    );
  });
});

describe('freeId', () => {
  it('takes the first number that no rule has', () => {
    expect(freeId('block-x', new Set())).toBe('block-x');
    expect(freeId('block-x', new Set(['block-x', 'block-x-2']))).toBe('block-x-3');
  });
});
