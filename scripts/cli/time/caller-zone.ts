/** The time zone of whoever types the command: what `18:00` means to them, and how times are told to them. */
import type { Command } from 'commander';
import { PolicyValueError, parseZone } from '../../../shared/engine/index.ts';
import { CommandError } from '../exit-code.ts';
import type { Surroundings } from '../surroundings.ts';
import { onOneLine } from '../terminal/output.ts';

export interface TimezoneOptions {
  readonly timezone?: string;
}

/** A moment, and the zone on whose clock times are read and shown. */
export interface CallerClock {
  readonly nowMs: number;
  /** An IANA name or `UTC`. */
  readonly zone: string;
  /** Why nobody can tell what `18:00` means to the caller; then `zone` is UTC, to show times in. */
  readonly zoneFault?: string;
}

export function addTimezoneOption(command: Command): Command {
  return command.option(
    '--timezone <zone>',
    "the zone of the times that you type and read: UTC or such as Asia/Tokyo (default: TZ, else the machine's)",
  );
}

/** Throws a CommandError where `--timezone` is no zone. */
export function callerClock(
  { timezone }: TimezoneOptions,
  { env, now, timezone: machineZone }: Pick<Surroundings, 'env' | 'now' | 'timezone'>,
): CallerClock {
  const nowMs = now();
  if (timezone !== undefined) {
    const { zone, fault } = readZone(timezone);
    if (zone === undefined) throw new CommandError(onOneLine(`--timezone: ${fault}`));
    return { nowMs, zone };
  }
  const variable = env.TZ ?? '';
  const { zone, fault } = readZone(variable === '' ? machineZone : zoneInVariable(variable));
  if (zone !== undefined) return { nowMs, zone };
  const zoneFault =
    variable === ''
      ? "this machine's time zone cannot be told: set TZ, such as TZ=Asia/Tokyo, or give --timezone"
      : onOneLine(`TZ: ${fault}; or give --timezone`);
  return { nowMs, zone: 'UTC', zoneFault };
}

/** POSIX lets a colon stand before the name, and the name be that of a file. */
function zoneInVariable(text: string): string {
  return text.replace(/^:?(?:\/usr\/share\/zoneinfo\/)?/, '');
}

function readZone(
  name: string,
): { readonly zone: string; readonly fault?: undefined } | { readonly zone?: undefined; readonly fault: string } {
  if (/^(?:utc|gmt)0?$/i.test(name)) return { zone: 'UTC' };
  try {
    return { zone: parseZone(name).name };
  } catch (error) {
    if (!(error instanceof PolicyValueError)) throw error;
    return { fault: error.message };
  }
}
