/** The caller comes from the authorizer's context alone. */
import { describe, expect, it } from '@jest/globals';
import { iamAuthorizer, jwtAuthorizer } from '../testing/http-event.ts';
import { readCaller } from './caller.ts';
import { checkLocalRequest } from './local-request.ts';

describe('readCaller', () => {
  it('reads IAM principals and tokens', () => {
    expect(readCaller(iamAuthorizer()).author).toEqual({
      type: 'iam',
      id: 'AROAEXAMPLE:alice',
      arn: 'arn:aws:sts::123456789012:assumed-role/vpn-operator/alice',
    });
    expect(readCaller(jwtAuthorizer())).toEqual({
      author: { type: 'jwt', id: '00u1alice', issuer: 'https://login.example.com/' },
      principal: { kind: 'jwt', scopes: ['vpn.read', 'vpn.write'] },
    });
  });

  it("takes the client for a token that is a machine's own, and scopes as issuers write them", () => {
    const claims = { iss: 'https://login.example.com/', client_id: 'nightly-sync', scp: '[vpn.read vpn.write]' };
    expect(readCaller({ jwt: { claims } })).toEqual({
      author: { type: 'jwt', id: 'nightly-sync', issuer: 'https://login.example.com/' },
      principal: { kind: 'jwt', scopes: ['vpn.read', 'vpn.write'] },
    });
  });

  it('knows all scopes of a token, also where API Gateway tells only those that the route asks for', () => {
    expect(readCaller(jwtAuthorizer('vpn.access vpn.write', ['vpn.access'])).principal).toEqual({
      kind: 'jwt',
      scopes: ['vpn.access', 'vpn.write'],
    });
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['an empty context', {}],
    ['an IAM context without an ARN', { iam: { userId: 'AIDAEXAMPLE' } }],
    ['a token without a subject', { jwt: { claims: { iss: 'https://login.example.com/' } } }],
    ['a token without an issuer', { jwt: { claims: { sub: 'alice' } } }],
    ['a Lambda authorizer', { lambda: { userArn: 'arn:aws:iam::123456789012:user/a', userId: 'A' } }],
    ['a text', 'arn:aws:iam::123456789012:user/a'],
  ])('knows no caller from %s', (_, authorizer) => {
    expect(() => readCaller(authorizer)).toThrow('No authorizer has said who calls');
  });
});

describe('checkLocalRequest', () => {
  it.each([
    ['127.0.0.1:3000', undefined, undefined],
    ['localhost', undefined, undefined],
    ['localhost:3000', 'http://localhost:3000', undefined],
    ['127.0.0.1:3000', 'http://localhost:5173', 'http://localhost:5173'],
  ])('answers Host %s, Origin %s (configured: %s)', (host, origin, allowed) => {
    expect(() => checkLocalRequest(host, origin, allowed)).not.toThrow();
  });
  it.each([
    [undefined, undefined],
    ['evil.example:3000', undefined],
    ['127.0.0.1.evil.example', undefined],
    ['localhost.evil.example:3000', undefined],
    ['127.0.0.1:3000@evil.example', undefined],
    ['127.0.0.1:3000', 'https://evil.example'],
    ['127.0.0.1:3000', 'null'],
    ['127.0.0.1:3000', 'http://127.0.0.1:8080'],
    ['localhost:3000', 'https://localhost:3000'],
  ])('refuses Host %s, Origin %s', (host, origin) => {
    expect(() => checkLocalRequest(host, origin)).toThrow(/Host header|another origin/);
  });
});
