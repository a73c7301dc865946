/** `vpn-policy attach`: has a Client VPN endpoint ask the connect handler about every new connection. */
import { type Command, Option } from 'commander';
import { toEc2Error } from '../ec2/ec2-failure.ts';
import { type FunctionArn, readFunctionArn } from '../ec2/function-arn.ts';
import { CommandError, type ExitCode } from '../exit-code.ts';
import type { RunAction } from '../run-action.ts';
import type { Surroundings } from '../surroundings.ts';
import { writeLines } from '../terminal/output.ts';
import { addEndpointOptions, type EndpointOptions, readEndpointId } from './endpoint-options.ts';

interface AttachOptions extends EndpointOptions {
  readonly function: string;
}

export function addAttach(program: Command, surroundings: Surroundings, run: RunAction): void {
  const command = program
    .command('attach')
    .summary('have a Client VPN endpoint ask the connect handler')
    .description(
      'Has a Client VPN endpoint ask the connect handler about every new connection (EC2: ModifyClientVpnEndpoint), and waits\n' +
        'until it does. Standing connections stay. Publish a policy with "mode: observe" for the endpoint first: everything is\n' +
        'decided and logged then, and everybody is let in.',
    )
    .addOption(
      new Option(
        '--function <arn>',
        "the ARN of the handler's alias: the stack's output ConnectLiveAliasArn",
      ).makeOptionMandatory(),
    );
  addEndpointOptions(command, "the endpoint's AWS region (default: the function's, which it must be)")
    .addHelpText(
      'after',
      `
Exit codes: 0 the endpoint asks the function (also when it did before), 1 there is no such endpoint, the answer
was no, or it does not say that it applied the change, 2 wrong usage, no credentials, no right or no answer.

Examples:
  vpn-policy attach --endpoint cvpn-endpoint-0a1b2c3d4e5f67890 \\
    --function arn:aws:lambda:eu-central-1:123456789012:function:AWSClientVPN-policy-prod:live
  aws ec2 modify-client-vpn-endpoint --client-vpn-endpoint-id cvpn-endpoint-0a1b2c3d4e5f67890 \\
    --client-connect-options Enabled=true,LambdaFunctionArn=<the ARN>      # the same without this command`,
    )
    .action(run((options: AttachOptions) => attach(options, surroundings)));
}

async function attach(options: AttachOptions, surroundings: Surroundings): Promise<ExitCode> {
  const endpointId = readEndpointId(options.endpoint);
  const handler = readFunctionArn(options.function, '--function');
  if (options.region !== undefined && options.region !== handler.region) {
    throw new CommandError(
      `the function is in ${handler.region} and --region says ${options.region}: Client VPN asks functions of its own region alone`,
    );
  }
  await checkAccount(handler, surroundings);
  if (handler.qualifier === undefined) {
    writeLines(surroundings.stderr, [
      'vpn-policy: the ARN names no alias: the endpoint will ask the newest code, and provisioned concurrency is of no use to it',
    ]);
  }
  const [{ openClientVpn }, { changeAuthorization }] = await Promise.all([
    import('../ec2/client-vpn.ts'),
    import('../ec2/change-authorization.ts'),
  ]);
  const clientVpn = await openClientVpn(handler.region, surroundings.env);
  try {
    const exit = `vpn-policy detach --endpoint ${endpointId} --region ${handler.region}`;
    return await changeAuthorization(
      clientVpn,
      {
        endpointId,
        asks: { enabled: true, functionArn: handler.arn },
        dryRun: options.dryRun === true,
        yes: options.yes === true,
        json: options.json === true,
        done: ['Done: it asks about every new connection from now on; standing ones stay.', `Out again: ${exit}`],
      },
      surroundings,
    );
  } finally {
    clientVpn.close();
  }
}

/** EC2 knows the endpoints of the caller's account alone, and Client VPN asks functions of its own account alone. */
async function checkAccount({ account, region }: FunctionArn, { env }: Surroundings): Promise<void> {
  const { callerIdentity } = await import('../access/caller-identity.ts');
  const { arn } = await callerIdentity({ region }, env).catch((error: unknown) => {
    throw toEc2Error(error, `STS in ${region}`);
  });
  const own = arn.split(':')[4];
  if (own === account) return;
  throw new CommandError(
    `the function is in the AWS account ${account} and these credentials are of ${own}: Client VPN asks functions of its own account alone`,
  );
}
