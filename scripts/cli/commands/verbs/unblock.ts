/** `vpn-policy unblock`: takes away what refuses somebody alone, and says what still does. */
import type { Command } from 'commander';
import { parseInstantMs } from '../../../../shared/engine/index.ts';
import { describeRule } from '../../../../shared/policy/index.ts';
import { type AccessOptions, addAccessOptions } from '../../access/access-options.ts';
import { CommandError, type ExitCode } from '../../exit-code.ts';
import { collected } from '../../input/repeated-option.ts';
import type { RunAction } from '../../run-action.ts';
import type { Surroundings } from '../../surroundings.ts';
import { addTimezoneOption, type CallerClock, callerClock, type TimezoneOptions } from '../../time/caller-zone.ts';
import { fullMoment } from '../../time/moment-text.ts';
import { remedyFor } from '../../verbs/remedy.ts';
import { type AskedPolicy, askedSubject, standingOf } from '../../verbs/standing.ts';
import { calledSubject, readSubjects, type Subject } from '../../verbs/subject.ts';
import { planUnblock, type Unblocking, type UnblockRequest } from '../../verbs/unblock.ts';
import { addWriteOptions, type WriteOptions } from '../write-options.ts';
import { runVerb, type VerbReport } from './run-verb.ts';
import { addVpnEndpointOption, type VpnEndpointOptions } from './verb-options.ts';

interface UnblockOptions extends AccessOptions, WriteOptions, TimezoneOptions, VpnEndpointOptions {
  readonly ip?: readonly string[];
  readonly group?: readonly string[];
  readonly pattern?: boolean;
  readonly id?: readonly string[];
}

export function addUnblock(program: Command, surroundings: Surroundings, run: RunAction): void {
  const command = program
    .command('unblock')
    .summary('take away what block has made')
    .description(
      'Takes away every deny rule that is about just that name, group or range of addresses, whatever its id and whether in\n' +
        'force or not. What else refuses them (a set, a list of several, a wildcard) stays; it is told, each with the command\n' +
        'that changes it for them.',
    )
    .argument('[names...]', 'user names or common names of certificates, taken literally');
  command
    .option('--ip <addresses>', 'an address, a CIDR block or a range (may be given several times)', collected)
    .option('--group <name>', 'a group (may be given several times)', collected)
    .option('--pattern', '* and ? in names and groups are wildcards, as block --pattern has written them')
    .option(
      '--id <id>',
      'a deny rule by its id, such as maintenance-2026-11-29 (may be given several times)',
      collected,
    );
  addVpnEndpointOption(command);
  addTimezoneOption(command);
  addAccessOptions(command);
  addWriteOptions(command, 'the command, as "unblock batchi"')
    .addHelpText(
      'after',
      `
Exit codes: 0 something was taken away, 1 nothing was (nobody of them is blocked), or the policy fails a check, 2 wrong usage or no store.

Examples:
  vpn-policy unblock batchi
  vpn-policy unblock --ip 203.0.113.9 --reason "the scan was ours"
  vpn-policy unblock --id maintenance-2026-11-29`,
    )
    .action(run((names: string[], options: UnblockOptions) => unblock(names, options, command, surroundings)));
}

async function unblock(
  names: readonly string[],
  options: UnblockOptions,
  command: Command,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { group, ip, pattern, id = [], vpnEndpoint = [] } = options;
  const subjects = readSubjects({ names, groups: group, ips: ip, pattern }, 'refuse');
  if (subjects.length + id.length === 0) {
    throw new CommandError('whom? Give NAMES, --ip ADDRESSES, --group NAME or --id RULE');
  }
  const request: UnblockRequest = { subjects, endpoints: vpnEndpoint, ids: id };
  const clock = callerClock(options, surroundings);
  return runVerb(
    {
      command,
      words: names,
      options,
      plan: (document) => planUnblock(document, request),
      tell: (plan, _, after) => tellUnblock(plan, after, request, clock),
    },
    surroundings,
  );
}

function tellUnblock(
  { removed, removedExemptions, notBlocked }: Unblocking,
  after: AskedPolicy | undefined,
  { subjects, endpoints }: UnblockRequest,
  clock: CallerClock,
): VerbReport {
  const remaining =
    after === undefined ? [] : subjects.flatMap((subject) => remainingOf(subject, after, endpoints, clock));
  const told = { printTime: (time: string) => fullMoment(parseInstantMs(time), clock.zone) };
  return {
    lines: [...removed, ...removedExemptions].map((rule) => `${rule.id} (removed): ${describeRule(rule, told)}`),
    notes: [
      ...notBlocked.map((subject) => `no deny rule is about ${calledSubject(subject)} alone: nothing to take away`),
      ...remaining.map(({ asked, rule, says, always, remedy }) =>
        always
          ? `${asked} is still refused by ${rule} (${says}): ${remedy}`
          : `${asked} is also refused by ${rule}, under further conditions (${says}): ${remedy}`,
      ),
    ],
    data: {
      removed: [...removed, ...removedExemptions],
      notBlocked: notBlocked.map(calledSubject),
      stillRefusedBy: remaining.map(({ asked: _, ...told }) => told),
    },
  };
}

interface Remaining {
  readonly subject: string;
  /** The subject, or the one address of it of which this is said. */
  readonly asked: string;
  readonly rule: string;
  readonly says: string;
  /** False where it takes more than the subject, such as a time. */
  readonly always: boolean;
  readonly remedy: string;
}

function remainingOf(
  subject: Subject,
  policy: AskedPolicy,
  endpoints: readonly string[],
  { nowMs }: CallerClock,
): Remaining[] {
  const { refusedBy = [], refusedElsewhere = [] } = standingOf(policy, subject, endpoints, nowMs) ?? {};
  const { rules = [] } = policy.document;
  return rules
    .filter(({ id }) => refusedBy.includes(id) || refusedElsewhere.includes(id))
    .map((rule) => ({
      subject: calledSubject(subject),
      asked: askedSubject(subject),
      rule: rule.id,
      says: describeRule(rule),
      always: refusedBy.includes(rule.id),
      remedy: remedyFor(policy.document, rule.id, subject, nowMs),
    }));
}
