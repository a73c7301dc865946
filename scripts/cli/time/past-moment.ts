/** A moment that is over, as people type it: when, or how long ago. */
import { CommandError } from '../exit-code.ts';
import type { CallerClock } from './caller-zone.ts';
import { looksLikeDuration, plusDuration, readDuration } from './duration.ts';
import { fullMoment } from './moment-text.ts';
import { readMoment } from './read-moment.ts';

/** Throws a CommandError that begins with the name of the option. */
export function readPastMoment(text: string, clock: CallerClock, option: string): number {
  if (looksLikeDuration(text)) {
    const { days, minutes } = readDuration(text, option);
    return plusDuration(clock.nowMs, { days: -days, minutes: -minutes }, clock.zone);
  }
  const ms = readMoment(text, clock, option);
  if (ms <= clock.nowMs) return ms;
  throw new CommandError(
    `${option}: ${fullMoment(ms, clock.zone)} is still to come; accepted: 3d (ago), 2026-11-20, "today 09:00"`,
  );
}
