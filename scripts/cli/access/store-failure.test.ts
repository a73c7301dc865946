import { describe, expect, it } from '@jest/globals';
import {
  CommitOutcomeUnknownError,
  LanguageVersionError,
  PolicyTooLargeError,
  RevisionNotFoundError,
  StoreCorruptError,
  type StoreError,
  StoreRefusedError,
  StoreUnreachableError,
  WriteContentionError,
} from '../../../shared/store/index.ts';
import { toCommandError } from './store-failure.ts';

const ADDRESS = { tableName: 'rules', region: 'eu-west-1', endpoint: undefined, local: false };

/** As the AWS SDK throws it. */
function thrown(name: string, message: string, code?: string): Error {
  return Object.assign(new Error(message), { name, ...(code === undefined ? {} : { code }) });
}

const refused = (name: string, message = 'm') => new StoreRefusedError('told', { cause: thrown(name, message) });
const unreachable = (code: string) => new StoreUnreachableError('told', { cause: thrown('Error', 'm', code) });

describe('toCommandError', () => {
  it.each<[StoreError, 1 | 2, string]>([
    [
      refused('ResourceNotFoundException'),
      2,
      'there is no table rules in eu-west-1: check --table, --region and the AWS account',
    ],
    [
      refused('ExpiredTokenException'),
      2,
      'the AWS credentials have expired: sign in again (aws sso login, or new temporary credentials)',
    ],
    [
      refused('UnrecognizedClientException', 'The security token is invalid.'),
      2,
      'AWS does not accept the credentials: The security token is invalid.',
    ],
    [
      refused('AccessDeniedException', 'User: a is not\nauthorized'),
      2,
      'these credentials may not use the table rules in eu-west-1: User: a is not authorized',
    ],
    [
      refused('ValidationException', 'no key'),
      2,
      'the table rules in eu-west-1 does not take the request (ValidationException): no key',
    ],
    [
      new StoreRefusedError('told', { cause: thrown('Error', 'write EPROTO', 'EPROTO') }),
      2,
      'the table rules in eu-west-1 does not speak TLS (EPROTO): check --endpoint',
    ],
    [
      new StoreRefusedError('told', { cause: thrown('Error', 'm', 'DEPTH_ZERO_SELF_SIGNED_CERT') }),
      2,
      'the certificate of the table rules in eu-west-1 is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT): check --endpoint; NODE_EXTRA_CA_CERTS can name a file with your own authorities',
    ],
    [
      refused('Error', 'Region not accepted: region="x y" is not a valid hostname component.'),
      2,
      'that is no AWS region: check --region and AWS_REGION (Region not accepted: region="x y" is not a valid hostname component.)',
    ],
    [
      unreachable('ENOTFOUND'),
      2,
      'cannot find the table rules in eu-west-1: check --region, --endpoint and the network',
    ],
    [unreachable('ECONNREFUSED'), 2, 'nothing answers for the table rules in eu-west-1: check --endpoint'],
    [
      new StoreUnreachableError('told', { cause: thrown('TimeoutError', 'm') }),
      2,
      'no answer from the table rules in eu-west-1 (TimeoutError): check the network and try again',
    ],
    [
      new StoreCorruptError('The part ab is missing'),
      2,
      'the table rules in eu-west-1 does not hold what was written: The part ab is missing',
    ],
    [new LanguageVersionError('Revision 3 needs version 2'), 2, 'Revision 3 needs version 2: update vpn-policy'],
    [new WriteContentionError('Other writers were first'), 2, 'Other writers were first: try again'],
    [
      new RevisionNotFoundError('There is no revision 9'),
      1,
      'there is no revision 9 in the table rules in eu-west-1: vpn-policy log lists them',
    ],
    [
      new CommitOutcomeUnknownError(4, 'w'),
      2,
      'no answer from the table rules in eu-west-1 to the write of revision 4: it is made as a whole or not at all, and vpn-policy log shows which. If it is not there, try again',
    ],
    [new PolicyTooLargeError('The policy has too many parts'), 1, 'The policy has too many parts'],
  ])('tells %s in one line', (error, exitCode, message) => {
    expect(toCommandError(error, ADDRESS)).toMatchObject({ name: 'CommandError', exitCode, message });
  });

  it('lets what is no error of the store pass', () => {
    const mistake = new TypeError('x');
    expect(toCommandError(mistake, ADDRESS)).toBe(mistake);
  });
});
