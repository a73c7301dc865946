/** The policies and connections that are measured, made from a seed. */
import { ipv4Ends, ipv4Text } from './ipv4.ts';
import type { PlainConnection, PlainRule, Workload } from './plain-policy.ts';
import { type Random, seededRandom } from './random.ts';

/** Tuesday, 24 November 2026, 10:00 in Tokyo. */
export const NOW_MS = Date.UTC(2026, 10, 24, 1);

const HOUR_MS = 3_600_000;
/** Few enough to stay in the processor's cache, as an event does that was read a moment ago. */
const CONNECTIONS = 1024;
/** Groups of one connection; a directory or an IdP passes on a few. */
const GROUPS_OF_ONE = 4;

/** Users, addresses, windows and groups mixed. A third of the connections meets a deny rule. */
export function mixedWorkload(ruleCount: number): Workload {
  const random = seededRandom(ruleCount);
  const rules = Array.from({ length: ruleCount }, (_, number) => mixedRule(number, random)).sort(denyFirst);
  const groupCount = Math.max(GROUPS_OF_ONE, Math.ceil(ruleCount / 4));
  const listed = rules.filter(({ effect }) => effect === 'deny');
  const users = listed.flatMap((rule) => rule.users ?? []);
  const ranges = listed.flatMap((rule) => rule.ranges ?? []);
  const connections = readFromJson(CONNECTIONS, () => ({
    username: random.chance(0.15) ? random.pick(users) : `employee-${random.below(100_000)}@example.com`,
    groups: Array.from({ length: GROUPS_OF_ONE }, () => groupName(random.below(groupCount))),
    address: random.chance(0.15) ? addressIn(random.pick(ranges), random) : ipv4Text(random.below(2 ** 32)),
  }));
  return { name: `${ruleCount} rules`, rules, connections, nowMs: NOW_MS };
}

/** In ten rules: four on users, two on addresses, one on a group for a time, two that admit a group, one a user from an address. */
function mixedRule(number: number, random: Random): PlainRule {
  const id = `rule-${number}`;
  const user = () => `leaver-${number}-${random.below(1000)}@example.com`;
  switch (number % 10) {
    case 0:
    case 2:
    case 4:
    case 6:
      return { id, effect: 'deny', users: Array.from({ length: 1 + random.below(3) }, user) };
    case 1:
    case 5:
      return { id, effect: 'deny', ranges: Array.from({ length: 1 + random.below(3) }, () => randomBlock(random)) };
    case 3: {
      // One in a hundred is a night under way, the others are over or to come.
      const startsInHours = random.below(100) - 1;
      const fromMs = NOW_MS + (startsInHours <= 0 ? startsInHours : startsInHours * 24) * HOUR_MS;
      return { id, effect: 'deny', groups: [groupName(number)], window: { fromMs, untilMs: fromMs + 4 * HOUR_MS } };
    }
    case 7:
    case 8:
      return { id, effect: 'allow', groups: [groupName(Math.floor(number / 10))] };
    default:
      return { id, effect: 'allow', users: [user()], ranges: [randomBlock(random)] };
  }
}

/** One deny rule on a set of users, one on a set of addresses, the rest are admitted; half of the entries in each set. */
export function setWorkload(entryCount: number): Workload {
  const random = seededRandom(entryCount);
  const half = entryCount / 2;
  const users = Array.from({ length: half }, (_, number) => `leaver-${number}@example.com`);
  // Blocks that do not touch, all over the IPv4 addresses.
  const stride = Math.floor(2 ** 32 / half);
  const ranges = Array.from({ length: half }, (_, number) => {
    const length = 20 + random.below(13);
    const size = 2 ** (32 - length);
    return `${ipv4Text(Math.ceil((number * stride) / size) * size)}/${length}`;
  });
  return {
    name: `a set of ${half} users and one of ${half} CIDRs`,
    ...onSets(users, ranges, random),
  };
}

/** The address ranges of some countries as one set, with as many users as a company that blocks them has on its other list. */
export function countryWorkload(name: string, ranges: readonly string[]): Workload {
  const users = Array.from({ length: 500 }, (_, number) => `leaver-${number}@example.com`);
  return { name, ...onSets(users, ranges, seededRandom(ranges.length)) };
}

function onSets(users: readonly string[], ranges: readonly string[], random: Random): Omit<Workload, 'name'> {
  const connections = readFromJson(CONNECTIONS, () => ({
    username: random.chance(0.15) ? random.pick(users) : `employee-${random.below(100_000)}@example.com`,
    groups: Array.from({ length: GROUPS_OF_ONE }, () => groupName(random.below(100))),
    address: random.chance(0.15) ? addressIn(random.pick(ranges), random) : ipv4Text(random.below(2 ** 32)),
  }));
  const rules: PlainRule[] = [
    { id: 'leavers', effect: 'deny', users },
    { id: 'addresses', effect: 'deny', ranges },
    { id: 'everybody', effect: 'allow' },
  ];
  return { rules, connections, nowMs: NOW_MS };
}

/** As an event comes: its texts are texts of their own, not pieces of others and not the policy's. */
function readFromJson(count: number, make: () => PlainConnection): readonly PlainConnection[] {
  return JSON.parse(JSON.stringify(Array.from({ length: count }, make)));
}

function randomBlock(random: Random): string {
  const length = 20 + random.below(13);
  const size = 2 ** (32 - length);
  return `${ipv4Text(Math.floor(random.below(2 ** 32) / size) * size)}/${length}`;
}

function addressIn(block: string, random: Random): string {
  const [first, last] = ipv4Ends(block);
  return ipv4Text(first + random.below(last - first + 1));
}

function groupName(number: number): string {
  return `vpn-group-${number}`;
}

function denyFirst(a: PlainRule, b: PlainRule): number {
  return Number(a.effect === 'allow') - Number(b.effect === 'allow');
}
