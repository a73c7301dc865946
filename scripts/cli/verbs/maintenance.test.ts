import { describe, expect, it } from '@jest/globals';
import type { PolicyDocument, Rule } from '../../../shared/engine/index.ts';
import { type MaintenanceRequest, planMaintenance } from './maintenance.ts';
import { readSubject } from './subject.ts';

const FROM = '2026-11-29T22:00:00+09:00';
const UNTIL = '2026-11-30T02:00:00+09:00';
const MESSAGE = 'Maintenance until {until}.';
const RULE: Rule = {
  id: 'maintenance-2026-11-29',
  effect: 'deny',
  match: { windows: [{ from: FROM, until: UNTIL }] },
  message: MESSAGE,
  standing: 'keep',
};

function plan(rules: readonly Rule[], request: Partial<MaintenanceRequest> = {}) {
  const document: PolicyDocument = { version: 1, defaultEffect: 'deny', rules };
  return planMaintenance(document, {
    fromMs: Date.parse(FROM),
    untilMs: Date.parse(UNTIL),
    endpoints: [],
    exceptGroups: [],
    exceptUsers: [],
    message: MESSAGE,
    disconnect: undefined,
    id: undefined,
    clock: { nowMs: Date.parse('2026-11-24T10:00:00+09:00'), zone: 'Asia/Tokyo' },
    ...request,
  });
}

describe('planMaintenance', () => {
  it('refuses everyone in one window, whose times have the offset of the zone', () => {
    expect(plan([])).toEqual({
      ok: true,
      operations: [{ op: 'put-rule', rule: RULE, ifNoneMatch: '*' }],
      rule: RULE,
      deed: 'added',
    });
  });

  it('refuses at endpoints, and leaves out who is in one of the groups or is one of the users', () => {
    const endpoints = ['cvpn-endpoint-0a1b2c3d4e5f67890'];
    const request = {
      endpoints,
      exceptGroups: [readSubject('group', 'vpn-admins'), readSubject('group', 'a*')],
      exceptUsers: [readSubject('name', 'oncall')],
      message: 'Back at {until}.',
    };
    expect(plan([], request)).toMatchObject({
      rule: {
        match: { endpoints, windows: [{ from: FROM, until: UNTIL }] },
        except: [{ groups: ['vpn-admins', 'a\\*'] }, { users: ['oncall'] }],
        message: 'Back at {until}.',
      },
    });
  });

  it('is called by the day in the zone', () => {
    const clock = { nowMs: 0, zone: 'America/New_York' };
    expect(plan([], { clock })).toMatchObject({
      rule: {
        id: 'maintenance-2026-11-29',
        match: { windows: [{ from: '2026-11-29T08:00:00-05:00', until: '2026-11-29T12:00:00-05:00' }] },
      },
    });
  });

  it('is there already where a rule says just that', () => {
    expect(plan([{ ...RULE, id: 'night' }])).toMatchObject({
      operations: [{ op: 'patch-rule', id: 'night', patch: {} }],
      rule: { id: 'night' },
      deed: 'unchanged',
    });
    expect(plan([{ ...RULE, enabled: false }])).toMatchObject({ rule: { id: 'maintenance-2026-11-29-2' } });
  });

  it('overwrites no rule of others', () => {
    const other: Rule = { id: 'maintenance-2026-11-29', effect: 'deny', match: 'everyone' };
    expect(plan([other])).toMatchObject({ rule: { id: 'maintenance-2026-11-29-2' }, deed: 'added' });
    expect(plan([other], { id: 'maintenance-2026-11-29' })).toMatchObject({
      ok: false,
      notDone: [
        {
          code: 'other-rule',
          message: 'the rule maintenance-2026-11-29 is another: refuse everyone, everywhere; accepted: another --id',
        },
      ],
    });
  });
});
