/** Policies that refuse everybody for good, and policies that are close to it. */
import { describe, expect, it } from '@jest/globals';
import type { PolicyDocument } from '../engine/index.ts';
import { lockoutReason } from './lockout.ts';
import { readPolicy } from './read-document.ts';

const NOW = Date.UTC(2026, 10, 24);
const FRANKFURT = 'cvpn-endpoint-0a1b2c3d4e5f67890';

function policy(text: string): PolicyDocument {
  const read = readPolicy(`version: 1\n${text}`);
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return read.document;
}

const OPEN = 'defaultEffect: allow\nrules:\n';
const SHUT = 'defaultEffect: deny\nrules:\n';

describe('lockout', () => {
  it('is never made by limits', () => {
    const limits = 'limits: [{ id: l, match: everyone, maxConnections: 1 }]\n';
    expect(lockoutReason(policy(`${limits}defaultEffect: allow`), NOW)).toBeUndefined();
  });

  it.each([
    ['a default that refuses, and no rule', 'defaultEffect: deny'],
    ['a default that refuses, and deny rules alone', `${SHUT}  - { id: d, effect: deny, match: { users: [x] } }`],
    ['allow rules that report', `${SHUT}  - { id: a, effect: allow, mode: report, match: everyone }`],
    ['allow rules that are switched off', `${SHUT}  - { id: a, effect: allow, enabled: false, match: everyone }`],
    [
      'allow rules that have expired',
      `${SHUT}  - { id: a, effect: allow, match: everyone, expiresAt: 2026-11-24T00:00Z }`,
    ],
    [
      'allow rules for a set in which nobody is left',
      `sets: { a: { kind: user, entries: [{ value: x, expiresAt: 2026-11-01T00:00Z }] } }\n${SHUT}  - { id: a, effect: allow, match: { users: ["@a"] } }`,
    ],
    ['a deny rule for everyone', `${OPEN}  - { id: d, effect: deny, match: everyone }`],
    ['a deny rule for every address', `${OPEN}  - { id: d, effect: deny, match: { sourceIps: [0.0.0.0/0, "::/0"] } }`],
    [
      'a deny rule for every address, in two blocks',
      `${OPEN}  - { id: d, effect: deny, match: [{ sourceIps: [0.0.0.0/0] }, { sourceIps: ["::/0"] }] }`,
    ],
    [
      'a deny rule for every user name, and for none',
      `${OPEN}  - { id: d, effect: deny, match: [{ users: ["*"] }, { missing: [groups, username] }] }`,
    ],
    ['a deny rule for every identity', `${OPEN}  - { id: d, effect: deny, match: { identities: ["*"] } }`],
    [
      'a deny rule for the whole week',
      `${OPEN}  - id: d\n    effect: deny\n    match: { windows: [{ days: [mon, tue, wed, thu, fri, sat, sun], start: "00:00", end: "00:00", timezone: UTC }] }`,
    ],
    [
      'a deny rule since a moment',
      `${OPEN}  - { id: d, effect: deny, match: { windows: [{ from: 2026-01-01T00:00Z }] } }`,
    ],
    [
      'a deny rule that is final',
      `${OPEN}  - { id: d, effect: deny, final: true, match: everyone }\n  - { id: e, effect: exempt, from: "*", match: { users: [x] } }`,
    ],
    [
      'a deny rule whose exemption has expired',
      `${OPEN}  - { id: d, effect: deny, match: everyone }\n  - { id: e, effect: exempt, from: [d], match: everyone, expiresAt: 2026-11-01T00:00Z }`,
    ],
    [
      'an except in which nobody is left',
      `sets: { a: { kind: user, entries: [] } }\n${OPEN}  - { id: d, effect: deny, match: everyone, except: { users: ["@a"] } }`,
    ],
    [
      'an endpoint that admits by default, and a deny rule for it',
      `endpoints: { ${FRANKFURT}: { name: frankfurt, defaultEffect: allow } }\n${SHUT}  - { id: d, effect: deny, match: { endpoints: [frankfurt] } }`,
    ],
  ])('is told: %s', (_name, text) => {
    expect(lockoutReason(policy(text), NOW)).toEqual(expect.any(String));
  });

  it.each([
    ['a default that admits', 'defaultEffect: allow'],
    ['an allow rule for a single address', `${SHUT}  - { id: a, effect: allow, match: { sourceIps: [203.0.113.9] } }`],
    [
      'an allow rule that begins later',
      `${SHUT}  - { id: a, effect: allow, match: everyone, notBefore: 2027-01-01T00:00Z }`,
    ],
    [
      'maintenance',
      `${OPEN}  - { id: d, effect: deny, match: { windows: [{ cron: "0 2 * * *", duration: P1D, timezone: UTC }] } }`,
    ],
    ['a deny rule that expires', `${OPEN}  - { id: d, effect: deny, match: everyone, expiresAt: 2026-11-25T00:00Z }`],
    [
      'a deny rule that begins later',
      `${OPEN}  - { id: d, effect: deny, match: everyone, notBefore: 2026-11-25T00:00Z }`,
    ],
    ['a deny rule that reports', `${OPEN}  - { id: d, effect: deny, mode: report, match: everyone }`],
    ['a deny rule with an except', `${OPEN}  - { id: d, effect: deny, match: everyone, except: { users: [x] } }`],
    [
      'a deny rule with an exemption',
      `${OPEN}  - { id: d, effect: deny, match: everyone }\n  - { id: e, effect: exempt, from: [d], match: { users: [x] } }`,
    ],
    ['a deny rule for every IPv4 address', `${OPEN}  - { id: d, effect: deny, match: { sourceIps: [0.0.0.0/0] } }`],
    [
      'a deny rule for every user name, and for none from an office',
      `${OPEN}  - { id: d, effect: deny, match: [{ users: ["*"] }, { missing: [username], sourceIps: [203.0.113.9] }] }`,
    ],
    [
      'a deny rule for every user name, and for no group',
      `${OPEN}  - { id: d, effect: deny, match: [{ users: ["*"] }, { missing: [groups] }] }`,
    ],
    ['a deny rule for every user name', `${OPEN}  - { id: d, effect: deny, match: { users: ["*"] } }`],
    [
      'an endpoint that only observes',
      `endpoints: { ${FRANKFURT}: { mode: observe } }\n${OPEN}  - { id: d, effect: deny, match: everyone }`,
    ],
    [
      'an endpoint that admits by default',
      `endpoints: { ${FRANKFURT}: { defaultEffect: allow } }\ndefaultEffect: deny`,
    ],
    [
      'a deny rule for one endpoint of several',
      `endpoints: { ${FRANKFURT}: { name: frankfurt } }\n${OPEN}  - { id: d, effect: deny, match: { endpoints: [frankfurt] } }`,
    ],
    [
      'an allow rule for an endpoint without settings',
      `${SHUT}  - { id: a, effect: allow, match: { endpoints: [${FRANKFURT}] } }`,
    ],
  ])('is not told: %s', (_name, text) => {
    expect(lockoutReason(policy(text), NOW)).toBeUndefined();
  });

  it('names the rule that refuses everybody', () => {
    expect(lockoutReason(policy(`${OPEN}  - { id: shut, effect: deny, match: everyone }`), NOW)).toBe(
      'the rule shut refuses everybody, and nothing lifts it',
    );
  });
});
