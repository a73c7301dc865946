/** Has every try of a request wait for its turn: the SDK's own retries count for EC2's throttle like any other request. */
import type { DescribeClientVpnConnectionsCommand, TerminateClientVpnConnectionsCommand } from '@aws-sdk/client-ec2';
import { awsFailure } from '../../shared/aws-failure.ts';
import type { Pace } from './pace.ts';

export interface Tries {
  /** True once a try has failed in a way that leaves open whether EC2 did what it was asked. */
  readonly mayBeDone: boolean;
}

type MiddlewareStack =
  | DescribeClientVpnConnectionsCommand['middlewareStack']
  | TerminateClientVpnConnectionsCommand['middlewareStack'];

export function pacedTries(stack: MiddlewareStack, pace: Pace, signal: AbortSignal | undefined): Tries {
  const tries = { mayBeDone: false };
  stack.addRelativeTo(
    <Request, Answer>(next: (request: Request) => Promise<Answer>) =>
      async (request: Request) => {
        await pace.take(signal);
        try {
          return await next(request);
        } catch (error) {
          if (awsFailure(error).kind === 'unanswered') tries.mayBeDone = true;
          throw error;
        }
      },
    // Within the retries; before the signature, which is good for some minutes only.
    { name: 'paceMiddleware', relation: 'before', toMiddleware: 'httpSigningMiddleware' },
  );
  return tries;
}
