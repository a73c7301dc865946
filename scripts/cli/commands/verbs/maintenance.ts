/** `vpn-policy maintenance`: closes the VPN for a stretch of time. */
import type { Command } from 'commander';
import type { PolicyDocument } from '../../../../shared/engine/index.ts';
import { describeRule } from '../../../../shared/policy/index.ts';
import { type AccessOptions, addAccessOptions } from '../../access/access-options.ts';
import { CommandError, type ExitCode } from '../../exit-code.ts';
import { collected } from '../../input/repeated-option.ts';
import { endData } from '../../print/report-verb.ts';
import type { RunAction } from '../../run-action.ts';
import type { Surroundings } from '../../surroundings.ts';
import { addTimezoneOption, type CallerClock, callerClock, type TimezoneOptions } from '../../time/caller-zone.ts';
import { addEndOptions, type EndOptions, readEnd } from '../../time/end-options.ts';
import { echoedMoment, spanText } from '../../time/moment-text.ts';
import { readMoment, storedMoment } from '../../time/read-moment.ts';
import { type MaintenanceRequest, type PlannedMaintenance, planMaintenance } from '../../verbs/maintenance.ts';
import { readSubject } from '../../verbs/subject.ts';
import { addWriteOptions, type WriteOptions } from '../write-options.ts';
import { observingNotes, runVerb, type VerbReport } from './run-verb.ts';
import { addVpnEndpointOption, readMessage, readRuleId, type VpnEndpointOptions } from './verb-options.ts';

interface MaintenanceOptions extends AccessOptions, WriteOptions, EndOptions, TimezoneOptions, VpnEndpointOptions {
  readonly from: string;
  readonly exceptGroup?: readonly string[];
  readonly exceptUser?: readonly string[];
  readonly message: string;
  readonly id?: string;
}

const MINUTE_MS = 60_000;

export function addMaintenance(program: Command, surroundings: Surroundings, run: RunAction): void {
  const command = program
    .command('maintenance')
    .summary('close the VPN for a stretch of time')
    .description(
      'Refuses everyone from a time on, until another (the rule maintenance-DATE). New connections only: those that stand go\n' +
        'on, until aws ec2 terminate-client-vpn-connections ends them.',
    )
    .requiredOption('--from <time>', 'begins then: as --until, or now');
  addEndOptions(command);
  addTimezoneOption(command);
  addVpnEndpointOption(command)
    .option('--except-group <name>', 'whom it does not refuse (may be given several times)', collected)
    .option('--except-user <name>', 'whom it does not refuse, by user name (may be given several times)', collected)
    .option('--message <text>', 'what people are told; {until} is the end', readMessage, 'Maintenance until {until}.')
    .option('--id <id>', "the rule's id", readRuleId);
  addAccessOptions(command);
  addWriteOptions(command, 'the command, as "maintenance --from 22:00 --for 4h"')
    .addHelpText(
      'after',
      `
Exit codes: 0 written (or so already), 1 the policy fails a check, 2 wrong usage or no store.

Examples:
  vpn-policy maintenance --from "2026-11-29 22:00" --for 4h --timezone Asia/Tokyo --except-group vpn-admins
  vpn-policy maintenance --from now --until 06:00 --vpn-endpoint frankfurt --message "Back at {until}."
  vpn-policy unblock --id maintenance-2026-11-29`,
    )
    .action(run((options: MaintenanceOptions) => maintenance(options, command, surroundings)));
}

async function maintenance(
  options: MaintenanceOptions,
  command: Command,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { exceptGroup = [], exceptUser = [], vpnEndpoint = [], message, id } = options;
  const clock = callerClock(options, surroundings);
  const fromMs = readStart(options.from, clock);
  const untilMs = readEnd(options, clock, fromMs);
  if (untilMs === undefined) throw new CommandError('until when? Give --until TIME or --for DURATION');
  const request: MaintenanceRequest = {
    fromMs,
    untilMs,
    endpoints: vpnEndpoint,
    exceptGroups: exceptGroup.map((name) => readSubject('group', name, false, '--except-group')),
    exceptUsers: exceptUser.map((name) => readSubject('name', name, false, '--except-user')),
    message,
    id,
    clock,
  };
  return runVerb(
    {
      command,
      words: [],
      options,
      plan: (document) => planMaintenance(document, request),
      tell: (plan, before) => tellMaintenance(plan, before, request),
    },
    surroundings,
  );
}

/** `now` is the minute that has begun. */
function readStart(text: string, clock: CallerClock): number {
  const ms = readMoment(text, clock, '--from');
  return ms === clock.nowMs ? Math.floor(ms / MINUTE_MS) * MINUTE_MS : ms;
}

function tellMaintenance(
  { deed, rule }: PlannedMaintenance,
  before: PolicyDocument,
  { fromMs, untilMs, endpoints, clock }: MaintenanceRequest,
): VerbReport {
  const lasts = spanText(untilMs - fromMs);
  return {
    lines: [
      `${rule.id} (${deed}): ${describeRule(rule)}`,
      `From ${echoedMoment(fromMs, clock)}`,
      `Until ${echoedMoment(untilMs, clock)}: it lasts ${lasts}`,
    ],
    notes: observingNotes(endpoints, before),
    data: { from: storedMoment(fromMs, clock.zone), ...endData(untilMs, clock), deed, rule },
  };
}
