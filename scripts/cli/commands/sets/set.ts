/** `vpn-policy set …`: the named lists that rules refer to. */
import type { Command } from 'commander';
import type { RunAction } from '../../run-action.ts';
import type { Surroundings } from '../../surroundings.ts';
import { addSetAdd } from './set-add.ts';
import { addSetImport } from './set-import.ts';
import { addSetList } from './set-list.ts';
import { addSetRemove } from './set-rm.ts';
import { addSetShow } from './set-show.ts';

export function addSet(program: Command, surroundings: Surroundings, run: RunAction): void {
  const set = program
    .command('set')
    .summary('show and change the named lists that rules refer to')
    .description('Shows and changes sets: the named lists of addresses, names or days that rules refer to as @name.');
  for (const add of [addSetAdd, addSetRemove, addSetImport, addSetList, addSetShow]) add(set, surroundings, run);
}
