/** The policies that the door is tried with: the example, one that uses the whole language, random ones. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import { policyDocument, type Scene, scene } from '../../../shared/engine/reference/arbitraries.ts';
import { readPolicy } from '../../../shared/policy/index.ts';

export interface DoorPolicy {
  readonly name: string;
  readonly scene: Scene;
  readonly document: PolicyDocument;
}

const EXAMPLE = join(import.meta.dirname, '..', '..', '..', 'policies', 'example.yaml');

/** The given number of policies, the same for the same seed: one in ten the example, two in ten the whole language, the rest random. */
export async function doorPolicies(count: number, seed: number): Promise<DoorPolicy[]> {
  const example = readPolicy(await readFile(EXAMPLE, 'utf8'));
  if (!example.ok) throw new Error('policies/example.yaml cannot be read');
  const scenes = fc.sample(scene(), { numRuns: count, seed });
  const random = fc.sample(
    scene().chain((place) => fc.tuple(fc.constant(place), policyDocument(place, { messages: messages() }))),
    { numRuns: count, seed },
  );
  return Array.from({ length: count }, (_, index): DoorPolicy => {
    // INVARIANT: as many of each were made.
    const place = scenes[index] as Scene;
    if (index % 10 === 0) return { name: 'policies/example.yaml', scene: place, document: example.document };
    if (index % 10 < 3) return { name: 'the whole language', scene: place, document: wholeLanguage(place) };
    const [of, document] = random[index] as (typeof random)[number];
    return { name: `random policy ${index} of seed ${seed}`, scene: of, document };
  });
}

/** Every placeholder, alone and together, short and too long, and texts that only look like one. */
function messages(): fc.Arbitrary<string> {
  return fc.constantFrom(
    'This user is not permitted.',
    'Until {until}.',
    '{until}',
    'Quote {connectionId}; {endpoint}, {rule}, until {until}.',
    '{username} {commonName} {publicIp} {connectionId} {endpoint} {rule}',
    '{username}{username}{username}{username}{username}',
    'Zugang verweigert für {username} 😀, {endpoint}.',
    `${'é😀'.repeat(84)}x😀`,
    `${'x'.repeat(254)}😀{rule}`,
    '$& $1 {username} $$ {{rule}}',
  );
}

const [OBSERVED, STRICT, PLAIN] = [
  'cvpn-endpoint-0a1b2c3d4e5f67890',
  'cvpn-endpoint-0b359ceb0b7e702ca',
  'cvpn-endpoint-05e3cd01fe10ad9ee',
] as const;

/** Everything that the language has, with its times around the scene's. */
export function wholeLanguage({ zone, anchorMs }: Scene): PolicyDocument {
  const at = (hours: number, ms = 0) => new Date(anchorMs + hours * 3_600_000 + ms).toISOString();
  const day = (days: number) => at(24 * days).slice(0, 10);
  const offices = { timezone: zone, start: '01:30', end: '22:00' };
  return {
    version: 1,
    defaultEffect: 'deny',
    defaultMessage: 'Not from {publicIp}. Call 1234, quote {connectionId}. ({until})',
    endpoints: {
      [OBSERVED]: { name: 'frankfurt', mode: 'observe', defaultMessage: 'Zugang verweigert, {username}: {endpoint}.' },
      [STRICT]: { name: 'tokyo', defaultEffect: 'allow', defaultMessage: '{rule} {commonName}' },
      [PLAIN]: {},
    },
    sets: {
      offices: {
        kind: 'ip',
        entries: [
          '203.0.113.0/28',
          '198.51.100.20-198.51.100.29',
          '2001:db8:40::/44',
          { value: '::ffff:10.0.0.0/104', expiresAt: at(1), note: 'moving out' },
        ],
      },
      leavers: {
        kind: 'user',
        entries: [
          'batchi',
          'José',
          'straße',
          { value: 'user-0481', expiresAt: at(0) },
          { value: 'o?call', expiresAt: at(-6, 1) },
        ],
      },
      certificates: { kind: 'commonName', entries: ['client1.*', { value: 'σίσυφος', expiresAt: at(30) }] },
      admins: { kind: 'group', entries: ['vpn-admins', { value: 'постоянные', expiresAt: at(2) }] },
      gone: { kind: 'group', entries: [{ value: 'temps', expiresAt: at(-2) }] },
      holidays: { kind: 'date', entries: [day(0), { value: day(1), expiresAt: at(24, -1) }, day(-3)] },
    },
    rules: [
      {
        id: 'always-out',
        effect: 'deny',
        match: { users: ['@leavers'], groups: ['temps'] },
        final: true,
        message: '{username} is out.',
      },
      {
        id: 'leavers',
        effect: 'deny',
        match: { identities: ['@leavers', '@certificates'] },
        message: 'Not permitted until {until}.',
        postureStatuses: ['leaver', 'a', 'b', 'c', 'd', 'e', 'f'],
      },
      {
        id: 'contractors',
        effect: 'deny',
        match: { users: ['*@contractor.example.com', 'corp\\\\*', '\\*'] },
        except: { allGroups: ['@admins', 'd*'] },
        message: '{rule}: {username}',
        postureStatuses: ['g', 'h', 'i', 'j', 'k', 'a'],
      },
      {
        id: 'patch-night',
        effect: 'deny',
        match: {
          windows: [
            { cron: '0 2 * * SUN#1', duration: 'PT4H', timezone: zone },
            { cron: '30 1 * * *', duration: 'PT45M', timezone: zone },
          ],
        },
        except: [{ groups: ['@admins'] }, { users: ['oncall'] }],
        message: 'Maintenance until {until}.',
      },
      {
        id: 'weekend',
        effect: 'deny',
        match: [
          {
            windows: [{ days: ['sat', 'sun'], start: '23:00', end: '03:00', timezone: zone }],
            endpoints: ['tokyo', PLAIN],
          },
        ],
        message: 'Weekend, {endpoint}. {until}',
      },
      {
        id: 'holiday',
        effect: 'deny',
        match: { windows: [{ dates: ['@holidays', day(2)], ...offices }], platforms: ['win', 'mac'] },
        message: 'Holiday until {until}',
      },
      {
        id: 'freeze',
        effect: 'deny',
        match: { windows: [{ from: at(3), until: at(5, 500) }] },
        notBefore: at(-100),
        expiresAt: at(100),
        message: 'Frozen until {until}.',
      },
      {
        id: 'no-name',
        effect: 'deny',
        match: { missing: ['username', 'commonName'] },
        except: { sourceIps: ['@offices'] },
        message: 'Who are you? {publicIp}',
      },
      {
        id: 'all-of-them',
        effect: 'deny',
        match: { allGroups: ['staff', '*'], commonNames: ['*'] },
        message: '{commonName}',
      },
      { id: 'gone-groups', effect: 'deny', match: { groups: ['@gone'] } },
      {
        id: 'old-client',
        effect: 'deny',
        match: [{ openvpnVersion: '<2.6.0' }, { awsClientVersion: ['>=3 <5', '<2'], openvpnVersion: '>=0' }],
        message: 'Update your client.',
      },
      { id: 'switched-off', effect: 'deny', match: 'everyone', enabled: false },
      { id: 'over', effect: 'deny', match: 'everyone', expiresAt: at(-48) },
      { id: 'not-yet', effect: 'deny', match: { users: ['*'] }, notBefore: at(20, 1), message: 'From {until}' },
      {
        id: 'late-shift',
        effect: 'exempt',
        from: ['patch-night', 'weekend', 'holiday'],
        match: { groups: ['vpn-*', 'staff'] },
        except: { identities: ['oncall'] },
        expiresAt: at(4),
      },
      {
        id: 'from-inside',
        effect: 'exempt',
        from: '*',
        match: { sourceIps: ['10.0.0.0/8', '64:ff9b::/96', '::/0'], users: ['*'] },
      },
      { id: 'lift-in-report', effect: 'exempt', from: ['freeze'], match: 'everyone', mode: 'report' },
      {
        id: 'try-new-minimum',
        effect: 'deny',
        mode: 'report',
        match: [{ openvpnVersion: '<2.6.12' }, { missing: ['openvpnVersion', 'groups', 'platformVersion'] }],
      },
      { id: 'would-allow', effect: 'allow', mode: 'report', match: { platforms: ['lin*'] } },
      {
        id: 'offices',
        effect: 'allow',
        match: { sourceIps: ['@offices', '203.0.113.128/25'] },
        except: { platforms: ['ios'] },
        postureStatuses: ['compliant', 'from-office'],
      },
      {
        id: 'admins',
        effect: 'allow',
        match: {
          groups: ['@admins'],
          windows: [
            { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], start: '00:00', end: '00:00', timezone: 'UTC' },
          ],
        },
        postureStatuses: ['compliant', 'admin'],
      },
      {
        id: 'named',
        effect: 'allow',
        match: [{ users: ['x*', '?atchi*', 'a\\*b', '😀'] }, { commonNames: ['@certificates', 'fiona'] }],
        except: [{ missing: ['publicIp'] }, { users: ['@leavers'] }],
      },
    ],
  };
}
