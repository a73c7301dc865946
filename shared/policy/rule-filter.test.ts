import { describe, expect, it } from '@jest/globals';
import { compile, type PolicyDocument } from '../engine/index.ts';
import { type RuleFilter, ruleFilter } from './rule-filter.ts';

const POLICY: PolicyDocument = {
  version: 1,
  defaultEffect: 'deny',
  sets: { leavers: { kind: 'user', entries: ['batchi'] } },
  rules: [
    { id: 'leavers', effect: 'deny', match: { users: ['@leavers'], platforms: ['linux'] } },
    { id: 'cert', effect: 'deny', mode: 'report', match: { commonNames: ['*.example.com'] } },
    { id: 'known-as', effect: 'deny', enabled: false, match: { identities: ['batchi'] } },
    { id: 'office', effect: 'allow', match: { sourceIps: ['203.0.113.0/24', '2001:db8::/32'] } },
    { id: 'not-the-office', effect: 'deny', match: 'everyone', except: { sourceIps: ['203.0.113.0/24'] } },
  ],
};

function found(filter: RuleFilter): string[] {
  const fits = ruleFilter(filter, () => compile(POLICY), Date.parse('2026-11-24T01:00:00Z'));
  return (POLICY.rules ?? []).filter(fits).map(({ id }) => id);
}

describe('ruleFilter', () => {
  it.each<[RuleFilter, string[]]>([
    [{}, ['leavers', 'cert', 'known-as', 'office', 'not-the-office']],
    [{ effect: 'allow' }, ['office']],
    [{ mode: 'report' }, ['cert']],
    [{ mode: 'enforce', effect: 'deny' }, ['leavers', 'known-as', 'not-the-office']],
    [{ enabled: false }, ['known-as']],
    [{ enabled: true, effect: 'deny' }, ['leavers', 'cert', 'not-the-office']],
    [{ user: 'BATCHI' }, ['leavers', 'known-as']],
    [{ user: 'client1.example.com' }, ['cert']],
    [{ user: 'batchi@corp' }, ['known-as']],
    [{ ip: '203.0.113.9' }, ['office']],
    [{ ip: '2001:DB8:0::1' }, ['office']],
    [{ ip: '192.0.2.1' }, []],
    [{ user: 'batchi', ip: '203.0.113.9' }, []],
  ])('%j finds %j', (filter, ids) => {
    expect(found(filter)).toEqual(ids);
  });

  it('asks for the compiled policy only where it needs it', () => {
    const refused = () => {
      throw new Error('compiled');
    };
    expect(() => ruleFilter({ effect: 'deny' }, refused, 0)).not.toThrow();
    expect(() => ruleFilter({ ip: '192.0.2.1' }, refused, 0)).toThrow('compiled');
  });
});
