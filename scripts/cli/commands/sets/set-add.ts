/** `vpn-policy set add`: puts values into a set. */
import { type Command, Option } from 'commander';
import {
  type PolicyDocument,
  type PolicySet,
  parseInstantMs,
  SET_KINDS,
  type SetEntry,
  type SetKind,
  shown,
} from '../../../../shared/engine/index.ts';
import { entryValue } from '../../../../shared/policy/index.ts';
import { type AccessOptions, addAccessOptions, openAccess } from '../../access/access-options.ts';
import { CommandError, type ExitCode } from '../../exit-code.ts';
import type { RunAction } from '../../run-action.ts';
import { checkValues } from '../../sets/check-values.ts';
import { findSet, noSuchSet } from '../../sets/find-set.ts';
import { changeOfSet, type SetChange, setOperations } from '../../sets/set-change.ts';
import type { Surroundings } from '../../surroundings.ts';
import { printable } from '../../terminal/output.ts';
import { addTimezoneOption, type CallerClock, callerClock, type TimezoneOptions } from '../../time/caller-zone.ts';
import { addEndOptions, type EndOptions, readEnd } from '../../time/end-options.ts';
import { echoedMoment, fullMoment } from '../../time/moment-text.ts';
import { storedMoment } from '../../time/read-moment.ts';
import { typedVerb } from '../typed-command.ts';
import { addWriteOptions, policyWrite, type WriteOptions } from '../write-options.ts';
import { writePlanned } from '../write-planned.ts';
import { tellSetWrite } from './tell-set-write.ts';

interface SetAddOptions extends AccessOptions, WriteOptions, EndOptions, TimezoneOptions {
  readonly note?: string;
  readonly create?: SetKind;
}

export function addSetAdd(set: Command, surroundings: Surroundings, run: RunAction): void {
  const command = set
    .command('add')
    .summary('put values into a set')
    .description(
      'Puts values into a set, as one revision. One that is there already takes the end and the note that are given;\n' +
        'without --until or --for it is there to stay, and without --note it keeps its note.',
    )
    .argument('<name>', 'the set')
    .argument('<values...>', 'addresses, CIDR blocks and ranges, names, or days, as the set has them')
    .option('--note <text>', 'what the values are, for people');
  addTimezoneOption(addEndOptions(command)).addOption(
    new Option('--create <kind>', 'make the set where there is none').choices([...SET_KINDS]),
  );
  addAccessOptions(command);
  addWriteOptions(command, '"set add NAME VALUES"')
    .addHelpText(
      'after',
      `
Exit codes: 0 written (or nothing to change), 1 there is no such set or the write is refused, 2 wrong usage or no store.

Examples:
  vpn-policy set add offices 198.51.100.0/24 --note "Osaka"
  vpn-policy set add leavers batchi user-0481 --until "friday 18:00" --reason HR-77
  vpn-policy set add partners 203.0.113.9 --create ip --for 2w`,
    )
    .action(
      run((name: string, values: string[], options: SetAddOptions) =>
        setAdd(name, values, options, command, surroundings),
      ),
    );
}

async function setAdd(
  name: string,
  values: readonly string[],
  options: SetAddOptions,
  command: Command,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const clock = callerClock(options, surroundings);
  const endMs = readEnd(options, clock);
  const end = endMs === undefined ? {} : { expiresAt: storedMoment(endMs, clock.zone) };
  const note = options.note === undefined ? {} : { note: options.note };
  const access = await openAccess(options, surroundings);
  try {
    const reason = `set ${typedVerb(command, [name, ...values])}`;
    const write = await writePlanned(
      access,
      ({ document }) => {
        const set = findSet(document, name);
        const kind = kindOf(name, set, document, options.create);
        const change = changeOfSet(set ?? { kind, entries: [] }, checkValues(values, kind, { ...note, ...end }), false);
        return { ok: true, operations: setOperations(name, set, kind, { ...change, removed: [] }), change };
      },
      (step) => policyWrite(step, options, reason),
    );
    const { plan } = write;
    const lines = [
      ...changeLines(plan.change, clock),
      ...(endMs === undefined ? [] : [`Until ${echoedMoment(endMs, clock)}.`]),
    ];
    const data = { ...changeData(plan.change), ...(endMs !== undefined && { ...end, timezone: clock.zone }) };
    return tellSetWrite(write, { name, options, command, lines, data }, surroundings);
  } finally {
    access.close();
  }
}

function kindOf(
  name: string,
  set: PolicySet | undefined,
  document: PolicyDocument,
  created: SetKind | undefined,
): SetKind {
  const kind = set?.kind ?? created;
  if (kind === undefined) throw noSuchSet(name, document, '--create ip makes it (or another kind)');
  if (created === undefined || created === kind) return kind;
  throw new CommandError(`the set ${name} is there already, of kind ${kind}: --create ${created} cannot be`);
}

function changeLines({ same, changed }: SetChange, clock: CallerClock): string[] {
  return [
    ...(same.length === 0 ? [] : [`Already there: ${listed(same.map(entryValue))}`]),
    ...(changed.length === 0 ? [] : [`Changed: ${listed(changed.map(({ before }) => formerWords(before, clock)))}`]),
  ].map(printable);
}

const MOST_TOLD = 20;

function listed(texts: readonly string[]): string {
  if (texts.length <= MOST_TOLD) return texts.join(', ');
  return `${texts.slice(0, MOST_TOLD).join(', ')} and ${texts.length - MOST_TOLD} more`;
}

/** `203.0.113.9 (was there without an end, "Osaka")` */
function formerWords(before: SetEntry, { zone }: CallerClock): string {
  const { value, expiresAt, note } = typeof before === 'string' ? { value: before } : before;
  const end = expiresAt === undefined ? 'without an end' : `until ${fullMoment(parseInstantMs(expiresAt), zone)}`;
  return `${value} (was there ${end}${note === undefined ? '' : `, ${shown(note)}`})`;
}

function changeData({ added, changed, same }: SetChange): object {
  return { added, changed, alreadyThere: same };
}
