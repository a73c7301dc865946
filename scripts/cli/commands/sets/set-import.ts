/** `vpn-policy set import`: a published list, a table or a calendar becomes a set. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type PolicySet, SET_KINDS, type SetKind } from '../../../../shared/engine/index.ts';
import { type AccessOptions, addAccessOptions, openAccess } from '../../access/access-options.ts';
import { refusedAsInvalid } from '../../access/policy-access.ts';
import { CommandError, type ExitCode } from '../../exit-code.ts';
import { type ImportedList, type ImportRequest, importList } from '../../import/import-list.ts';
import type { ListIssue } from '../../import/list.ts';
import { LIST_FORMATS, type ListFormat } from '../../import/read-list.ts';
import { readInput } from '../../input/input-file.ts';
import { collected } from '../../input/repeated-option.ts';
import { reportWritten } from '../../print/report-written.ts';
import type { RunAction } from '../../run-action.ts';
import { findSet } from '../../sets/find-set.ts';
import { changeOfSet, type SetChange, setOperations } from '../../sets/set-change.ts';
import type { Surroundings } from '../../surroundings.ts';
import { counted, messageLine, printable, writeLines } from '../../terminal/output.ts';
import { withNotice } from '../../terminal/progress.ts';
import { addTimezoneOption, callerClock, type TimezoneOptions } from '../../time/caller-zone.ts';
import { addEndOptions, type EndOptions, readEnd } from '../../time/end-options.ts';
import { echoedMoment } from '../../time/moment-text.ts';
import { storedMoment } from '../../time/read-moment.ts';
import { typedVerb } from '../typed-command.ts';
import { addWriteOptions, policyWrite, type WriteOptions } from '../write-options.ts';
import { type OperationsPlan, writePlanned } from '../write-planned.ts';
import { tellSetWrite } from './tell-set-write.ts';

interface SetImportOptions extends AccessOptions, WriteOptions, EndOptions, TimezoneOptions {
  readonly file: string;
  readonly format: ListFormat;
  readonly column?: string;
  readonly header?: boolean;
  readonly onlyService?: readonly string[];
  readonly onlyRegion?: readonly string[];
  readonly years: number;
  readonly kind?: SetKind;
  readonly note?: string;
  readonly sync?: boolean;
}

export function addSetImport(set: Command, surroundings: Surroundings, run: RunAction): void {
  const command = set
    .command('import')
    .summary('take the entries of a set from a file')
    .description(
      'Puts what a file lists into a set, as one revision: what is new is added, what is there already takes the end that the\n' +
        'file says. What only the set has stays, unless --sync makes the set what the file is. A set that is not there is made.\n' +
        'The file has one entry a line (# and ; begin comments; one after an entry is its note), or is CSV, JSON, ip-ranges.json\n' +
        'of AWS, or a calendar (.ics), whose events become days. Every entry is checked before anything is written.',
    )
    .argument('<name>', 'the set')
    .requiredOption('--file <file>', 'the list; - is standard input')
    .addOption(
      new Option('--format <format>', 'what the file is; auto looks at it').choices([...LIST_FORMATS]).default('auto'),
    )
    .option('--column <column>', 'of CSV: the name of the column, or its number from 1')
    .option('--header', 'of CSV: the first line names the columns')
    .option('--no-header', 'of CSV: it does not')
    .option(
      '--only-service <name>',
      'of ip-ranges.json: ranges of that service, such as EC2 (may be given several times)',
      collected,
    )
    .option(
      '--only-region <name>',
      'of ip-ranges.json: ranges of that region, or GLOBAL (may be given several times)',
      collected,
    )
    .option('--years <number>', 'of a calendar: for how many years from now on events recur', readYears, 2)
    .addOption(new Option('--kind <kind>', 'what the entries of a new set are').choices([...SET_KINDS]))
    .option('--note <text>', 'for entries that bring no note of their own');
  addTimezoneOption(addEndOptions(command)).option('--sync', 'also take out what the file does not list');
  addAccessOptions(command);
  addWriteOptions(command, '"set import NAME --file FILE"')
    .addHelpText(
      'after',
      `
Exit codes: 0 written (or nothing to change), 1 the list has mistakes, or the write is refused, 2 wrong usage or no store.

Examples:
  vpn-policy set import tor --file torbulkexitlist.txt --sync
  vpn-policy set import offices --file sites.csv --column cidr --dry-run
  curl -s https://ip-ranges.amazonaws.com/ip-ranges.json | vpn-policy set import aws --file - --only-service EC2 --only-region eu-west-1
  vpn-policy set import jp-holidays --file holidays.ics --years 3`,
    )
    .action(run((name: string, options: SetImportOptions) => setImport(name, options, command, surroundings)));
}

async function setImport(
  name: string,
  options: SetImportOptions,
  command: Command,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const clock = callerClock(options, surroundings);
  const endMs = readEnd(options, clock);
  const file = await readInput(options.file, surroundings);
  const request = {
    file,
    options: {
      format: options.format,
      column: options.column,
      header: options.header,
      services: options.onlyService ?? [],
      regions: options.onlyRegion ?? [],
      nowMs: clock.nowMs,
      years: options.years,
      timezone: options.timezone,
    },
    words: {
      ...(options.note !== undefined && { note: options.note }),
      ...(endMs !== undefined && { expiresAt: storedMoment(endMs, clock.zone) }),
    },
  };
  const access = await openAccess(options, surroundings);
  try {
    const reason = `set ${typedVerb(command, [name])}`;
    const { plan, policy, written } = await writePlanned(
      access,
      ({ document }) => {
        const set = findSet(document, name);
        return planImport(name, set, { ...request, kind: kindOf(name, set, options.kind) }, options, surroundings);
      },
      (step) => policyWrite(step, options, reason),
    );
    if (!plan.ok) {
      const report = { file: file.name, json: options.json, dryRun: options.dryRun === true };
      return reportWritten(refusedAsInvalid(toldIssues(plan.issues)), report, surroundings);
    }
    writeLines(
      surroundings.stderr,
      plan.list.remarks.map((remark) => messageLine(`${file.name}: ${remark}`)),
    );
    const lines = [
      ...importLines(name, file.name, plan, options),
      ...(endMs === undefined ? [] : [`Until ${echoedMoment(endMs, clock)}.`]),
    ];
    const data = { file: file.name, ...importData(plan, options) };
    return tellSetWrite({ policy, written }, { name, options, command, lines, data }, surroundings);
  } finally {
    access.close();
  }
}

type Accepted = Extract<ImportedList, { readonly ok: true }>;

interface SetImport extends OperationsPlan {
  readonly list: Accepted;
  readonly change: SetChange;
}

function planImport(
  name: string,
  set: PolicySet | undefined,
  request: ImportRequest,
  { sync = false }: SetImportOptions,
  surroundings: Surroundings,
): SetImport | Extract<ImportedList, { readonly ok: false }> {
  const list = importList(request, surroundings);
  if (!list.ok) return list;
  const { kind, entries } = list;
  const isLong = entries.length > MANY_ENTRIES;
  return withNotice(surroundings, `Comparing with the set ${name}`, isLong, () => {
    const change = changeOfSet(set ?? { kind, entries: [] }, entries, sync);
    const removed = sync ? change.others : [];
    return { ok: true, operations: setOperations(name, set, kind, { ...change, removed }), list, change };
  });
}

const MANY_ENTRIES = 20_000;

function kindOf(name: string, set: PolicySet | undefined, asked: SetKind | undefined): SetKind | undefined {
  if (set !== undefined && asked !== undefined && asked !== set.kind) {
    throw new CommandError(`the set ${name} is there already, of kind ${set.kind}: --kind ${asked} cannot be`);
  }
  return set?.kind ?? asked;
}

const MOST_TOLD = 20;

/** The first mistakes stand for all. */
function toldIssues(issues: readonly ListIssue[]) {
  const told = issues.slice(0, MOST_TOLD).map((issue) => ({ code: 'invalid-entry', where: '', ...issue }));
  const left = issues.length - told.length;
  if (left === 0) return told;
  return [...told, { code: 'invalid-entry', where: '', message: `and ${counted(left, 'more mistake')}` }];
}

function importLines(
  name: string,
  file: string,
  { list: { entries, repeats }, change: { added, changed, same, others } }: SetImport,
  { sync = false }: SetImportOptions,
): string[] {
  const all = counted(entries.length, 'entry', 'entries');
  const again = repeats === 0 ? '' : ` (${counted(repeats, 'repeat')} not counted)`;
  const parts = [
    `${number(added.length)} new`,
    ...(changed.length === 0 ? [] : [`${number(changed.length)} with another end or note`]),
    `${number(same.length)} there already`,
  ];
  const told =
    same.length === entries.length
      ? `${file}: all ${all}${again} are in the set ${name} already.`
      : `${file}: ${all}${again}: ${parts.join(', ')}.`;
  const rest = `${counted(others.length, 'entry', 'entries')} of the set ${others.length === 1 ? 'is' : 'are'} not in the file`;
  return [
    printable(told),
    ...(others.length === 0 ? [] : [`${rest}${sync ? ': taken out.' : '; --sync would take them out.'}`]),
  ];
}

function importData({ list: { kind, entries, repeats }, change }: SetImport, { sync = false }: SetImportOptions) {
  const { added, changed, same, others } = change;
  return {
    kind,
    entries: entries.length,
    repeats,
    added: added.length,
    changed: changed.length,
    alreadyThere: same.length,
    removed: sync ? others.length : 0,
    notInFile: others.length,
  };
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}

function readYears(text: string): number {
  const years = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (years < 1 || years > 10) throw new InvalidArgumentError('Accepted: 1 to 10.');
  return years;
}
