import { describe, expect, it } from '@jest/globals';
import { checkAccess, openDoors, readJwt, readOrigin } from './admin-api-settings.js';

const jwt = { jwtIssuer: 'https://login.example.com/', jwtAudience: 'vpn', jwtScopes: 'vpn.read' };

describe('the JWT authorizer', () => {
  it('is not there when no parameter asks for it', () => {
    expect(readJwt({ jwtIssuer: '', jwtAudience: '', jwtScopes: '' })).toBeUndefined();
  });

  it('has one or several audiences and scopes', () => {
    expect(readJwt({ ...jwt, jwtAudience: 'vpn, cli', jwtScopes: 'vpn.read vpn.write' })).toEqual({
      issuerUrl: 'https://login.example.com/',
      audience: ['vpn', 'cli'],
      scopes: ['vpn.read', 'vpn.write'],
    });
  });

  it.each([
    ['no audience', { ...jwt, jwtAudience: '' }, /missing: jwtAudience$/],
    ['a blank audience', { ...jwt, jwtAudience: ' , ' }, /missing: jwtAudience$/],
    ['no scopes', { ...jwt, jwtScopes: '' }, /missing: jwtScopes$/],
    ['no issuer', { ...jwt, jwtIssuer: '' }, /missing: jwtIssuer$/],
    ['nothing but blanks', { jwtIssuer: ' ' }, /missing: jwtIssuer, jwtAudience, jwtScopes$/],
    ['an issuer without TLS', { ...jwt, jwtIssuer: 'http://login.example.com' }, /https URL/],
    ['an issuer that is no URL', { ...jwt, jwtIssuer: 'login.example.com' }, /https URL/],
  ])('is refused with %s', (_, parameters, message) => {
    expect(() => readJwt(parameters)).toThrow(message);
  });
});

describe('the web origin', () => {
  it('is one origin, or none', () => {
    expect(readOrigin({ corsOrigin: '' })).toBeUndefined();
    expect(readOrigin({ corsOrigin: 'https://vpn-admin.example.com' })).toBe('https://vpn-admin.example.com');
  });

  it.each(['*', 'null', 'https://a.example/path', 'https://a.example,https://b.example'])('is not %s', (corsOrigin) => {
    expect(() => readOrigin({ corsOrigin })).toThrow('one origin');
  });
});

describe('adminAccess', () => {
  it.each(['', '[]', '[{"scope":"vpn.read","permissions":["read"]}]'])('may be %j', (text) => {
    expect(() => checkAccess(text)).not.toThrow();
  });

  it.each(['admins', '{}', '[{"scope":'])('may not be %j', (text) => {
    expect(() => checkAccess(text)).toThrow('adminAccess is no JSON list');
  });
});

describe('open doors', () => {
  const route = (properties: object) => ({
    R: { Type: 'AWS::ApiGatewayV2::Route', Properties: { RouteKey: 'GET /x', ...properties } },
  });

  it.each([
    [{}, 1],
    [{ AuthorizationType: 'NONE' }, 1],
    [{ AuthorizationType: 'AWS_IAM' }, 0],
    [{ AuthorizationType: 'JWT', AuthorizerId: { Ref: 'A' } }, 1],
    [{ AuthorizationType: 'JWT', AuthorizerId: { Ref: 'A' }, AuthorizationScopes: [] }, 1],
    [{ AuthorizationType: 'JWT', AuthorizationScopes: ['a'] }, 1],
    [{ AuthorizationType: 'JWT', AuthorizerId: { Ref: 'A' }, AuthorizationScopes: ['a'] }, 0],
    [{ AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: 'A' } }, 1],
  ])('with a route that has %j: %d', (properties, count) => {
    expect(openDoors(route(properties))).toHaveLength(count);
  });

  it.each([
    [{}, 0],
    [{ LOCAL_STACK: 'true' }, 1],
    [{ LOCAL_STACK: '' }, 1],
  ])('with a function whose environment is %j: %d', (Variables, count) => {
    const door = openDoors({ F: { Type: 'AWS::Lambda::Function', Properties: { Environment: { Variables } } } });
    expect(door).toHaveLength(count);
  });
});
