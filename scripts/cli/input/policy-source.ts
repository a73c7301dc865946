/** What a policy file is called in the history, so that the next `apply` finds what was applied from it last. */
import { access } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Command } from 'commander';
import { CommandError } from '../exit-code.ts';
import { onOneLine } from '../terminal/output.ts';
import { STDIN } from './input-file.ts';

export interface SourceOptions {
  readonly source?: string;
}

export function addSourceOption(command: Command): Command {
  return command.option(
    '--source <name>',
    'what the file is called in the history (default: its path in its git work tree, else its name; for - there is none)',
  );
}

/** Undefined for standard input without a name. Throws a CommandError for a name that the history does not take. */
export async function policySource(file: string, { source }: SourceOptions): Promise<string | undefined> {
  if (source === undefined && file === STDIN) return undefined;
  const name = source ?? (await pathInWorkTree(resolve(file)));
  const { sourceFault } = await import('../../../shared/store/index.ts');
  const fault = sourceFault(name);
  if (fault === undefined) return name;
  throw new CommandError(
    onOneLine(
      source === undefined ? `the history cannot call ${file} ${name}: ${fault}; give --source` : `--source: ${fault}`,
    ),
  );
}

async function pathInWorkTree(file: string): Promise<string> {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (await isThere(join(folder, '.git'))) return relative(folder, file).split(sep).join('/');
    if (dirname(folder) === folder) return basename(file);
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
