/** `vpn-policy detach`: has a Client VPN endpoint ask nobody about new connections. */
import type { Command } from 'commander';
import type { ExitCode } from '../exit-code.ts';
import type { RunAction } from '../run-action.ts';
import type { Surroundings } from '../surroundings.ts';
import { addEndpointOptions, type EndpointOptions, readEndpointId } from './endpoint-options.ts';

export function addDetach(program: Command, surroundings: Surroundings, run: RunAction): void {
  const command = program
    .command('detach')
    .summary('have a Client VPN endpoint ask nobody any more')
    .description(
      'Has a Client VPN endpoint ask nobody about new connections (EC2: ModifyClientVpnEndpoint), and waits until it is so. Whoever\n' +
        'authenticates may connect then: the way out when the handler itself is the trouble.',
    );
  addEndpointOptions(command, "the endpoint's AWS region (default: AWS_REGION, else that of the AWS profile)")
    .addHelpText(
      'after',
      `
Exit codes: 0 the endpoint asks nobody (also when it did not before), 1 there is no such endpoint, the answer
was no, or it does not say that it applied the change, 2 wrong usage, no credentials, no right or no answer.

Examples:
  vpn-policy detach --endpoint cvpn-endpoint-0a1b2c3d4e5f67890 --region eu-central-1
  aws ec2 modify-client-vpn-endpoint --client-vpn-endpoint-id cvpn-endpoint-0a1b2c3d4e5f67890 \\
    --client-connect-options Enabled=false                                  # the same without this command`,
    )
    .action(run((options: EndpointOptions) => detach(options, surroundings)));
}

async function detach(options: EndpointOptions, surroundings: Surroundings): Promise<ExitCode> {
  const endpointId = readEndpointId(options.endpoint);
  const [{ openClientVpn }, { changeAuthorization }] = await Promise.all([
    import('../ec2/client-vpn.ts'),
    import('../ec2/change-authorization.ts'),
  ]);
  const clientVpn = await openClientVpn(options.region, surroundings.env);
  try {
    return await changeAuthorization(
      clientVpn,
      {
        endpointId,
        asks: { enabled: false },
        dryRun: options.dryRun === true,
        yes: options.yes === true,
        json: options.json === true,
        done: ['Done: it asks nobody, and whoever authenticates may connect.'],
      },
      surroundings,
    );
  } finally {
    clientVpn.close();
  }
}
