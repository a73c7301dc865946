/** Powertools' logger and metrics, made so that no variable of their own can end a function's init. */
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Environment } from '../settings/index.ts';

export interface Powertools {
  readonly logger: Logger;
  readonly stored: Metrics;
  /** Why it could not be made as the environment says. */
  readonly unreadable?: unknown;
}

/** Powertools throws where a variable of its own is no number or no boolean: then without those, for an init that throws refuses everybody. */
export function makePowertools(environment: Environment): Powertools {
  // An empty variable is none.
  const namespace = environment.POWERTOOLS_METRICS_NAMESPACE || 'ClientVpnPolicy';
  const make = () => ({ logger: new Logger(), stored: new Metrics({ namespace }) });
  try {
    return make();
  } catch (unreadable) {
    for (const variable of OF_POWERTOOLS) delete process.env[variable];
    return { ...make(), unreadable };
  }
}

const OF_POWERTOOLS = ['POWERTOOLS_LOGGER_SAMPLE_RATE', 'POWERTOOLS_LOGGER_LOG_EVENT', 'POWERTOOLS_METRICS_DISABLED'];
