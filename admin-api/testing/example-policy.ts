/** A policy for tests of the API: three rules, a set, a test. */
export const POLICY = {
  version: 1,
  defaultEffect: 'allow',
  sets: { leavers: { kind: 'user', entries: ['batchi', { value: 'user-0481', note: 'HR-77' }] } },
  rules: [
    { id: 'block-leavers', effect: 'deny', match: { users: ['@leavers'] }, message: 'Not permitted.' },
    { id: 'old-clients', effect: 'deny', mode: 'report', match: { openvpnVersion: '<2.5' } },
    { id: 'offices', effect: 'allow', match: { sourceIps: ['203.0.113.0/24'] } },
  ],
  tests: [
    {
      name: 'leavers stay out',
      connection: { username: 'Batchi' },
      at: '2026-11-24T10:00:00+09:00',
      expect: { allow: false, rule: 'block-leavers' },
    },
  ],
};

export const RULE = { id: 'block-carol', effect: 'deny', match: { users: ['carol'] } };
