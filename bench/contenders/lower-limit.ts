/**
 * The bare lower limit of a look-up in two deny lists: the name in lower case asked of a Set, the address read without any
 * check and searched by halving in a typed array. No reason, no message, no wildcard, no IPv6, nothing malformed.
 */
import { ipv4Ends, ipv4Number } from '../ipv4.ts';
import type { PlainConnection, PlainRule } from '../plain-policy.ts';
import type { Contender } from './contender.ts';
import { denyLists } from './deny-lists.ts';

export async function lowerLimit(rules: readonly PlainRule[]): Promise<Contender<PlainConnection> | undefined> {
  const lists = denyLists(rules);
  if (lists === undefined) return undefined;
  const users = new Set(lists.users);
  const ends = lists.ranges.map(ipv4Ends).sort(([a], [b]) => a - b);
  const firsts = Uint32Array.from(ends, ([first]) => first);
  const lasts = Uint32Array.from(ends, ([, last]) => last);
  return {
    name: 'bare lower limit',
    prepare: (connection) => connection,
    decide: ({ username, address }) => {
      const user = users.has(username.toLowerCase());
      const wanted = ipv4Number(address);
      let low = 0;
      let high = firsts.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((firsts[middle] as number) > wanted)
          high = middle; // in bounds
        else low = middle + 1;
      }
      return !user && !(low > 0 && wanted <= (lasts[low - 1] as number)); // in bounds
    },
  };
}
