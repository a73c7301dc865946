/** ADMIN_ACCESS: who has which permissions, and nobody any when it cannot be read. */
import { describe, expect, it } from '@jest/globals';
import { iamAuthorizer, jwtAuthorizer } from '../testing/http-event.ts';
import { readAccessMap } from './access-map.ts';
import { LOCAL_CALLER, readCaller } from './caller.ts';
import { PERMISSIONS } from './permissions.ts';

const role = (pattern: string, permissions: readonly string[] = ['read']) =>
  JSON.stringify([{ role: pattern, permissions }]);
const held = (configuration: string | undefined, authorizer: unknown) => [
  ...readAccessMap(configuration).access(readCaller(authorizer)),
];

describe('readAccessMap', () => {
  it.each([undefined, ''])('gives everything to whoever came through where it is %j', (configuration) => {
    expect(held(configuration, iamAuthorizer())).toEqual([...PERMISSIONS]);
  });

  it.each([
    ['arn:aws:iam::123456789012:role/helpdesk-berlin', true],
    ['arn:aws:iam::123456789012:role/helpdesk-*', true],
    ['arn:aws:iam::123456789012:role/*', true],
    ['arn:aws:iam::123456789012:role/help????-berlin', true],
    ['arn:aws:iam::123456789012:role/teams/it/helpdesk-berlin', true],
    ['arn:aws:iam::123456789012:role/helpdesk', false],
    ['arn:aws:iam::123456789012:role/Helpdesk-*', false],
    ['arn:aws:iam::210987654321:role/helpdesk-*', false],
    ['arn:aws-cn:iam::123456789012:role/helpdesk-*', false],
  ])('a session of the role helpdesk-berlin fits %s: %s', (pattern, fits) => {
    expect(held(role(pattern), iamAuthorizer('helpdesk-berlin'))).toEqual(fits ? ['read'] : []);
  });

  it('is not taken in by a session that is called like a role', () => {
    const authorizer = iamAuthorizer('intern', 'admin');
    expect(held(role('arn:aws:iam::123456789012:role/admin'), authorizer)).toEqual([]);
  });

  it('gives users and scopes what their entries say, all that fit together', () => {
    const configuration = JSON.stringify([
      { user: 'arn:aws:iam::123456789012:user/ops/*', permissions: ['read', 'write'] },
      { scope: 'vpn.read', permissions: ['read'] },
      { scope: 'vpn.write', permissions: ['write', 'tests'] },
    ]);
    const user = { iam: { userArn: 'arn:aws:iam::123456789012:user/ops/alice', userId: 'AIDAEXAMPLE' } };
    expect(held(configuration, user)).toEqual(['read', 'write']);
    expect(held(configuration, jwtAuthorizer('vpn.read vpn.write'))).toEqual(['read', 'write', 'tests']);
    expect(held(configuration, jwtAuthorizer('', ['vpn.read']))).toEqual(['read']);
    expect(held(configuration, jwtAuthorizer('vpn.reader'))).toEqual([]);
    expect(held(configuration, iamAuthorizer('vpn.write'))).toEqual([]);
  });

  it.each([
    ['not JSON', 'yes'],
    ['no list', '{}'],
    ['an unknown permission', role('arn:aws:iam::123456789012:role/a', ['admin'])],
    ['no permission', role('arn:aws:iam::123456789012:role/a', [])],
    ['no role ARN', role('helpdesk-*')],
    ['an assumed role', role('arn:aws:sts::123456789012:assumed-role/a/b')],
    ['a wildcard for the account', role('arn:aws:iam::*:role/a')],
    ['a wildcard behind a path, which would fit roles of every path', role('arn:aws:iam::123456789012:role/it/*')],
    ['an unknown key', '[{"role":"arn:aws:iam::123456789012:role/a","permissions":["read"],"effect":"allow"}]'],
    ['a repeated key', '[{"scope":"a","scope":"b","permissions":["read"]}]'],
    ['a role and a scope', '[{"role":"arn:aws:iam::123456789012:role/a","scope":"b","permissions":["read"]}]'],
    ['blanks', '  '],
  ])('gives nobody anything where there is %s, and says why', (_, configuration) => {
    const read = readAccessMap(configuration);
    expect(read).toMatchObject({ ok: false, error: expect.stringMatching(/./) });
    expect(read.access(readCaller(iamAuthorizer())).size).toBe(0);
  });

  it('gives nobody anything where the list is empty', () => {
    expect(held('[]', iamAuthorizer())).toEqual([]);
  });

  it("gives the local stack's owner everything", () => {
    expect(readAccessMap('[]').access(LOCAL_CALLER).size).toBe(PERMISSIONS.length);
  });
});
