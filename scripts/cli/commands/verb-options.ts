/** What the options of the everyday verbs have in common. */
import type { Command } from 'commander';

/** Collects an option that may be given several times. */
export function collected(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

export interface VpnEndpointOptions {
  readonly vpnEndpoint?: readonly string[];
}

/** Not `--endpoint`, which is DynamoDB's. */
export function addVpnEndpointOption(command: Command): Command {
  return command.option(
    '--vpn-endpoint <endpoint>',
    'only at this Client VPN endpoint: its id, or its name in the policy (may be given several times; default: everywhere)',
    collected,
  );
}
