/** The time zone of whoever types the command: what `18:00` means to them, and how times are told to them. */
import type { Command } from 'commander';
import { PolicyValueError, parseZone } from '../../../shared/engine/index.ts';
import { CommandError } from '../exit-code.ts';
import { onOneLine } from '../print/output.ts';
import type { Surroundings } from '../surroundings.ts';

export interface TimezoneOptions {
  readonly timezone?: string;
}

/** A moment, and the zone on whose clock times are read and shown. */
export interface CallerClock {
  readonly nowMs: number;
  /** An IANA name or `UTC`. */
  readonly zone: string;
}

export function addTimezoneOption(command: Command): Command {
  return command.option(
    '--timezone <zone>',
    "the zone of the times that you type and read: UTC or such as Asia/Tokyo (default: TZ, else the machine's)",
  );
}

/** Throws a CommandError where the zone is none, or cannot be told. */
export function callerClock(
  { timezone }: TimezoneOptions,
  { env, now, timezone: machineZone }: Pick<Surroundings, 'env' | 'now' | 'timezone'>,
): CallerClock {
  return { nowMs: now(), zone: callerZone(timezone, env.TZ ?? '', machineZone) };
}

function callerZone(option: string | undefined, variable: string, machineZone: string): string {
  if (option !== undefined) return zoneOf(option, (reason) => `--timezone: ${reason}`);
  // POSIX lets a colon stand before the name.
  if (variable !== '') return zoneOf(variable.replace(/^:/, ''), (reason) => `TZ: ${reason}; or give --timezone`);
  return zoneOf(machineZone, () => "this machine's time zone cannot be told: set TZ, such as TZ=Asia/Tokyo");
}

function zoneOf(name: string, told: (reason: string) => string): string {
  try {
    return parseZone(name).name;
  } catch (error) {
    if (!(error instanceof PolicyValueError)) throw error;
    throw new CommandError(onOneLine(told(error.message)), undefined, { cause: error });
  }
}
