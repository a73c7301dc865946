import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Rule } from '../engine/index.ts';
import { describeRule } from './describe-rule.ts';
import { somePolicy } from './testing/policy-versions.ts';

describe('describeRule', () => {
  it.each<[rule: Rule, sentence: string]>([
    [
      { id: 'a', effect: 'deny', match: { identities: ['batchi'] }, expiresAt: '2026-11-24T18:00:00+09:00' },
      'refuse batchi, everywhere, until 2026-11-24 18:00 +09:00',
    ],
    [
      { id: 'a', effect: 'deny', match: { users: ['@leavers', '*@contractor.example.com'] }, final: true },
      'refuse user @leavers or *@contractor.example.com, everywhere, whatever is exempt',
    ],
    [{ id: 'a', effect: 'allow', match: 'everyone' }, 'admit everyone, everywhere'],
    [
      { id: 'a', effect: 'allow', match: 'everyone', standing: 'keep' },
      'admit everyone, everywhere, standing connections go on',
    ],
    [
      { id: 'a', effect: 'deny', match: 'everyone', grace: 'PT10M' },
      'refuse everyone, everywhere, standing connections end after a grace of PT10M',
    ],
    [
      { id: 'a', effect: 'deny', match: 'everyone', standing: 'endAll', grace: 'PT10M' },
      'refuse everyone, everywhere, all standing connections, however many, end after a grace of PT10M',
    ],
    [
      { id: 'a', effect: 'deny', match: 'everyone', standing: 'endAll' },
      'refuse everyone, everywhere, all standing connections, however many, end',
    ],
    [{ id: 'a', effect: 'deny', match: 'everyone', standing: 'end' }, 'refuse everyone, everywhere'],
    [
      {
        id: 'a',
        effect: 'deny',
        match: { windows: [{ cron: '0 2 * * TUE#2', duration: 'PT4H', timezone: 'Asia/Tokyo' }] },
        except: [{ groups: ['vpn-admins'] }, { users: ['oncall'] }],
      },
      'refuse everyone for PT4H from each "0 2 * * TUE#2" (Asia/Tokyo), but not everyone in vpn-admins; or user oncall, everywhere',
    ],
    [
      {
        id: 'a',
        effect: 'exempt',
        from: ['patch-night', 'b'],
        match: { users: ['late-shift'], endpoints: ['frankfurt'] },
        notBefore: '2026-11-24T08:00:30Z',
      },
      'lift patch-night and b for user late-shift at frankfurt, from 2026-11-24 08:00:30 UTC',
    ],
    [
      { id: 'a', effect: 'exempt', from: '*', match: { allGroups: ['a', 'b'], commonNames: ['c'] } },
      'lift every deny rule for everyone with certificate c in a and b, everywhere',
    ],
    [
      {
        id: 'a',
        effect: 'allow',
        match: {
          sourceIps: ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4', '192.0.2.5'],
          windows: [{ days: ['mon', 'tue'], start: '07:00', end: '22:00', timezone: 'UTC' }],
        },
      },
      'admit everyone from 192.0.2.1, 192.0.2.2, 192.0.2.3 or 2 more on mon and tue 07:00 to 22:00 (UTC), everywhere',
    ],
    [
      {
        id: 'a',
        effect: 'deny',
        mode: 'report',
        enabled: false,
        match: [{ openvpnVersion: '<2.6.0', platforms: ['win*'] }, { missing: ['openvpnVersion'] }],
      },
      'switched off: report only: refuse everyone on win* with OpenVPN <2.6.0; or everyone without openvpnVersion, everywhere',
    ],
    [
      {
        id: 'a',
        effect: 'deny',
        match: { windows: [{ from: '2026-12-01T22:00:00+09:00', until: '2026-12-02T02:00+09:00' }] },
      },
      'refuse everyone from 2026-12-01 22:00 +09:00 until 2026-12-02 02:00 +09:00, everywhere',
    ],
    [
      { id: 'a', effect: 'deny', match: { users: ['x\n\u202Eevil', 'two words'] } },
      'refuse user "x\\n\\u202eevil" or "two words", everywhere',
    ],
  ])('%j', (rule, sentence) => {
    expect(describeRule(rule)).toBe(sentence);
  });

  it('prints times as the caller does, and all of a long list on wish', () => {
    const rule: Rule = {
      id: 'a',
      effect: 'deny',
      match: [
        { users: ['a', 'b', 'c', 'd', 'x'.repeat(70)] },
        { windows: [{ from: '2026-12-01T22:00:00+09:00', until: '2026-12-02T02:00+09:00' }] },
      ],
      expiresAt: '2026-12-03T00:00:00Z',
    };
    expect(describeRule(rule, { printTime: (time) => `<${time}>`, inFull: true })).toBe(
      `refuse user a, b, c, d or ${'x'.repeat(70)}; or everyone from <2026-12-01T22:00:00+09:00> until <2026-12-02T02:00+09:00>, everywhere, until <2026-12-03T00:00:00Z>`,
    );
  });

  it('finds one line for every rule', () => {
    fc.assert(
      fc.property(somePolicy(), ({ rules = [] }) => {
        for (const rule of rules) {
          const sentence = describeRule(rule);
          expect(sentence).toMatch(/^(switched off: )?(report only: )?(refuse|admit|lift) \S/);
          expect(sentence).not.toMatch(/\p{C}|undefined|\[object|, ,| {2}|\s$/u);
        }
      }),
      { numRuns: 200 },
    );
  });
});
