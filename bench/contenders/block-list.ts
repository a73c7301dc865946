/** Node's own net.BlockList and a Set: what somebody writes who takes the two kinds of list apart by hand. Deny lists alone. */
import { BlockList } from 'node:net';
import type { PlainConnection, PlainRule } from '../plain-policy.ts';
import type { Contender } from './contender.ts';
import { denyLists } from './deny-lists.ts';

export async function blockList(rules: readonly PlainRule[]): Promise<Contender<PlainConnection> | undefined> {
  const lists = denyLists(rules);
  if (lists === undefined) return undefined;
  const users = new Set(lists.users);
  const addresses = new BlockList();
  for (const range of lists.ranges) {
    const [base = '', length] = range.split('/');
    addresses.addSubnet(base, Number(length), 'ipv4');
  }
  return {
    name: 'net.BlockList + Set',
    prepare: (connection) => connection,
    decide: ({ username, address }) => !users.has(username) && !addresses.check(address, 'ipv4'),
  };
}
