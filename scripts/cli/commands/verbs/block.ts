/** `vpn-policy block`: refuses people, groups or addresses, for a while or for good. */
import type { Command } from 'commander';
import type { DenyRule } from '../../../../shared/engine/index.ts';
import { addAccessOptions } from '../../access/access-options.ts';
import type { EnforcerAccess } from '../../access/enforcer-access.ts';
import { CommandError, EXIT, type ExitCode } from '../../exit-code.ts';
import { collected } from '../../input/repeated-option.ts';
import { doneLine, endData, standingLine } from '../../print/report-verb.ts';
import type { RunAction } from '../../run-action.ts';
import type { Surroundings } from '../../surroundings.ts';
import { addTimezoneOption, callerClock, type TimezoneOptions } from '../../time/caller-zone.ts';
import { addEndOptions, type EndOptions, readEnd } from '../../time/end-options.ts';
import { type BlockRequest, planBlock } from '../../verbs/block.ts';
import type { DoneRule } from '../../verbs/lasting-plan.ts';
import { shellWords } from '../../verbs/shell-words.ts';
import { type AskedPolicy, askedPolicy, askedSubject, standingOf } from '../../verbs/standing.ts';
import { calledSubject, readSubjects, type Subject } from '../../verbs/subject.ts';
import { addWriteOptions, type Confirmed, type WriteOptions } from '../write-options.ts';
import { addDisconnectOption, type DisconnectOptions, endRefused, withEnforcer } from './disconnect.ts';
import { type Afterwards, observingNotes, runVerb, type VerbReport } from './run-verb.ts';
import { addVpnEndpointOption, readMessage, readRuleId, type VpnEndpointOptions } from './verb-options.ts';
import { wouldEnd } from './would-end.ts';

interface BlockOptions
  extends DisconnectOptions,
    WriteOptions<Confirmed>,
    EndOptions,
    TimezoneOptions,
    VpnEndpointOptions {
  readonly ip?: readonly string[];
  readonly group?: readonly string[];
  readonly message?: string;
  readonly final?: boolean;
  readonly pattern?: boolean;
  readonly replace?: boolean;
  readonly id?: string;
}

export function addBlock(program: Command, surroundings: Surroundings, run: RunAction): void {
  const command = program
    .command('block')
    .summary('refuse people, groups or addresses, for a while or for good')
    .description(
      'Refuses each of the named with a deny rule of its own (block-NAME). A name is refused however they log in: as user name\n' +
        'or certificate, as NAME, DOMAIN\\NAME or NAME@anything. Who is refused so already is refused longer. Connections\n' +
        'that stand end with --disconnect at once, else when the enforcer, where it is on, next looks.',
    )
    .argument('[names...]', 'user names or common names of certificates, taken literally');
  command
    .option('--ip <addresses>', 'an address, a CIDR block or a range (may be given several times)', collected)
    .option('--group <name>', 'a group (may be given several times)', collected)
    .option('--pattern', '* and ? in names and groups are wildcards');
  addVpnEndpointOption(command);
  addEndOptions(command);
  addTimezoneOption(command)
    .option('--message <text>', 'what they are told; {until} is the end', readMessage)
    .option('--final', 'no exempt rule lifts it')
    .option('--replace', 'end a block sooner than it would')
    .option('--id <id>', "the rule's id", readRuleId);
  addDisconnectOption(command, 'also end the connections that it refuses, now');
  addAccessOptions(command);
  addWriteOptions(command, 'the command, as "block batchi --for 2h"', true)
    .addHelpText(
      'after',
      `
Exit codes: 0 refused (or refused already), 1 the policy fails a check, the block in force would end sooner, or it is written and
--disconnect did not end all, 2 wrong usage or no store.

Examples:
  vpn-policy block batchi --for 2h
  vpn-policy block batchi --disconnect
  vpn-policy block batchi user-0481 --until "friday 18:00" --timezone Asia/Tokyo --reason "HR-77"
  vpn-policy block --ip 203.0.113.9 --ip 198.51.100.0/24 --for 3d
  vpn-policy block --group contractors --vpn-endpoint frankfurt --message "Closed to contractors until {until}." --for 1w`,
    )
    .action(run((names: string[], options: BlockOptions) => block(names, options, command, surroundings)));
}

async function block(
  names: readonly string[],
  options: BlockOptions,
  command: Command,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const subjects = readSubjects({ names, groups: options.group, ips: options.ip, pattern: options.pattern }, 'refuse');
  if (subjects.length === 0) throw new CommandError('whom? Give NAMES, --ip ADDRESSES or --group NAME');
  if (options.id !== undefined && subjects.length > 1) throw new CommandError('--id is for one rule: give one name');
  if (options.confirm?.includes('share') && !options.disconnect) {
    throw new CommandError('--confirm share is for --disconnect: without it nobody is ended');
  }
  const clock = callerClock(options, surroundings);
  const request: BlockRequest = {
    subjects,
    endpoints: options.vpnEndpoint ?? [],
    endMs: readEnd(options, clock),
    message: options.message,
    final: options.final === true,
    id: options.id,
    replace: options.replace === true,
    everybody: options.confirm?.includes('lockout') === true,
    disconnect: options.disconnect === true,
    clock,
  };
  const end = { request, names, options, command, surroundings };
  return withEnforcer(options, surroundings, (enforcer) =>
    runVerb(
      {
        command,
        words: names,
        options,
        plan: (document) => planBlock(document, request),
        tell: ({ done }, before, after) => tellBlock(done, askedPolicy(before), after, request),
        afterwards:
          enforcer && (({ done }, after, reason) => endBlocked(enforcer, idsOf(done), { ...end, after, reason })),
      },
      surroundings,
    ),
  );
}

interface BlockEnd {
  readonly request: BlockRequest;
  readonly names: readonly string[];
  readonly options: BlockOptions;
  readonly command: Command;
  readonly surroundings: Surroundings;
  readonly after: AskedPolicy;
  readonly reason: string;
}

async function endBlocked(
  enforcer: EnforcerAccess,
  refusedBy: readonly string[],
  { request, names: words, options, command, surroundings, after, reason }: BlockEnd,
): Promise<Afterwards> {
  const { subjects, clock } = request;
  if (options.dryRun) {
    if (subjects.every(({ kind }) => kind !== 'group')) {
      return wouldEnd(enforcer, after, refusedBy, clock, surroundings);
    }
    const line = 'Whom of a group it would end can be told once the rule is there, and not before.';
    return { lines: [line], notes: [], data: {}, exitCode: EXIT.ok };
  }
  const [only] = subjects.length === 1 ? subjects : [];
  const byHand = `vpn-policy kick ${only?.kind === 'name' && !options.pattern ? `--user ${shellWords([only.typed])}` : 'CONNECTION…'}`;
  const confirm = options.confirm?.includes('share') === true;
  return endRefused(enforcer, { refusedBy, confirm, reason, command, words, byHand }, surroundings);
}

function idsOf(done: readonly DoneRule[]): string[] {
  return done.map(({ rule }) => rule.id);
}

function tellBlock(
  done: readonly DoneRule[],
  before: AskedPolicy,
  after: AskedPolicy | undefined,
  { endpoints, endMs, disconnect, clock }: BlockRequest,
): VerbReport {
  const rules = done.map(({ subject, deed, rule }) => {
    const standing = (policy: AskedPolicy | undefined) => policy && standingOf(policy, subject, endpoints, clock.nowMs);
    return {
      subject: calledSubject(subject),
      asked: askedSubject(subject),
      deed,
      rule,
      alsoRefusedBy: standing(before)?.refusedBy.filter((id) => id !== rule.id) ?? [],
      liftedBy: standing(after)?.lifted.get(rule.id) ?? [],
    };
  });
  return {
    lines: [
      ...rules.map((told) => doneLine(told, clock)),
      ...(disconnect ? [] : new Set(done.map(({ rule }) => standingLine(rule as DenyRule)))), // it makes no others
    ],
    notes: [
      ...rules.flatMap(({ asked, rule, alsoRefusedBy, liftedBy }) => [
        ...(alsoRefusedBy.length === 0 ? [] : [`${asked} is refused by ${alsoRefusedBy.join(', ')} already`]),
        ...(liftedBy.length === 0
          ? []
          : [
              `warning: ${rule.id} does not refuse ${asked} now: ${liftedBy.join(', ')} lifts it; --final lets nothing lift it`,
            ]),
      ]),
      ...done.flatMap(({ subject }) => otherForms(subject)),
      ...observingNotes(endpoints, before.document),
    ],
    data: { ...endData(endMs, clock), rules: rules.map(({ asked: _, ...told }) => told) },
  };
}

/** Who is blocked as `CORP\\batchi` may still log in as `batchi`. */
function otherForms({ kind, typed }: Subject): string[] {
  const [bare = ''] = (kind === 'name' ? typed : '').replace(/^.*\\/s, '').split('@');
  if (bare === '' || bare === typed) return [];
  return [
    `${typed} is refused in this form alone, and not as ${bare}: vpn-policy block ${shellWords([bare])} refuses every form`,
  ];
}
