/** What EC2, STS and the SDK throw, in an operator's terms: what failed, where, what to do. */
import { tellCredentials } from '../access/store-failure.ts';
import { errorFacts } from '../error-facts.ts';
import { CommandError, EXIT } from '../exit-code.ts';
import { onOneLine } from '../terminal/output.ts';

/** `place` is what was asked about: `Client VPN endpoint cvpn-endpoint-… in eu-west-1`. */
export function toEc2Error(error: unknown, place: string): CommandError {
  if (error instanceof CommandError) return error;
  const { name, message: text, code } = errorFacts(error);
  const message = onOneLine(text);
  const failed = (line: string, exitCode: 1 | 2 = EXIT.usage) => new CommandError(line, exitCode, { cause: error });
  switch (code || name) {
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return failed(`no answer for ${place} (${code || name}): check --region and the network`);
  }
  switch (name) {
    case 'InvalidClientVpnEndpointId.NotFound':
      return failed(`there is no ${place}: check --endpoint, --region and the AWS account`, EXIT.checkFailed);
    case 'InvalidClientVpnEndpointId.Malformed':
      return failed(`${place}: this is no id of an endpoint; accepted: such as cvpn-endpoint-0a1b2c3d4e5f67890`);
    case 'UnauthorizedOperation':
      return failed(
        `these credentials may not do this with ${place} (it takes ec2:DescribeClientVpnEndpoints and ec2:ModifyClientVpnEndpoint): ${message}`,
      );
    case 'TimeoutError':
    case 'AbortError':
      return failed(`no answer for ${place} (${name}): check the network and try again`);
    default:
      return failed(
        tellCredentials({ name, message }) ?? `${place}: AWS does not take the request (${name}): ${message}`,
      );
  }
}
