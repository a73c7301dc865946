/** Which of a block's conditions the index files it under. */

import type { CompiledBlock } from '../compiled-rule.ts';
import type { Condition, ConditionKey } from '../condition.ts';
import { NameIndex } from './name-index.ts';

/** From the one that picks out fewest connections. */
const SELECTIVITY: readonly ((key: ConditionKey) => boolean)[] = [
  (key) => key.kind === 'names' && key.attribute !== 'groups' && key.attribute !== 'platform',
  (key) => key.kind === 'names' && key.attribute === 'groups',
  (key) => key.kind === 'addresses',
  (key) => key.kind === 'names',
  (key) => key.kind === 'endpoints',
  (key) => key.kind === 'missing',
  (key) => key.kind === 'windows',
  (key) => key.kind === 'versions',
];

/** The condition by whose key the block is found; undefined for a block that is asked of every connection. */
export function filedUnder(block: CompiledBlock): Condition | undefined {
  const only = block[0];
  if (only !== undefined && block.length === 1) return isFilable(only.key) ? only : undefined;
  for (const isOfKind of SELECTIVITY) {
    const condition = block.find(({ key }) => isFilable(key) && isOfKind(key));
    if (condition !== undefined) return condition;
  }
  return undefined;
}

function isFilable(key: ConditionKey): boolean {
  return key.kind !== 'names' || NameIndex.canFile(key.lists);
}
