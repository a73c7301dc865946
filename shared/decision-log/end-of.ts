/** What became of a connection that was let in. */
import type { DecisionSource } from './decision-source.ts';
import { idOfEnded, isConnectionId } from './keys.ts';
import type { DecisionRecord } from './record.ts';

/**
 * The record that the decision's connection was ended; undefined where it was not, or that is not on record any more. Asks the
 * source only for what was let in and has an id of its own.
 * @throws what `DecisionSource.get` throws
 */
export async function endOf(
  { get }: Pick<DecisionSource, 'get'>,
  { id, allow }: Pick<DecisionRecord, 'id' | 'allow'>,
): Promise<DecisionRecord | undefined> {
  return allow && isConnectionId(id) ? get(idOfEnded(id)) : undefined;
}
