import { describe, expect, it } from '@jest/globals';
import type { PolicyDocument, Rule, SetEntry } from '../../../shared/engine/index.ts';
import { remedyFor } from './remedy.ts';
import { readSubject, type SubjectKind } from './subject.ts';

function remedy(rule: Partial<Rule>, entries: readonly SetEntry[], typed: string, kind: SubjectKind = 'name'): string {
  const setKind = kind === 'ip' ? 'ip' : 'user';
  const document: PolicyDocument = {
    version: 1,
    defaultEffect: 'allow',
    sets: { leavers: { kind: setKind, entries }, others: { kind: setKind, entries: entries.slice(0, 1) } },
    rules: [{ id: 'block', effect: 'deny', match: 'everyone', ...rule } as Rule],
  };
  return remedyFor(document, 'block', readSubject(kind, typed), Date.parse('2026-11-24T10:00:00+09:00'));
}

describe('remedyFor', () => {
  const many = Array.from({ length: 1000 }, (_, index) => `user-${index}`);

  it.each<[string, Partial<Rule>, readonly SetEntry[], string, string]>([
    [
      'takes them out of the set',
      { match: { identities: ['@leavers'] } },
      ['a', 'Batchi'],
      'batchi',
      'vpn-policy set rm leavers Batchi',
    ],
    [
      'finds them among many',
      { match: { identities: ['@leavers'] } },
      many,
      'user-77',
      'vpn-policy set rm leavers user-77',
    ],
    [
      'takes them out however often they stand there',
      { match: { identities: ['@leavers'] } },
      ['batchi', { value: 'batchi', note: 'again' }, 'bàtchi'],
      'BATCHI',
      "vpn-policy set rm leavers batchi 'bàtchi'",
    ],
    [
      'takes them out of each set',
      { match: [{ identities: ['@leavers'] }, { users: ['@others'] }] },
      ['batchi', 'x'],
      'batchi',
      'vpn-policy set rm leavers batchi && vpn-policy set rm others batchi',
    ],
    [
      'lifts the rule where a wildcard catches others, too',
      { match: { identities: ['@leavers'] } },
      ['*@contractor.example.com'],
      'x@contractor.example.com',
      'vpn-policy admit x@contractor.example.com --from block --for 2h',
    ],
    [
      'lifts the rule where a wildcard catches them besides',
      { match: { identities: ['@leavers'] } },
      ['batchi', 'b*'],
      'batchi',
      'vpn-policy admit batchi --from block --for 2h',
    ],
    [
      'lifts the rule where it names them besides',
      { match: { identities: ['@leavers', 'batchi'] } },
      ['batchi'],
      'batchi',
      'vpn-policy admit batchi --from block --for 2h',
    ],
    [
      'lifts a rule that has a list',
      { match: { identities: ['batchi', "o'x"] } },
      [],
      "o'x",
      "vpn-policy admit 'o'\\''x' --from block --for 2h",
    ],
    [
      'lifts nothing that is final',
      { final: true },
      [],
      'batchi',
      'the rule is final: only changing it helps (vpn-policy export, then vpn-policy apply)',
    ],
  ])('%s', (_, rule, entries, typed, expected) => {
    expect(remedy(rule, entries, typed)).toBe(expected);
  });

  it('does the same for addresses', () => {
    const rule = { match: { sourceIps: ['@leavers'] } };
    expect(remedy(rule, ['203.0.113.9', '198.51.100.0/24'], '203.0.113.9', 'ip')).toBe(
      'vpn-policy set rm leavers 203.0.113.9',
    );
    expect(remedy(rule, ['203.0.113.0/24'], '203.0.113.9', 'ip')).toBe(
      'vpn-policy admit --ip 203.0.113.9 --from block --for 2h',
    );
  });
});
