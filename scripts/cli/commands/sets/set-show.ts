/** `vpn-policy set show`: what a set has. */
import type { Command } from 'commander';
import { parseInstantMs, type SetEntry } from '../../../../shared/engine/index.ts';
import { type AccessOptions, addAccessOptions, openAccess } from '../../access/access-options.ts';
import { publishedPolicy } from '../../access/policy-access.ts';
import { EXIT, type ExitCode } from '../../exit-code.ts';
import type { RunAction } from '../../run-action.ts';
import { findSet, noSuchSet } from '../../sets/find-set.ts';
import { setUses } from '../../sets/set-uses.ts';
import type { Surroundings } from '../../surroundings.ts';
import { counted, paintFor, printable, writeJson, writeLines } from '../../terminal/output.ts';
import { type Cell, tableLines } from '../../terminal/table.ts';
import { addTimezoneOption, type CallerClock, callerClock, type TimezoneOptions } from '../../time/caller-zone.ts';
import { shortMoment, zoneText } from '../../time/moment-text.ts';

interface SetShowOptions extends AccessOptions, TimezoneOptions {
  readonly json?: boolean;
}

export function addSetShow(set: Command, surroundings: Surroundings, run: RunAction): void {
  const command = set
    .command('show')
    .summary('show the entries of a set')
    .description('Shows a set of the policy in force. What --json prints, set import takes.')
    .argument('<name>', 'the set');
  addAccessOptions(addTimezoneOption(command))
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      `
Exit codes: 0 shown, 1 there is no such set, 2 wrong usage or no store.

Examples:
  vpn-policy set show offices
  vpn-policy set show leavers --json > leavers.json`,
    )
    .action(run((name: string, options: SetShowOptions) => setShow(name, options, surroundings)));
}

async function setShow(name: string, options: SetShowOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { stdout, env } = surroundings;
  const clock = callerClock(options, surroundings);
  const access = await openAccess(options, surroundings);
  try {
    const policy = await publishedPolicy(access);
    const { document, revision } = policy;
    const set = findSet(document, name);
    if (set === undefined) throw noSuchSet(name, document);
    const rules = setUses(document).get(name) ?? [];
    if (options.json) {
      writeJson(stdout, { revision: revision.number, name, ...set, rules });
      return EXIT.ok;
    }
    const { kind, description, entries } = set;
    const ends = entries.some((entry) => typeof entry !== 'string' && entry.expiresAt !== undefined);
    writeLines(stdout, [
      printable(`${name}: ${counted(entries.length, 'entry', 'entries')} of kind ${kind}`),
      ...(description === undefined ? [] : [printable(`  ${description}`)]),
      `  used by: ${rules.length === 0 ? 'no rule' : rules.join(', ')}`,
      ...(ends ? [`  times: ${zoneText(clock.nowMs, clock.zone)}`] : []),
    ]);
    if (entries.length > 0) {
      const table = { head: ['VALUE', 'UNTIL', 'NOTE'], rows: entries.map((entry) => rowOf(entry, clock)) };
      writeLines(stdout, ['', ...tableLines(table, paintFor(stdout, env), stdout.columns)]);
    }
    return EXIT.ok;
  } finally {
    access.close();
  }
}

function rowOf(entry: SetEntry, clock: CallerClock): Cell[] {
  if (typeof entry === 'string') return [printable(entry), '', ''];
  // A line break of theirs begins no line of the table.
  const [value, note] = [printable(entry.value), printable(entry.note ?? '')];
  const { expiresAt } = entry;
  if (expiresAt === undefined) return [value, '', note];
  const endMs = parseInstantMs(expiresAt);
  const until = shortMoment(endMs, clock);
  return endMs > clock.nowMs ? [value, until, note] : [value, { text: `expired ${until}`, colour: 'yellow' }, note];
}
