/** What EC2, STS and the SDK throw, in an operator's terms: what failed, where, what to do. */
import { errorFacts } from '../error-facts.ts';
import { CommandError, EXIT } from '../exit-code.ts';
import { onOneLine } from '../terminal/output.ts';

/** `place` is what was asked about: `Client VPN endpoint cvpn-endpoint-… in eu-west-1`. */
export function toEc2Error(error: unknown, place: string): CommandError {
  if (error instanceof CommandError) return error;
  const { name, message: text, code } = errorFacts(error);
  const message = onOneLine(text);
  const failed = (line: string, exitCode: 1 | 2 = EXIT.usage) => new CommandError(line, exitCode, { cause: error });
  if (message.startsWith('Region is missing')) return failed('which AWS region? Give --region or set AWS_REGION');
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
    case 'CredentialsProviderError':
    case 'TokenProviderError':
      return failed(
        `no AWS credentials: ${message}. Set AWS_PROFILE to a profile that there is, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`,
      );
    case 'RequestExpired':
    case 'ExpiredToken':
    case 'ExpiredTokenException':
      return failed('the AWS credentials have expired: sign in again (aws sso login, or new temporary credentials)');
    case 'AuthFailure':
    case 'InvalidClientTokenId':
    case 'SignatureDoesNotMatch':
      return failed(`AWS does not accept the credentials: ${message}`);
    case 'TimeoutError':
    case 'AbortError':
      return failed(`no answer for ${place} (${name}): check the network and try again`);
    default:
      return failed(`${place}: AWS does not take the request (${name}): ${message}`);
  }
}
