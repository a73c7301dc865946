/** What this project's language has and its peers do not, so that the engine is measured with it in the policy. */
import type { PolicyDocument, Rule } from '../shared/engine/index.ts';

const RULES: readonly Rule[] = [
  {
    id: 'patch-night',
    effect: 'deny',
    match: { windows: [{ cron: '0 2 * * TUE#2', duration: 'PT4H', timezone: 'Asia/Tokyo' }] },
    except: [{ groups: ['vpn-admins'] }, { users: ['oncall'] }],
    message: 'Maintenance until {until}.',
  },
  {
    id: 'weekend',
    effect: 'deny',
    match: { windows: [{ days: ['sat', 'sun'], start: '00:00', end: '00:00', timezone: 'Asia/Tokyo' }] },
  },
  { id: 'contractors', effect: 'deny', match: { users: ['*@contractor.example.com', 'temp-??@*'] } },
  { id: 'left', effect: 'deny', match: { identities: ['ann', 'bob', 'cyd'] }, final: true },
  { id: 'late-shift', effect: 'exempt', from: ['patch-night', 'weekend'], match: { groups: ['late-shift'] } },
  {
    id: 'try-new-minimum',
    effect: 'deny',
    mode: 'report',
    match: [{ openvpnVersion: '<2.6.0' }, { missing: ['openvpnVersion'] }],
  },
];

/** The document with a handful of rules that no peer can say before its own. */
export function wholeLanguage(document: PolicyDocument): PolicyDocument {
  return {
    ...document,
    defaultMessage: 'Not allowed from {publicIp}. Call the help desk on 1234 and quote {connectionId}.',
    rules: [...RULES, ...(document.rules ?? [])],
  };
}
