/** What goes wrong with EC2, in an operator's words. */
import { awsFailure } from '../../shared/aws-failure.ts';
import { withoutRequest } from '../../shared/without-request.ts';

/**
 * `unavailable`: no answer, a fault on EC2's side, throttled beyond the retries, or given up by the caller: the same call can succeed later.
 * `refused`: EC2 says no, and will until somebody mends it. `not-ended`: it took the request and did not end this one connection.
 */
export type Ec2ErrorCode = 'unavailable' | 'refused' | 'not-ended';

export class Ec2Error extends Error {
  override readonly name = 'Ec2Error';
  readonly code: Ec2ErrorCode;

  constructor(code: Ec2ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Turns whatever a call of `action` for that Client VPN endpoint threw into an Ec2Error; those pass through.
 * @param signal the caller's: once it has aborted, that is the reason
 */
export function toEc2Error(
  error: unknown,
  action: string,
  endpointId: string,
  signal: AbortSignal | undefined,
): Ec2Error {
  if (error instanceof Ec2Error) return error;
  const { name, message: whole, code, status, kind } = awsFailure(error);
  const message = shortened(whole);
  const failed = (errorCode: Ec2ErrorCode, text: string) =>
    new Ec2Error(errorCode, text, { cause: Object.assign(new Error(message), { name }) });
  const call = `${action} for ${endpointId}`;
  if (signal?.aborted) return failed('unavailable', `Given up, time is up: ${call}`);
  if (kind === 'throttled') {
    return failed(
      'unavailable',
      `EC2 throttles ${call} (${name}), after all tries: something else in this AWS account and Region uses up the request quota`,
    );
  }
  if (kind === 'unanswered') return failed('unavailable', `No answer from EC2 to ${call}: ${code || name}: ${message}`);
  // The SDK read the answer of a request that succeeded, and could not.
  if (status !== undefined && status < 400) {
    return failed('unavailable', `EC2's answer to ${call} cannot be read: ${message}`);
  }
  switch (name) {
    case 'UnauthorizedOperation':
      return failed('refused', `The enforcer's role lacks ec2:${action} on ${endpointId}: ${message}`);
    case 'InvalidClientVpnEndpointId.NotFound':
      return failed(
        'refused',
        `There is no Client VPN endpoint ${endpointId} in this AWS account and Region: check the endpoints that the enforcer is given`,
      );
    case 'InvalidClientVpnEndpointId.Malformed':
      return failed(
        'refused',
        `${endpointId} is no id of a Client VPN endpoint (such as cvpn-endpoint-0a1b2c3d4e5f67890): check the endpoints that the enforcer is given`,
      );
    default:
      return failed('refused', `EC2 refuses ${call}: ${name}: ${message}`);
  }
}

/** EC2 may add kilobytes that only `aws sts decode-authorization-message` reads, and the SDK a hint for programmers. */
function shortened(message: string): string {
  const [text = ''] = withoutRequest(message).split(/(?:Encoded authorization failure message|Deserialization error):/);
  return text.replace(/\s+/g, ' ').trim().slice(0, MESSAGE_LENGTH);
}

const MESSAGE_LENGTH = 500;
