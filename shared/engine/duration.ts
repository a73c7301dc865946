/** Durations of elapsed time, as ISO 8601 writes them: `PT4H`, `P1DT12H`, `P1W`. */
import { PolicyValueError, shown } from './errors.ts';

const DURATION = /^P(?!$)(?:(\d{1,7})W)?(?:(\d{1,7})D)?(?:T(?!$)(?:(\d{1,7})H)?(?:(\d{1,7})M)?(?:(\d{1,7})S)?)?$/;

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const MAX_DURATION_MS = 31 * DAY_MS;

/** The duration in milliseconds. Throws `invalid-duration`: no such form, zero, over 31 days. */
export function parseDurationMs(text: string): number {
  const parts = DURATION.exec(text);
  if (parts === null) throw invalid(text, 'is no duration');
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  const durationMs = (weeks * 7 + days) * DAY_MS + hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS;
  if (durationMs === 0) throw invalid(text, 'is no time at all');
  if (durationMs > MAX_DURATION_MS) throw invalid(text, 'is over 31 days');
  return durationMs;
}

/** How long a connection lasts at most ("Create a Client VPN endpoint", session timeout, Client VPN administrator guide). */
export const MAX_SESSION_MS = DAY_MS;

/** A grace in milliseconds: a duration that is not longer than a connection lasts. Throws `invalid-duration`. */
export function parseGraceMs(text: string): number {
  const graceMs = parseDurationMs(text);
  if (graceMs <= MAX_SESSION_MS) return graceMs;
  throw new PolicyValueError(
    'invalid-duration',
    `${shown(text)} is over 24 hours, after which a connection ends anyway; accepted: such as PT10M, or standing: keep`,
  );
}

function invalid(text: string, reason: string): PolicyValueError {
  return new PolicyValueError(
    'invalid-duration',
    `${shown(text)} ${reason}; accepted: an ISO 8601 duration of weeks to seconds, at most 31 days, such as PT4H or P1DT12H`,
  );
}
