/** A limit of connections per user as one English sentence, in the words of `describeRule`. */
import type { Limit } from '../engine/index.ts';
import { type DescribeOptions, listedParts, printingOf, whomAndWhere } from './describe-rule.ts';

/** `at most 1 connection each for everyone in contractors, everywhere, else the oldest ends`. Its message does not stand in it. */
export function describeLimit(limit: Limit, options: DescribeOptions = {}): string {
  const { enabled, maxConnections, whenExceeded } = limit;
  const most = `at most ${maxConnections} connection${maxConnections === 1 ? '' : 's'} each`;
  return listedParts([
    `${enabled === false ? 'switched off: ' : ''}${most} for ${whomAndWhere(limit, printingOf(options))}`,
    whenExceeded === 'endOldest' ? 'else the oldest ends' : 'else a new one is refused',
  ]);
}
