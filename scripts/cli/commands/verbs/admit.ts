/** `vpn-policy admit`: lets somebody in, for a while, perhaps past deny rules. */
import { type Command, Option } from 'commander';
import type { PolicyDocument } from '../../../../shared/engine/index.ts';
import { describeRule } from '../../../../shared/policy/index.ts';
import { type AccessOptions, addAccessOptions } from '../../access/access-options.ts';
import { CommandError, type ExitCode } from '../../exit-code.ts';
import { collected } from '../../input/repeated-option.ts';
import { doneLine, endData } from '../../print/report-verb.ts';
import type { RunAction } from '../../run-action.ts';
import type { Surroundings } from '../../surroundings.ts';
import { addTimezoneOption, callerClock, type TimezoneOptions } from '../../time/caller-zone.ts';
import { addEndOptions, type EndOptions, readEnd } from '../../time/end-options.ts';
import { type AdmitRequest, planAdmit } from '../../verbs/admit.ts';
import type { DoneRule } from '../../verbs/lasting-plan.ts';
import { type AskedPolicy, askedSubject, type Standing, standingOf } from '../../verbs/standing.ts';
import { calledSubject, readSubjects } from '../../verbs/subject.ts';
import { addWriteOptions, type WriteOptions } from '../write-options.ts';
import { runVerb, type VerbReport } from './run-verb.ts';
import { addVpnEndpointOption, readRuleId, type VpnEndpointOptions } from './verb-options.ts';

interface AdmitOptions extends AccessOptions, WriteOptions, EndOptions, TimezoneOptions, VpnEndpointOptions {
  readonly commonName?: readonly string[];
  readonly group?: readonly string[];
  readonly ip?: readonly string[];
  readonly from?: readonly string[];
  /** False: without end. */
  readonly end: boolean;
  readonly replace?: boolean;
  readonly id?: string;
}

export function addAdmit(program: Command, surroundings: Surroundings, run: RunAction): void {
  const command = program
    .command('admit')
    .summary('let people, groups or addresses in, for a while')
    .description(
      'Lets each of the named in with a rule of its own (admit-NAME), which ends by itself. With --from it lifts those deny\n' +
        'rules for them (an exempt rule); without, it admits them where no deny rule refuses (an allow rule). Then it says what\n' +
        'the policy decides on them, by what was given alone.',
    )
    .argument('[names...]', 'user names, taken literally');
  command
    .option('--common-name <name>', 'of a client certificate (may be given several times)', collected)
    .option('--group <name>', 'a group (may be given several times)', collected)
    .option('--ip <addresses>', 'an address, a CIDR block or a range (may be given several times)', collected)
    .option(
      '--from <rule>',
      "a deny rule to be lifted (may be given several times); '*': all that are not final",
      collected,
    );
  addVpnEndpointOption(command);
  addEndOptions(command);
  addTimezoneOption(command)
    .addOption(new Option('--no-end', 'for good').conflicts(['until', 'for']))
    .option('--replace', 'end an admission sooner than it would')
    .option('--id <id>', "the rule's id", readRuleId);
  addAccessOptions(command);
  addWriteOptions(command, 'the command, as "admit batchi --for 2h"')
    .addHelpText(
      'after',
      `
Exit codes: 0 written (or so already), 1 a rule of --from is not there or final, the policy fails a check or the admission in force would end sooner, 2 wrong usage or no store.

Examples:
  vpn-policy admit batchi --until 18:00 --from patch-night
  vpn-policy admit --ip 198.51.100.0/24 --for 3d --reason "the hotel of the offsite"
  vpn-policy admit --common-name client1.domain.tld --until "friday 18:00" --from '*'`,
    )
    .action(run((names: string[], options: AdmitOptions) => admit(names, options, command, surroundings)));
}

async function admit(
  names: readonly string[],
  options: AdmitOptions,
  command: Command,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { commonName, group, ip, from, id, vpnEndpoint = [] } = options;
  const subjects = readSubjects({ names, commonNames: commonName, groups: group, ips: ip }, 'grant');
  if (subjects.length === 0)
    throw new CommandError('whom? Give NAMES, --common-name NAME, --group NAME or --ip ADDRESSES');
  if (id !== undefined && subjects.length > 1) throw new CommandError('--id is for one rule: give one name');
  if (from?.includes('*') && from.length > 1)
    throw new CommandError("--from '*' stands for every deny rule: give it alone");
  const clock = callerClock(options, surroundings);
  const endMs = readEnd(options, clock);
  if (endMs === undefined && options.end) {
    throw new CommandError('until when? Give --until TIME or --for DURATION; --no-end on purpose');
  }
  const request: AdmitRequest = {
    subjects,
    endpoints: vpnEndpoint,
    endMs,
    from: from?.includes('*') ? '*' : from,
    id,
    replace: options.replace === true,
    clock,
  };
  return runVerb(
    {
      command,
      words: names,
      options,
      plan: (document) => planAdmit(document, request),
      tell: ({ done }, _, after) => tellAdmit(done, after, request),
    },
    surroundings,
  );
}

function tellAdmit(
  done: readonly DoneRule[],
  after: AskedPolicy | undefined,
  { endpoints, endMs, clock }: AdmitRequest,
): VerbReport {
  const rules = done.map(({ subject, deed, rule }) => {
    const standing = after && standingOf(after, subject, endpoints, clock.nowMs);
    return { subject: calledSubject(subject), asked: askedSubject(subject), deed, rule, standing };
  });
  const known = rules.flatMap(({ asked, standing }) => (standing === undefined ? [] : [{ asked, standing }]));
  return {
    lines: [
      ...rules.map((told) => doneLine(told, clock)),
      ...known.flatMap(({ asked, standing }) => {
        const by = standing.admittedBy.length === 0 ? 'by default' : `by ${standing.admittedBy.join(', ')}`;
        return isAdmitted(standing) ? [`${asked} is admitted now, ${by}`] : [];
      }),
    ],
    notes: known.flatMap(({ asked, standing }) => whatKeepsOut(asked, standing, after?.document)),
    data: {
      ...endData(endMs, clock),
      rules: rules.map(({ asked: _, standing, ...told }) => ({
        ...told,
        ...(standing && { admitted: isAdmitted(standing), refusedBy: standing.refusedBy }),
      })),
    },
  };
}

function isAdmitted({ refusedBy, admittedBy, byDefault }: Standing): boolean {
  return refusedBy.length === 0 && (admittedBy.length > 0 || byDefault === 'allow');
}

function whatKeepsOut(
  subject: string,
  standing: Standing,
  { rules = [] }: Pick<PolicyDocument, 'rules'> = {},
): string[] {
  if (isAdmitted(standing)) return [];
  if (standing.refusedBy.length === 0) {
    return [
      `nothing admits ${subject} by that alone: other rules may, by address or time; so does admit without --from`,
    ];
  }
  return rules.flatMap((rule) => {
    if (rule.effect !== 'deny' || !standing.refusedBy.includes(rule.id)) return [];
    const remedy = rule.final === true ? 'it is final, so that nothing lifts it' : `add --from ${rule.id}`;
    return [`${subject} is still refused by ${rule.id} (${describeRule(rule)}): ${remedy}`];
  });
}
