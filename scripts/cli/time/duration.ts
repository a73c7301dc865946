/** How long, as people type it: `2h`, `1h30m`, `3d`, or as ISO 8601 writes it. */
import { DateTime } from 'luxon';
import { shown } from '../../../shared/engine/index.ts';
import { CommandError } from '../exit-code.ts';
import { onOneLine } from '../terminal/output.ts';

/** Days are days of the calendar, so that a day ends at the same time of day however long the clocks make it. */
export interface Duration {
  readonly days: number;
  /** Elapsed time on top. */
  readonly minutes: number;
}

const DAY_MINUTES = 24 * 60;

const TYPED = /^(?=\d)(?:(\d{1,4})w)? ?(?:(\d{1,5})d)? ?(?:(\d{1,6})h)? ?(?:(\d{1,7})m(?:in)?)?$/;
const ISO = /^P(?!$)(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?!$)(?:(\d{1,6})H)?(?:(\d{1,7})M)?)?$/;

/** Throws a CommandError that begins with the name of the option. */
export function readDuration(text: string, option: string): Duration {
  const parts = TYPED.exec(text) ?? ISO.exec(text);
  if (parts === null) throw noDuration(text, option, 'is no duration');
  const [weeks = 0, days = 0, hours = 0, minutes = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  const duration = { days: weeks * 7 + days, minutes: hours * 60 + minutes };
  if (duration.days + duration.minutes === 0) throw noDuration(text, option, 'is no time at all');
  return duration;
}

/** A grace as rules write it: `PT10M`. Throws a CommandError that begins with the name of the option. */
export function readGrace(text: string, option: string): string {
  const { days, minutes } = readDuration(text, option);
  const total = days * DAY_MINUTES + minutes;
  if (total > DAY_MINUTES)
    throw noDuration(text, option, 'is over 24 hours, after which a connection ends anyway', '10m, 1h');
  const [hours, rest] = [Math.floor(total / 60), total % 60];
  return `PT${hours === 0 ? '' : `${hours}H`}${rest === 0 ? '' : `${rest}M`}`;
}

/** The moment that much later: first the days by the zone's calendar, then the elapsed time. */
export function plusDuration(ms: number, { days, minutes }: Duration, zone: string): number {
  return DateTime.fromMillis(ms, { zone }).plus({ days }).plus({ minutes }).toMillis();
}

/** True for a text that `readDuration` takes in its short form. */
export function looksLikeDuration(text: string): boolean {
  return TYPED.test(text);
}

function noDuration(
  text: string,
  option: string,
  reason: string,
  examples = '2h, 90m, 1h30m, 3d, 2w, or ISO 8601 (PT4H, P1D)',
): CommandError {
  return new CommandError(onOneLine(`${option}: ${shown(text)} ${reason}; accepted: such as ${examples}`));
}
