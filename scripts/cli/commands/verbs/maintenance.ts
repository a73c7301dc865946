/** `vpn-policy maintenance`: closes the VPN for a stretch of time. */
import type { Command } from 'commander';
import type { PolicyDocument } from '../../../../shared/engine/index.ts';
import { describeRule } from '../../../../shared/policy/index.ts';
import { addAccessOptions } from '../../access/access-options.ts';
import { CommandError, type ExitCode } from '../../exit-code.ts';
import { collected } from '../../input/repeated-option.ts';
import { endData, standingLine } from '../../print/report-verb.ts';
import type { RunAction } from '../../run-action.ts';
import type { Surroundings } from '../../surroundings.ts';
import { addTimezoneOption, type CallerClock, callerClock, type TimezoneOptions } from '../../time/caller-zone.ts';
import { readGrace } from '../../time/duration.ts';
import { addEndOptions, type EndOptions, readEnd } from '../../time/end-options.ts';
import { echoedMoment, spanText } from '../../time/moment-text.ts';
import { readMoment, storedMoment } from '../../time/read-moment.ts';
import { type MaintenanceRequest, type PlannedMaintenance, planMaintenance } from '../../verbs/maintenance.ts';
import { readSubject } from '../../verbs/subject.ts';
import { addWriteOptions, type WriteOptions } from '../write-options.ts';
import { addDisconnectOption, type DisconnectOptions, withEnforcer } from './disconnect.ts';
import { endByPass, lookAhead } from './enforced-by-pass.ts';
import { observingNotes, runVerb, type VerbReport } from './run-verb.ts';
import { addVpnEndpointOption, readMessage, readRuleId, type VpnEndpointOptions } from './verb-options.ts';

interface MaintenanceOptions extends DisconnectOptions, WriteOptions, EndOptions, TimezoneOptions, VpnEndpointOptions {
  readonly from: string;
  readonly exceptGroup?: readonly string[];
  readonly exceptUser?: readonly string[];
  readonly message: string;
  readonly grace?: string;
  readonly id?: string;
}

const MINUTE_MS = 60_000;

export function addMaintenance(program: Command, surroundings: Surroundings, run: RunAction): void {
  const command = program
    .command('maintenance')
    .summary('close the VPN for a stretch of time')
    .description(
      'Refuses everyone from a time on, until another (the rule maintenance-DATE). New connections only: those that stand go\n' +
        'on. With --disconnect the enforcer ends them, too, as it begins: all but those excepted, however many they are. That is\n' +
        'what its passes do where it is on (ENFORCER_MODE=enforce); with --from now one is made at once.',
    )
    .requiredOption('--from <time>', 'begins then: as --until, or now');
  addEndOptions(command);
  addTimezoneOption(command);
  addVpnEndpointOption(command)
    .option('--except-group <name>', 'whom it does not refuse (may be given several times)', collected)
    .option('--except-user <name>', 'whom it does not refuse, by user name (may be given several times)', collected)
    .option('--message <text>', 'what people are told; {until} is the end', readMessage, 'Maintenance until {until}.')
    .option('--id <id>', "the rule's id", readRuleId);
  addDisconnectOption(command, 'the enforcer also ends the connections that stand then').option(
    '--grace <duration>',
    'with --disconnect: they go on for so long when it begins, such as 10m; at most 24h',
  );
  addAccessOptions(command);
  addWriteOptions(command, 'the command, as "maintenance --from 22:00 --for 4h"')
    .addHelpText(
      'after',
      `
Exit codes: 0 written (or so already), 1 the policy fails a check, or it is written and EC2 did not end some or the enforcer does
not answer, 2 wrong usage or no store.

Examples:
  vpn-policy maintenance --from "2026-11-29 22:00" --for 4h --timezone Asia/Tokyo --except-group vpn-admins
  vpn-policy maintenance --from now --until 06:00 --vpn-endpoint frankfurt --message "Back at {until}."
  vpn-policy maintenance --from "2026-11-29 22:00" --for 4h --except-group vpn-admins --disconnect --grace 10m
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
  const disconnect = options.disconnect === true;
  if (options.grace !== undefined && !disconnect) throw new CommandError('--grace is for --disconnect');
  const grace = options.grace === undefined ? undefined : readGrace(options.grace, '--grace');
  const request: MaintenanceRequest = {
    fromMs,
    untilMs,
    endpoints: vpnEndpoint,
    exceptGroups: exceptGroup.map((name) => readSubject('group', name, false, '--except-group')),
    exceptUsers: exceptUser.map((name) => readSubject('name', name, false, '--except-user')),
    message,
    disconnect: disconnect ? { grace } : undefined,
    id,
    clock,
  };
  const isAtOnce = fromMs <= clock.nowMs && grace === undefined && options.dryRun !== true;
  return withEnforcer(options, surroundings, (enforcer) =>
    runVerb(
      {
        command,
        words: [],
        options,
        plan: (document) => planMaintenance(document, request),
        tell: (plan, before) => tellMaintenance(plan, before, request),
        afterwards:
          enforcer &&
          ((_, __, reason) => (isAtOnce ? endByPass(enforcer, reason, surroundings) : lookAhead(enforcer, reason))),
      },
      surroundings,
    ),
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
      standingLine(rule),
    ],
    notes: observingNotes(endpoints, before),
    data: { from: storedMoment(fromMs, clock.zone), ...endData(untilMs, clock), deed, rule },
  };
}
