/** The policies that writers make while the store fails, and the connections that are decided by them. */
import { gzipSync } from 'node:zlib';
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import type { Random } from '../../fuzz/random.ts';

const USERS = Array.from({ length: 6 }, (_, place) => `user-${place}`);
const ADDRESSES = Array.from({ length: 6 }, (_, place) => `203.0.113.${place + 1}`);

/** The first policy: a set of 80 KB, which has parts of its own, beside small ones. */
export function firstPolicy(random: Random): PolicyDocument {
  return {
    version: 1,
    defaultEffect: 'deny',
    defaultMessage: 'Not from here. Quote {connectionId}.',
    sets: {
      leavers: { kind: 'user', entries: ['sato', ...USERS.slice(0, 2)] },
      contractors: { kind: 'user', entries: Array.from({ length: 400 }, () => longName(random)) },
      offices: { kind: 'ip', entries: ['198.51.100.0/24', ...ADDRESSES.slice(0, 4)] },
    },
    rules: [
      { id: 'block-leavers', effect: 'deny', match: { users: ['@leavers'] }, message: 'First policy, {connectionId}.' },
      { id: 'block-contractors', effect: 'deny', match: { users: ['@contractors'] } },
      { id: 'from-offices', effect: 'allow', match: { sourceIps: ['@offices'] } },
    ],
  };
}

/** What a writer changes: who is blocked, from where people may come, what they are told; now and then a large part. */
export function changedPolicy(document: PolicyDocument, random: Random, note: string): PolicyDocument {
  const sets = { ...document.sets };
  const toggle = (name: string, value: string) => {
    const set = sets[name];
    if (set === undefined) return;
    const others = set.entries.filter((entry) => entry !== value);
    sets[name] = { ...set, entries: others.length < set.entries.length ? others : [...others, value] };
  };
  toggle('leavers', random.pick(USERS));
  if (random.chance(0.5)) toggle('offices', random.pick(ADDRESSES));
  const contractors = sets.contractors;
  if (contractors && random.chance(0.3)) {
    const place = random.integer(0, contractors.entries.length - 1);
    sets.contractors = {
      ...contractors,
      entries: contractors.entries.map((entry, at) => (at === place ? longName(random) : entry)),
    };
  }
  const rules = (document.rules ?? []).map((rule) =>
    rule.id === 'block-leavers' && rule.effect === 'deny' ? { ...rule, message: `${note}, {connectionId}.` } : rule,
  );
  return { ...document, sets, rules };
}

/** A connection, as Client VPN tells it in version 3. */
export function connectEvent(random: Random, number: number): Readonly<Record<string, unknown>> {
  return {
    'connection-id': `cvpn-connection-${number.toString(16).padStart(17, '0')}`,
    'endpoint-id': 'cvpn-endpoint-0a1b2c3d4e5f67890',
    'common-name': null,
    username: random.pick(USERS),
    platform: 'win',
    'platform-version': '10.0.22631',
    'public-ip': random.pick(ADDRESSES),
    'client-openvpn-version': '2.6.12',
    'aws-client-version': '5.2.1',
    groups: [],
    'schema-version': 'v3',
  };
}

/** What inflates to 256 MB. */
export function bomb(): Buffer {
  return gzipSync(Buffer.alloc(256 * 1024 * 1024), { level: 9 });
}

/** 200 characters. */
function longName(random: Random): string {
  return Array.from({ length: 25 }, () => random.integer(0, 0xffff_ffff).toString(16).padStart(8, '0')).join('');
}
