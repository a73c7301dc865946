/** The options that say when something ends: `--until TIME` or `--for DURATION`. */
import { type Command, Option } from 'commander';
import { CommandError } from '../exit-code.ts';
import type { CallerClock } from './caller-zone.ts';
import { plusDuration, readDuration } from './duration.ts';
import { fullMoment, spanText } from './moment-text.ts';
import { readMoment } from './read-moment.ts';

export interface EndOptions {
  readonly until?: string;
  readonly for?: string;
}

const MINUTE_MS = 60_000;
/** Further ahead a time is a slip of the pen. */
const MAX_YEARS = 10;
const MAX_MS = MAX_YEARS * 366 * 24 * 60 * MINUTE_MS;

export function addEndOptions(command: Command): Command {
  return command
    .option(
      '--until <time>',
      'ends then: 18:00, "tomorrow 09:00", "friday 18:00", 2026-11-29 (as the day begins), "2026-11-29 22:00"',
    )
    .addOption(
      new Option(
        '--for <duration>',
        'ends after 2h, 90m, 1h30m, 3d or 2w; on the full minute, and days are days of the calendar',
      ).conflicts('until'),
    );
}

/**
 * When it ends, in milliseconds since 1970; undefined where neither option is given. Throws a CommandError for what is no
 * time, for an end that is past or over ten years away, and for one that is not after the start.
 * @param startMs what `--for` counts from, and after which the next `02:00` is looked for; default: now
 */
export function readEnd(options: EndOptions, clock: CallerClock, startMs = clock.nowMs): number | undefined {
  const { nowMs, zone } = clock;
  if (options.until === undefined && options.for === undefined) return undefined;
  const option = options.until === undefined ? '--for' : '--until';
  const endMs =
    options.until === undefined
      ? toFullMinute(plusDuration(startMs, readDuration(options.for ?? '', option), zone))
      : readMoment(options.until, NAMES_A_DAY.test(options.until) ? clock : { ...clock, nowMs: startMs }, option);
  // Written this way round, an end that is no number, as that of the year 300000 is, is refused as well.
  if (!(endMs - nowMs <= MAX_MS)) throw new CommandError(`${option}: that is over ${MAX_YEARS} years away`);
  const told = `${option}: ${fullMoment(endMs, zone)}`;
  if (endMs <= nowMs) throw new CommandError(`${told} is past, ${spanText(nowMs - endMs)} ago`);
  if (endMs <= startMs) throw new CommandError(`${told} is not after the start, ${fullMoment(startMs, zone)}`);
  return endMs;
}

/** Words that mean a day by the time at which they are said. */
const NAMES_A_DAY = /\b(?:today|tomorrow)\b/i;

/** An end never comes before the time that was asked for is over. */
function toFullMinute(ms: number): number {
  return Math.ceil(ms / MINUTE_MS) * MINUTE_MS;
}
