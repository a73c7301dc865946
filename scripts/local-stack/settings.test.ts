import { describe, expect, it } from '@jest/globals';
import { LocalStackError, localEc2Endpoint, localEnvironment, localPorts } from './settings.ts';

describe('localPorts', () => {
  it('uses the documented ports where the environment names none', () => {
    expect(localPorts({ LAMBDA_PORT: '' })).toEqual({ http: 3000, lambda: 3002, dynamoDb: 8000 });
  });

  it('takes each port from its variable', () => {
    const env = { PORT: '4000', LAMBDA_PORT: '4002', DYNAMODB_PORT: '65535' };
    expect(localPorts(env)).toEqual({ http: 4000, lambda: 4002, dynamoDb: 65_535 });
  });

  it.each([
    [{ LAMBDA_PORT: 'abc' }, 'LAMBDA_PORT is "abc": give a port number from 1 to 65535.'],
    [{ PORT: '0' }, 'PORT is "0": give a port number from 1 to 65535.'],
    [{ DYNAMODB_PORT: '65536' }, 'DYNAMODB_PORT is "65536": give a port number from 1 to 65535.'],
    [{ DYNAMODB_PORT: '80.5' }, 'DYNAMODB_PORT is "80.5": give a port number from 1 to 65535.'],
    [{ DYNAMODB_PORT: '3002' }, 'LAMBDA_PORT and DYNAMODB_PORT are both 3002: give them different ports.'],
  ])('refuses %j in one line that names the variable', (env, message) => {
    expect(() => localPorts(env)).toThrow(new LocalStackError(message));
  });
});

describe('localEnvironment', () => {
  it('leads the AWS SDK to dynalite and carries none of the user’s AWS settings', () => {
    const user = {
      PATH: '/bin',
      AWS_PROFILE: 'prod',
      AWS_SESSION_TOKEN: 'secret',
      AWS_ENDPOINT_URL: 'https://example.com',
      AWS_ENDPOINT_URL_EC2: 'https://ec2.eu-central-1.amazonaws.com',
    };
    const env = localEnvironment(user, localPorts({ DYNAMODB_PORT: '8123', LAMBDA_PORT: '4002' }));
    expect(env).toMatchObject({
      PATH: '/bin',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8123',
      AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1:4002',
      AWS_ENDPOINT_URL_EC2: 'http://127.0.0.1:9',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      LOCAL_STACK: 'true',
    });
    expect(Object.keys(env)).toEqual(
      expect.not.arrayContaining(['AWS_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_ENDPOINT_URL']),
    );
  });
});

describe('localEc2Endpoint', () => {
  it.each(['http://127.0.0.1:4566', 'http://localhost:4566/', 'http://[::1]:4566'])(
    'is %s where that is given',
    (url) => {
      expect(localEc2Endpoint({ LOCAL_EC2_ENDPOINT: url })).toBe(url);
    },
  );

  it.each([
    'https://ec2.us-east-1.amazonaws.com',
    'http://127.0.0.1.example.com',
    'http://127.0.0.1@example.com',
    'http://10.0.0.1:4566',
    '4566',
  ])('is never %s: that is not on this machine', (url) => {
    expect(() => localEc2Endpoint({ LOCAL_EC2_ENDPOINT: url })).toThrow(LocalStackError);
  });
});
