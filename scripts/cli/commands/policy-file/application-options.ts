/** How a file is to be applied: what `plan` and `apply` have in common. */
import type { Command } from 'commander';
import type { Confirmation } from '../../../../shared/policy/index.ts';
import { CommandError } from '../../exit-code.ts';
import { addSourceOption, policySource, type SourceOptions } from '../../input/policy-source.ts';

export interface ApplicationOptions extends SourceOptions {
  readonly prune?: boolean;
  readonly forceConflicts?: boolean;
  readonly confirm?: readonly Confirmation[];
}

/** `--source`, `--prune`, `--force-conflicts`. */
export function addApplicationOptions(command: Command): Command {
  return addSourceOption(command)
    .option('--prune', 'also take out what only others added')
    .option('--force-conflicts', 'where the file and others changed the same, the file counts');
}

/** The name under which the history knows the file. Throws a CommandError for standard input without one. */
export async function sourceOf(file: string, options: SourceOptions): Promise<string> {
  const source = await policySource(file, options);
  if (source !== undefined) return source;
  throw new CommandError('standard input has no name for the history: give --source, such as vpn/policy.yaml');
}

/** As `makePlan` and a write take it. */
export function applicationOf({ prune, forceConflicts, confirm }: ApplicationOptions) {
  return { prune: prune === true, forceConflicts: forceConflicts === true, confirm: confirm ?? [] };
}
