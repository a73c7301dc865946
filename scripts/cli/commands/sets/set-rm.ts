/** `vpn-policy set rm`: takes values out of a set. */
import type { Command } from 'commander';
import type { PolicySet } from '../../../../shared/engine/index.ts';
import { entriesByKey, entryKeys, entryValue } from '../../../../shared/policy/index.ts';
import { type AccessOptions, addAccessOptions, openAccess } from '../../access/access-options.ts';
import { EXIT, type ExitCode } from '../../exit-code.ts';
import type { RunAction } from '../../run-action.ts';
import { checkValues } from '../../sets/check-values.ts';
import { findSet, noSuchSet } from '../../sets/find-set.ts';
import { missingValue } from '../../sets/missing-value.ts';
import { setOperations } from '../../sets/set-change.ts';
import type { Surroundings } from '../../surroundings.ts';
import { messageLine, writeLines } from '../../terminal/output.ts';
import { typedVerb } from '../typed-command.ts';
import { addWriteOptions, policyWrite, type WriteOptions } from '../write-options.ts';
import { writePlanned } from '../write-planned.ts';
import { tellSetWrite } from './tell-set-write.ts';

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
        setRemove(name, values, options, command, surroundings),
      ),
    );
}

async function setRemove(
  name: string,
  values: readonly string[],
  options: SetRemoveOptions,
  command: Command,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const access = await openAccess(options, surroundings);
  try {
    const reason = `set ${typedVerb(command, [name, ...values])}`;
    const write = await writePlanned(
      access,
      ({ document }) => {
        const set = findSet(document, name);
        if (set === undefined) throw noSuchSet(name, document);
        const { removed, missing } = found(set, values);
        const operations = setOperations(name, set, set.kind, { added: [], changed: [], removed });
        return { ok: true, operations, removed, missing, reasons: missing.map((value) => missingValue(set, value)) };
      },
      (step) => policyWrite(step, options, reason),
    );
    const { plan } = write;
    writeLines(
      surroundings.stderr,
      plan.reasons.map((text) => messageLine(`the set ${name} does not have ${text}`)),
    );
    const data = { removed: plan.removed, notFound: plan.missing };
    const exitCode = tellSetWrite(write, { name, options, command, lines: [], data }, surroundings);
    return write.written === undefined ? EXIT.checkFailed : exitCode;
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
