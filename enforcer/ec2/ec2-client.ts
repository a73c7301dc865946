/** Makes the EC2 client that the enforcer asks with. */
import { EC2Client } from '@aws-sdk/client-ec2';
import { boundedRequests } from '../../shared/bounded-requests.ts';

export interface Ec2ClientOptions {
  /** Default: what the SDK finds (`AWS_REGION` …). */
  readonly region?: string | undefined;
  /** Default: what the SDK finds (`AWS_ENDPOINT_URL_EC2` …), else AWS's own. */
  readonly endpoint?: string | undefined;
  /** Default: what the SDK finds (environment, profile, role). */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
  /** To open a connection, in milliseconds. Default 2000. */
  readonly connectionTimeoutMs?: number | undefined;
  /** From the request to the head of the answer, and between two pieces of it, in milliseconds. Default 10,000. */
  readonly requestTimeoutMs?: number | undefined;
  /**
   * Tries of one request, the first included. Default 5. The SDK's standard retries pause with full jitter: where EC2 throttles, at most
   * 1 s, 2 s, 4 s and 8 s.
   */
  readonly maxAttempts?: number | undefined;
}

export function createEc2Client(options: Ec2ClientOptions = {}): EC2Client {
  const {
    region,
    endpoint,
    credentials,
    connectionTimeoutMs = 2_000,
    requestTimeoutMs = 10_000,
    maxAttempts = 5,
  } = options;
  return new EC2Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    // Adaptive retries would let throttled terminations slow down the describing calls: one rate for the whole client.
    retryMode: 'standard',
    maxAttempts,
    requestHandler: boundedRequests(requestTimeoutMs, connectionTimeoutMs),
  });
}
