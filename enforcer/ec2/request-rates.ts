/**
 * How fast the enforcer asks EC2. "Request throttling for the Amazon EC2 API" (Amazon EC2 Developer Guide): each action has a bucket of its
 * own for each AWS account and Region. DescribeClientVpnConnections is a non-mutating action, 100 requests at once and 20 a second;
 * TerminateClientVpnConnections is a mutating one, 50 at once and 5 a second. Others in the account (people, scripts) need their share.
 */
import type { Setting } from '../../shared/settings/index.ts';
import type { Ec2Paces } from './client-vpn-connections.ts';
import { createPace, type PaceOptions } from './pace.ts';

const rate = (variable: string, fallback: number): Setting<number> => ({
  variable,
  fallback,
  accepted: 'requests a second, 0.1 to 100',
  parse: (value) => (/^\d{1,3}(\.\d)?$/.test(value) && +value >= 0.1 && +value <= 100 ? +value : undefined),
});

export const DESCRIBE_PER_SECOND = rate('ENFORCER_DESCRIBE_PER_SECOND', 10);
export const TERMINATE_PER_SECOND = rate('ENFORCER_TERMINATE_PER_SECOND', 4);

/** Requests at once after a rest: less than half of what EC2 allows, since an enforcer that has just started knows of no earlier one. */
const BURST = { describe: 40, terminate: 20 };

export interface Ec2Rates {
  readonly describePerSecond?: number;
  readonly terminatePerSecond?: number;
}

/** One bucket for each of the two actions; `clock` is for tests. */
export function createEc2Paces(
  {
    describePerSecond = DESCRIBE_PER_SECOND.fallback,
    terminatePerSecond = TERMINATE_PER_SECOND.fallback,
  }: Ec2Rates = {},
  clock: Pick<PaceOptions, 'now' | 'sleep'> = {},
): Ec2Paces {
  return {
    describe: createPace({ perSecond: describePerSecond, burst: BURST.describe, ...clock }),
    terminate: createPace({ perSecond: terminatePerSecond, burst: BURST.terminate, ...clock }),
  };
}
