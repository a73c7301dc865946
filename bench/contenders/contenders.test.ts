import { describe, expect, it } from '@jest/globals';
import type { PlainRule, Workload } from '../plain-policy.ts';
import { mixedWorkload, NOW_MS, setWorkload } from '../workloads.ts';
import { blockList } from './block-list.ts';
import { casbin } from './casbin.ts';
import { cedarWasm } from './cedar.ts';
import { clientVpnPolicy } from './client-vpn-policy.ts';
import type { MakeContender } from './contender.ts';
import { handWritten } from './hand-written.ts';
import { jsonRulesEngine } from './json-rules-engine.ts';
import { lowerLimit } from './lower-limit.ts';

const FOR_ANY_POLICY: readonly (readonly [string, MakeContender])[] = [
  ['hand-written', handWritten],
  ['Cedar', cedarWasm],
  ['casbin', casbin],
  ['json-rules-engine', jsonRulesEngine],
];
const FOR_DENY_LISTS: readonly (readonly [string, MakeContender])[] = [
  ['net.BlockList + Set', blockList],
  ['bare lower limit', lowerLimit],
];

async function decisions(make: MakeContender, workload: Workload): Promise<boolean[]> {
  const contender = await make(workload.rules, workload.nowMs);
  if (contender === undefined) throw new Error('it cannot say what the policy says');
  const decided = [];
  for (const connection of workload.connections.slice(0, 300)) {
    decided.push(await contender.decide(contender.prepare(connection)));
  }
  return decided;
}

describe('the contenders', () => {
  it.each(FOR_ANY_POLICY)('decide alike by rules of all kinds: %s', async (_, make) => {
    const workload = mixedWorkload(100);
    const ours = await decisions(clientVpnPolicy, workload);
    expect(new Set(ours)).toEqual(new Set([true, false]));
    expect(await decisions(make, workload)).toEqual(ours);
  });

  it.each([...FOR_ANY_POLICY, ...FOR_DENY_LISTS])('decide alike by two deny lists: %s', async (_, make) => {
    const workload = setWorkload(200);
    const ours = await decisions(clientVpnPolicy, workload);
    expect(new Set(ours)).toEqual(new Set([true, false]));
    expect(await decisions(make, workload)).toEqual(ours);
  });

  it.each(FOR_DENY_LISTS)('do without a policy that they cannot say: %s', async (_, make) => {
    const rules: PlainRule[] = [{ id: 'group', effect: 'deny', groups: ['a'] }];
    expect(await make(rules, NOW_MS)).toBeUndefined();
  });
});
