/** `vpn-policy connections`: who is in now, and what the policy says of each. */
import type { Command } from 'commander';
import { addEnforcerAccessOptions, type EnforcerOptions, openEnforcer } from '../../access/enforcer-options.ts';
import { EXIT, type ExitCode } from '../../exit-code.ts';
import { connectionsLine, connectionTable } from '../../print/report-connections.ts';
import type { RunAction } from '../../run-action.ts';
import type { Surroundings } from '../../surroundings.ts';
import { paintFor, writeJson, writeLines } from '../../terminal/output.ts';
import { tableLines } from '../../terminal/table.ts';
import { addTimezoneOption, callerClock, type TimezoneOptions } from '../../time/caller-zone.ts';
import { observeNote } from './observe-note.ts';

interface ConnectionsOptions extends EnforcerOptions, TimezoneOptions {
  readonly user?: string;
  readonly vpnEndpoint?: string;
  readonly wouldRefuse?: boolean;
  readonly json?: boolean;
}

export function addConnections(program: Command, surroundings: Surroundings, run: RunAction): void {
  const command = program
    .command('connections')
    .summary('tell who is connected, and what the policy says of them now')
    .description(
      'Lists the connections that stand, the longest first: who, from where, since when, which rules let them in, and what the\n' +
        'policy says of them now. Those whose decision is not on record nobody can judge: they go on.',
    )
    .option('--user <name>', 'only this user: the whole user name (common name where there is none)')
    .option('--vpn-endpoint <endpoint>', 'only this Client VPN endpoint: its id, or its name in the policy')
    .option('--would-refuse', 'only those that the policy refuses now, those in grace included');
  addEnforcerAccessOptions(addTimezoneOption(command))
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      `
Exit codes: 0 listed, 1 no policy has been published yet, 2 wrong usage or no enforcer.

Examples:
  vpn-policy connections --user batchi
  vpn-policy connections --would-refuse --vpn-endpoint frankfurt --json`,
    )
    .action(run((options: ConnectionsOptions) => connections(options, surroundings)));
}

async function connections(options: ConnectionsOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { stdout, stderr, env } = surroundings;
  const clock = callerClock(options, surroundings);
  const { user, vpnEndpoint: endpoint, wouldRefuse } = options;
  const enforcer = await openEnforcer(options, surroundings);
  try {
    const list = await enforcer.list({ user, endpoint, ...(wouldRefuse && { wouldRefuse }) });
    if (options.json) {
      writeJson(stdout, list);
      return EXIT.ok;
    }
    const table = connectionTable(list.connections, clock);
    writeLines(stdout, [
      ...(table.rows.length === 0 ? [] : [...tableLines(table, paintFor(stdout, env), stdout.columns), '']),
      connectionsLine(list, clock),
    ]);
    writeLines(stderr, observeNote(list));
    return EXIT.ok;
  } finally {
    enforcer.close();
  }
}
