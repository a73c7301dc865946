/** Whether a recorded decision comes out as it did, where more than the rules decided. */
import { describe, expect, it } from '@jest/globals';
import type { DecisionRecord } from '../decision-log/index.ts';
import { compile } from '../engine/index.ts';
import { retrace } from './retrace.ts';

const RULES = compile({
  version: 1,
  defaultEffect: 'deny',
  rules: [
    { id: 'staff', effect: 'allow', match: { groups: ['staff'] } },
    { id: 'old-clients', effect: 'deny', match: { openvpnVersion: '<2.6' }, standing: 'keep' },
    { id: 'block-batchi', effect: 'deny', match: { users: ['batchi'] } },
  ],
});

function record(event: object, facts: Partial<DecisionRecord>): DecisionRecord {
  return {
    id: 'cvpn-connection-1',
    decidedAt: '2026-11-20T09:00:00.000Z',
    event: { ...event, 'schema-version': 'v3' },
    names: 'clear',
    outcome: 'refused',
    allow: false,
    effect: 'deny',
    decidedBy: 'rule',
    rules: [],
    reported: [],
    postureStatuses: [],
    ...facts,
  };
}

describe('retrace', () => {
  const batchi = { username: 'batchi', groups: ['staff'], 'client-openvpn-version': '2.5.0' };
  const tanaka = { username: 'tanaka', groups: ['staff'] };

  it('of a decision agrees with all rules that refused, and with no others', () => {
    const both = ['old-clients', 'block-batchi'];
    expect(retrace(record(batchi, { rules: both }), RULES).agrees).toBe(true);
    expect(retrace(record(batchi, { rules: ['block-batchi'] }), RULES).agrees).toBe(false);
  });

  it('of a connection that was ended agrees where the rules that ended it refuse it', () => {
    const ended = (event: object, facts: Partial<DecisionRecord>) =>
      retrace(record(event, { id: 'ended:x', outcome: 'ended', ...facts }), RULES).agrees;
    expect(ended(batchi, { rules: ['block-batchi'] })).toBe(true);
    expect(ended(batchi, { rules: ['gone'] })).toBe(false);
    expect(ended(tanaka, { rules: ['block-batchi'] })).toBe(false);
    expect(ended({ username: 'tanaka' }, { decidedBy: 'default', rules: [] })).toBe(true);
    expect(ended(tanaka, { decidedBy: 'default', rules: [] })).toBe(false);
  });

  it('of one connection too many agrees where the rules let it in', () => {
    for (const outcome of ['refused', 'ended'] as const) {
      const limited = { outcome, decidedBy: 'limit', rules: ['two-each'] } as const;
      expect(retrace(record(tanaka, limited), RULES).agrees).toBe(true);
      expect(retrace(record(batchi, limited), RULES).agrees).toBe(false);
    }
  });
});
