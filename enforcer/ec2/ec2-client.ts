/** Makes the EC2 client that the enforcer asks with. */
import { EC2Client } from '@aws-sdk/client-ec2';
import { type SdkClientBounds, type SdkClientOptions, sdkClientConfig } from '../../shared/sdk-client-config.ts';

export type Ec2ClientOptions = SdkClientOptions;

/** The SDK's standard retries pause with full jitter: where EC2 throttles, at most 1 s, 2 s, 4 s and 8 s. */
const BOUNDS: SdkClientBounds = { connectionTimeoutMs: 2_000, requestTimeoutMs: 10_000, maxAttempts: 5 };

/** Makes a client that waits two seconds for a connection, ten for an answer, and tries five times, unless told otherwise. */
export function createEc2Client(options: Ec2ClientOptions = {}): EC2Client {
  return new EC2Client({
    ...sdkClientConfig(options, BOUNDS),
    // Adaptive retries would let throttled terminations slow down the describing calls: one rate for the whole client.
    retryMode: 'standard',
  });
}
