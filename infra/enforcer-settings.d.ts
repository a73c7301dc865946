/** Types of enforcer-settings.js, which the Serverless Framework loads as it is. */

interface StandingConnectionParameters {
  readonly endpoints: string;
  readonly mode: string;
  readonly maxShare: string;
  readonly describePerSecond: string;
  readonly terminatePerSecond: string;
  readonly schedule: string;
  readonly rate: string;
  readonly decisionLog: string;
}

export function endpointsOf(text: string): string[];
export function checkStandingConnections(parameters: StandingConnectionParameters): void;
