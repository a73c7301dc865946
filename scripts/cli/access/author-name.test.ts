import { describe, expect, it } from '@jest/globals';
import { authorName } from './author-name.ts';

describe('authorName', () => {
  it.each([
    [
      "a role's session",
      'AROAEXAMPLE:alice',
      'arn:aws:sts::123456789012:assumed-role/vpn-operator/alice',
      'vpn-operator/alice',
    ],
    ['a user', 'AIDAEXAMPLE', 'arn:aws:iam::123456789012:user/team/bob', 'team/bob'],
    ['a federated user', '123456789012:carol', 'arn:aws:sts::123456789012:federated-user/carol', 'carol'],
    ['an account', '123456789012', 'arn:aws:iam::123456789012:root', 'root'],
    ['another partition', 'AIDAEXAMPLE', 'arn:aws-cn:iam::123456789012:user/bob', 'bob'],
    ['an ARN of another kind', 'x', 'arn:aws:s3:::bucket', 'x'],
    ['no ARN', 'tanaka@laptop', undefined, 'tanaka@laptop'],
  ])('tells %s', (_, id, arn, name) => {
    expect(authorName({ type: 'cli', id, ...(arn === undefined ? {} : { arn }) })).toBe(name);
  });
});
