/** The options that say which recorded decisions a command is about. */
import { type Command, Option } from 'commander';
import type { DecisionOutcome } from '../../../../shared/decision-log/index.ts';
import { type DecisionFilter, OUTCOMES } from '../../../../shared/decision-log/index.ts';

export interface DecisionFilterOptions {
  readonly user?: string;
  readonly rule?: string;
  readonly outcome?: DecisionOutcome;
  readonly vpnEndpoint?: string;
}

export function addDecisionFilter(command: Command): Command {
  return command
    .option('--user <name>', 'only this user: the whole user name (common name where there is none), or a pseudonym')
    .option('--rule <id>', 'only what this rule refused or ended, or in report mode applied to')
    .addOption(new Option('--outcome <outcome>', 'only these').choices(OUTCOMES))
    .option('--vpn-endpoint <endpoint>', 'only this endpoint: its id, or its name at the time');
}

export function decisionFilter({ user, rule, outcome, vpnEndpoint }: DecisionFilterOptions): DecisionFilter {
  return {
    ...(user !== undefined && { user }),
    ...(rule !== undefined && { rule }),
    ...(outcome !== undefined && { outcome }),
    ...(vpnEndpoint !== undefined && { endpoint: vpnEndpoint }),
  };
}
