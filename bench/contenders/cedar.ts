/** Cedar (@cedar-policy/cedar-wasm): policies parsed once and kept on Cedar's side, as its stateful interface offers. */
import { createRequire } from 'node:module';
import type * as Cedar from '@cedar-policy/cedar-wasm/nodejs';
import type { PlainRule } from '../plain-policy.ts';
import type { Contender } from './contender.ts';

// A require, since the package's file for Node is a CommonJS module of a package that says that it has ES modules.
const cedar: typeof Cedar = createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs');

/** Long chains of `||` overflow its parser's stack, so longer lists become several policies. */
const MOST_RANGES_IN_ONE = 50;

let policySets = 0;

export async function cedarWasm(
  rules: readonly PlainRule[],
  nowMs: number,
): Promise<Contender<Cedar.StatefulAuthorizationCall>> {
  const preparsedPolicySetId = `bench-${policySets++}`;
  const parsed = cedar.preparsePolicySet(preparsedPolicySetId, { staticPolicies: rules.flatMap(toCedar).join('\n') });
  if (parsed.type === 'failure')
    throw new Error(`Cedar does not parse the policy: ${JSON.stringify(parsed.errors[0])}`);
  return {
    name: 'Cedar',
    prepare: ({ username, groups, address }) => ({
      principal: { type: 'User', id: username },
      action: { type: 'Action', id: 'connect' },
      resource: { type: 'Vpn', id: 'office' },
      context: { now: nowMs, address: { __extn: { fn: 'ip', arg: address } } },
      preparsedPolicySetId,
      entities: [
        {
          uid: { type: 'User', id: username },
          attrs: {},
          parents: groups.map((id) => ({ type: 'Group', id })),
        },
      ],
    }),
    decide: (call) => {
      const answer = cedar.statefulIsAuthorized(call);
      if (answer.type === 'failure') throw new Error(`Cedar fails: ${JSON.stringify(answer.errors[0])}`);
      return answer.response.decision === 'allow';
    },
  };
}

function toCedar(rule: PlainRule): string[] {
  const { effect, users, groups, window } = rule;
  const principal =
    users?.length === 1
      ? `principal == User::${JSON.stringify(users[0])}`
      : groups?.length === 1 && users === undefined
        ? `principal in Group::${JSON.stringify(groups[0])}`
        : 'principal';
  const conditions: string[] = [];
  if (users !== undefined && users.length > 1) {
    conditions.push(`[${users.map((id) => `User::${JSON.stringify(id)}`).join(', ')}].contains(principal)`);
  }
  if (groups !== undefined && (groups.length > 1 || users !== undefined)) {
    conditions.push(`principal in [${groups.map((id) => `Group::${JSON.stringify(id)}`).join(', ')}]`);
  }
  if (window !== undefined) conditions.push(`context.now >= ${window.fromMs} && context.now < ${window.untilMs}`);
  return pieces(rule.ranges).map((ranges) => {
    const inRanges = ranges?.map((range) => `context.address.isInRange(ip("${range}"))`).join(' || ');
    const all = inRanges === undefined ? conditions : [...conditions, `(${inRanges})`];
    const when = all.length === 0 ? '' : ` when { ${all.join(' && ')} }`;
    return `${effect === 'deny' ? 'forbid' : 'permit'}(${principal}, action, resource)${when};`;
  });
}

function pieces(ranges: readonly string[] | undefined): (readonly string[] | undefined)[] {
  if (ranges === undefined) return [undefined];
  return Array.from({ length: Math.ceil(ranges.length / MOST_RANGES_IN_ONE) }, (_, piece) =>
    ranges.slice(piece * MOST_RANGES_IN_ONE, (piece + 1) * MOST_RANGES_IN_ONE),
  );
}
