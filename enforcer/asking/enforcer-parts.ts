/** What stands behind every request. */
import type { Logger } from '@aws-lambda-powertools/logger';
import type { DecisionLog } from '../../shared/decision-log/index.ts';
import type { EndOutcome } from '../ending/end-connections.ts';
import type { EnforcerMetrics } from '../metrics.ts';
import type { Settings } from '../settings.ts';
import type { Survey, SurveyParts } from './survey.ts';

export interface EnforcerParts extends SurveyParts {
  readonly settings: Pick<Settings, 'mode' | 'maxSharePercent' | 'names'>;
  readonly log: DecisionLog;
  readonly logger: Pick<Logger, 'info' | 'error'>;
  readonly metrics: EnforcerMetrics;
  /** Has the door know how many connections each user has; undefined where no sessions table is named. Never rejects. */
  readonly countSessions: CountSessions | undefined;
}

/** @param startedMs before EC2 was asked: what was let in since may be missing in the survey */
export type CountSessions = (
  survey: Survey,
  outcomes: ReadonlyMap<string, EndOutcome>,
  startedMs: number,
  signal: AbortSignal,
) => Promise<void>;

/** How long a request may take. */
export interface Time {
  /** Ends everything that is under way: what was not begun by then is left. */
  readonly signal: AbortSignal;
  /** True when no further connection is to be ended. */
  readonly isUp: () => boolean;
}
