/** The enforcer's errors as problems. */
import { EnforcerError } from '../../shared/enforcement/index.ts';
import type { Services } from '../environment.ts';
import { Problem } from '../http/problem.ts';
import { noPolicy } from '../policies/policy-reader.ts';

const FAILED = 'The enforcer failed; the log says more. Where connections were to be ended, some may be.';
const RETRY_AFTER = { headers: { 'retry-after': '5' } };

/** Asks the enforcer. What it cannot do, and why, only the log tells in its own words. @throws Problem */
export async function askEnforcer<Answer>(
  { store }: Pick<Services, 'store'>,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof EnforcerError)) throw error;
    // To the enforcer it is the same whether there is none, or none that it can read.
    if (error.code === 'no-policy' && (await store.head()) === undefined) throw noPolicy();
    throw enforcerProblem(error);
  }
}

function enforcerProblem(cause: EnforcerError): Problem {
  const { code, message, report } = cause;
  const unavailable = (detail: string) => new Problem('enforcer-unavailable', detail, { ...RETRY_AFTER, cause });
  const notSetUp = (detail: string) => new Problem('enforcer-not-set-up', detail, { cause });
  switch (code) {
    case 'too-many':
      return new Problem(
        'confirmation-needed',
        `${sentence(message)} If that is what you mean, send it again with confirm=share.`,
        { members: { confirm: [{ confirm: 'share', message }], ...(report && { report }) }, cause },
      );
    case 'moved':
      return new Problem(
        'precondition-failed',
        `${sentence(message)} Look at what the policy refuses now, and confirm that.`,
        { cause },
      );
    case 'unreachable':
      return unavailable(
        'The enforcer does not answer. Where connections were to be ended, some may be ended all the same: look at them.',
      );
    case 'no-policy':
      return unavailable('The enforcer cannot read the policy, and ends nobody without it.');
    case 'ec2-unavailable':
      return unavailable('EC2 does not answer the enforcer, or not fast enough.');
    case 'no-record':
      return unavailable('The enforcer cannot read the decision log, and ends nobody without it.');
    case 'not-configured':
      return notSetUp('There is no function of that name, or it is told no endpoint or no table.');
    case 'not-permitted':
      return notSetUp('The API may not invoke the enforcer (lambda:InvokeFunction).');
    case 'ec2-refused':
      return notSetUp('EC2 refuses the enforcer: its role has no right to the endpoint, or there is none of that id.');
    case 'bad-request':
    case 'internal':
      return new Problem('enforcer-failed', FAILED, { cause });
  }
}

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1).replace(/\.$/, '')}.`;
}
