/** What clients of the AWS SDK are made with here: where they go, and bounds, since the SDK's default is to wait for ever. */
import { boundedRequests } from './bounded-requests.ts';

export interface SdkClientOptions extends Given<SdkClientBounds> {
  /** Default: what the SDK finds (`AWS_REGION` …). */
  readonly region?: string | undefined;
  /** Default: what the SDK finds (`AWS_ENDPOINT_URL_DYNAMODB` …), else AWS's own. */
  readonly endpoint?: string | undefined;
  /** Default: what the SDK finds (environment, profile, role). */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
}

export interface SdkClientBounds {
  /** To open a connection, in milliseconds. */
  readonly connectionTimeoutMs: number;
  /** From the request to the head of the answer, and between two pieces of it, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** Tries of one request, the first included. */
  readonly maxAttempts: number;
}

type Given<T> = { readonly [Key in keyof T]?: T[Key] | undefined };

/** The configuration; bounds that are not given are the default ones. Connections are kept alive. */
export function sdkClientConfig(options: SdkClientOptions, defaults: SdkClientBounds) {
  const {
    region,
    endpoint,
    credentials,
    connectionTimeoutMs = defaults.connectionTimeoutMs,
    requestTimeoutMs = defaults.requestTimeoutMs,
    maxAttempts = defaults.maxAttempts,
  } = options;
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts,
    requestHandler: boundedRequests(requestTimeoutMs, connectionTimeoutMs),
  };
}
