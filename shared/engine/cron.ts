/** Cron schedules: five fields, read by croner on a wall clock that knows no daylight saving. */
import { Cron } from 'croner';
import { PolicyValueError, shown } from './errors.ts';
import { utcMs } from './instant.ts';

/** The starts of a schedule, as wall times (see `wall-clock.ts`). */
export interface CronSchedule {
  /** The first start after `wallMs`, or undefined where there is none. */
  next(wallMs: number): number | undefined;
  /** The last start at or before `wallMs`, or undefined where there is none. */
  latest(wallMs: number): number | undefined;
}

const FIELDS = ['minute', 'hour', 'day of month', 'month', 'day of week'] as const;
/** Croner also takes `?` (which reads the machine's clock), `+` and `@daily`: not portable, so not accepted. */
const CRON_FIELD = /^[\dA-Za-z*,/#-]+$/;
/** Longer than a list of every minute and every hour. */
const MAX_CRON_LENGTH = 256;
const ACCEPTED = 'five fields (minute, hour, day of month, month, day of week), such as "0 2 * * TUE#2"';

/** Reads a schedule. Throws `invalid-cron`: other than five fields, both days restricted, never fires. */
export function parseCron(text: string): CronSchedule {
  if (text.length > MAX_CRON_LENGTH) throw invalid(text, `has ${text.length} characters, over ${MAX_CRON_LENGTH}`);
  const fields = text.split(' ');
  if (fields.length !== FIELDS.length || fields.some((field) => !CRON_FIELD.test(field))) {
    throw invalid(
      text,
      fields.length === FIELDS.length ? 'has a field that is not of cron' : `has ${fields.length} fields`,
    );
  }
  if (fields[2] !== '*' && fields[4] !== '*') {
    throw invalid(
      text,
      'restricts both the day of month and the day of week, which cron programs read differently; for the second Tuesday write TUE#2 with * as the day of month',
    );
  }
  const cron = readByCroner(text);
  // From a fixed day, so that no result depends on the machine's date.
  if (cron.nextRun(new Date(utcMs(2000, 1, 1))) === null) throw invalid(text, 'never fires');
  return {
    next: (wallMs) => cron.nextRun(new Date(wallMs))?.getTime(),
    // Croner counts in whole seconds and looks strictly before.
    latest: (wallMs) => cron.previousRuns(1, new Date(Math.floor(wallMs / 1000) * 1000 + 1000))[0]?.getTime(),
  };
}

function readByCroner(text: string): Cron {
  try {
    return new Cron(text, { mode: '5-part', timezone: 'UTC', paused: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
    throw invalid(text, `is not valid: ${reason}`);
  }
}

function invalid(text: string, reason: string): PolicyValueError {
  return new PolicyValueError('invalid-cron', `the schedule ${shown(text)} ${reason}; accepted: ${ACCEPTED}`);
}
