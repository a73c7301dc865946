/** What `attach` and `detach` take alike. */
import { type Command, Option } from 'commander';
import { ENDPOINT_ID, shown } from '../../../shared/engine/index.ts';
import { CommandError } from '../exit-code.ts';
import { onOneLine } from '../terminal/output.ts';

export interface EndpointOptions {
  readonly endpoint: string;
  readonly region?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function addEndpointOptions(command: Command, regionText: string): Command {
  return command
    .addOption(new Option('--endpoint <id>', 'the Client VPN endpoint: cvpn-endpoint-…').makeOptionMandatory())
    .option('--region <region>', regionText)
    .option('--dry-run', 'show what would change, and ask AWS whether these credentials may do it')
    .option('--yes', 'do not ask')
    .option('--json', 'for programs: JSON on stdout');
}

/** Throws a CommandError. */
export function readEndpointId(text: string): string {
  if (ENDPOINT_ID.test(text)) return text;
  throw new CommandError(
    onOneLine(
      `--endpoint: ${shown(text)} is no id of a Client VPN endpoint; accepted: such as cvpn-endpoint-0a1b2c3d4e5f67890`,
    ),
  );
}
