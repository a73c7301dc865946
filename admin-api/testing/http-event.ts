/** Events as API Gateway's HTTP APIs send them (payload format 2.0; docs: "Create AWS Lambda proxy integrations for HTTP APIs"). */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';

export interface TestRequest {
  readonly method?: string;
  readonly path: string;
  /** Without the `?`. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a text as it is. */
  readonly body?: unknown;
  readonly base64?: boolean;
  /** `requestContext.authorizer`. Default: an IAM role's session. */
  readonly authorizer?: unknown;
}

export const ACCOUNT = '123456789012';

/** What the `AWS_IAM` authorizer says of a session of a role. */
export function iamAuthorizer(role = 'vpn-operator', session = 'alice') {
  return {
    iam: {
      accessKey: 'ASIAEXAMPLEACCESSKEY',
      accountId: ACCOUNT,
      callerId: `AROAEXAMPLE:${session}`,
      cognitoIdentity: null,
      principalOrgId: 'o-example1234',
      userArn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${session}`,
      userId: `AROAEXAMPLE:${session}`,
    },
  };
}

/** What the `JWT` authorizer says of a token; `scopes` is null on routes that ask for none. */
export function jwtAuthorizer(scope = 'vpn.read vpn.write', scopes: readonly string[] | null = null) {
  return {
    jwt: {
      claims: {
        aud: 'vpn-admin',
        exp: '1795500000',
        iss: 'https://login.example.com/',
        scope,
        sub: '00u1alice',
      },
      scopes,
    },
  };
}

export function httpEvent({
  method = 'GET',
  path,
  query = '',
  headers = {},
  body,
  base64 = false,
  authorizer = iamAuthorizer(),
}: TestRequest): APIGatewayProxyEventV2 {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const event = {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    cookies: ['theme=dark', 'session=none'],
    headers: {
      accept: '*/*',
      'content-length': String(Buffer.byteLength(text ?? '')),
      host: 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com',
      'user-agent': 'curl/8.5.0',
      'x-amzn-trace-id': 'Root=1-65f0c0de-0123456789abcdef01234567',
      'x-forwarded-for': '192.0.2.7',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
      ...(text !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    requestContext: {
      accountId: ACCOUNT,
      apiId: 'a1b2c3d4e5',
      ...(authorizer !== undefined && authorizer !== null && { authorizer }),
      domainName: 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com',
      domainPrefix: 'a1b2c3d4e5',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.7', userAgent: 'curl/8.5.0' },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: '$default',
      stage: '$default',
      time: '24/Nov/2026:01:00:00 +0000',
      timeEpoch: 1_795_482_000_000,
    },
    ...(text !== undefined && { body: base64 ? Buffer.from(text).toString('base64') : text }),
    isBase64Encoded: base64,
  };
  // The types know no `iam` authorizer.
  return event as unknown as APIGatewayProxyEventV2;
}
