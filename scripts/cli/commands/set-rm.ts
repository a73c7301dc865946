/** `vpn-policy set rm`: takes values out of a set. */
import type { Command } from 'commander';
import type { PolicySet } from '../../../shared/engine/index.ts';
import { entriesByKey, entryKeys, entryValue, itemHash, type PolicyOperation } from '../../../shared/policy/index.ts';
import { type AccessOptions, addAccessOptions, openAccess } from '../access/access-options.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { onOneLine, writeLines } from '../print/output.ts';
import { reportWritten } from '../print/report-written.ts';
import type { RunAction } from '../program.ts';
import { checkValues } from '../sets/check-values.ts';
import { findSet, noSuchSet } from '../sets/find-set.ts';
import { missingValue } from '../sets/missing-value.ts';
import type { Surroundings } from '../surroundings.ts';
import { undoLines, writeOperations } from './write-operations.ts';
import { addWriteOptions, type WriteOptions } from './write-options.ts';

interface SetRemoveOptions extends AccessOptions, WriteOptions {}

export function addSetRemove(set: Command, surroundings: Surroundings, run: RunAction): void {
  const command = set
    .command('rm')
    .summary('take values out of a set')
    .description('Takes values out of a set, as one revision, however they are spelled. One that is not there is told.')
    .argument('<name>', 'the set')
    .argument('<values...>', 'what it is to have no more');
  addAccessOptions(command);
  addWriteOptions(command, '"set rm NAME VALUES"')
    .addHelpText(
      'after',
      `
Exit codes: 0 written, 1 none of the values is there, there is no such set, or the write is refused, 2 wrong usage or no store.

Examples:
  vpn-policy set rm offices 198.51.100.0/24
  vpn-policy set rm leavers batchi user-0481 --reason "back again"`,
    )
    .action(
      run((name: string, values: string[], options: SetRemoveOptions) =>
        setRemove(name, values, options, surroundings),
      ),
    );
}

async function setRemove(
  name: string,
  values: readonly string[],
  options: SetRemoveOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const access = await openAccess(options, surroundings);
  try {
    const reason = `set rm ${name} ${values.join(' ')}`;
    const { written, built } = await writeOperations(access, options, reason, ({ document }) => {
      const set = findSet(document, name);
      if (set === undefined) throw noSuchSet(name, document);
      const { removed, missing } = found(set, values);
      const operations: PolicyOperation[] =
        removed.length === 0 ? [] : [{ op: 'patch-set', name, remove: removed, ifMatch: itemHash(set) }];
      return { operations, removed, missing, told: missing.map((value) => missingValue(set, value)) };
    });
    writeLines(
      surroundings.stderr,
      built.told.map((text) => onOneLine(`vpn-policy: the set ${name} does not have ${text}`)),
    );
    const { removed, missing } = built;
    const extra = { lines: undoLines(written), data: { set: name, removed, notFound: missing } };
    const exitCode = reportWritten(
      written,
      { json: options.json, dryRun: options.dryRun === true, extra },
      surroundings,
    );
    return removed.length === 0 ? EXIT.checkFailed : exitCode;
  } finally {
    access.close();
  }
}

/** Each value once. Throws a CommandError for one that a set of that kind cannot have. */
function found(set: PolicySet, values: readonly string[]) {
  const keyOf = entryKeys(set.kind);
  const have = entriesByKey(set.entries, keyOf);
  const wanted = checkValues(values, set.kind).map(entryValue);
  return {
    removed: wanted.filter((value) => have.has(keyOf(value))),
    missing: wanted.filter((value) => !have.has(keyOf(value))),
  };
}
