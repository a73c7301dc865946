/** What the options of the everyday verbs have in common. */
import { type Command, InvalidArgumentError } from 'commander';
import { DEFAULT_RULE, PolicyValueError, parseMessage, RULE_ID } from '../../../../shared/engine/index.ts';
import { collected } from '../../input/repeated-option.ts';

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

export function readMessage(text: string): string {
  try {
    parseMessage(text);
    return text;
  } catch (error) {
    if (error instanceof PolicyValueError) throw new InvalidArgumentError(`${error.message}.`);
    throw error;
  }
}

export function readRuleId(text: string): string {
  if (RULE_ID.test(text) && text !== DEFAULT_RULE) return text;
  throw new InvalidArgumentError('Accepted: letters a to z, digits and hyphens, at most 63, such as block-batchi.');
}
