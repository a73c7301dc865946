import { describe, expect, it } from '@jest/globals';
import { type CallerClock, callerClock } from './caller-zone.ts';

function clock(timezone: string | undefined, variable: string | undefined, machine: string): CallerClock {
  const surroundings = { env: { TZ: variable }, now: () => 0, timezone: machine };
  return callerClock(timezone === undefined ? {} : { timezone }, surroundings);
}

describe('callerClock', () => {
  it.each([
    ['--timezone before TZ', 'Asia/Tokyo', 'Europe/Berlin', 'UTC', 'Asia/Tokyo'],
    ["TZ before the machine's", undefined, 'Europe/Berlin', 'UTC', 'Europe/Berlin'],
    ['TZ with the colon of POSIX', undefined, ':Europe/Berlin', 'UTC', 'Europe/Berlin'],
    ['TZ with the path of POSIX', undefined, ':/usr/share/zoneinfo/Asia/Tokyo', 'UTC', 'Asia/Tokyo'],
    ['GMT as UTC', undefined, 'GMT', 'Asia/Tokyo', 'UTC'],
    ["the machine's", undefined, undefined, 'America/New_York', 'America/New_York'],
    ["the machine's where TZ is empty", undefined, '', 'America/New_York', 'America/New_York'],
  ])('takes %s', (_, option, variable, machine, expected) => {
    expect(clock(option, variable, machine)).toEqual({ nowMs: 0, zone: expected });
  });

  const accepted =
    'is no time zone; accepted: UTC or an area and location of the IANA time zone database, such as Asia/Tokyo';

  it.each([
    ['JST', undefined, 'UTC', `--timezone: "JST" ${accepted}`],
    ['', 'Asia/Tokyo', 'UTC', `--timezone: "" ${accepted}`],
  ])('refuses --timezone %j, TZ %j on a machine in %s', (option, variable, machine, message) => {
    expect(() => clock(option, variable, machine)).toThrow(message);
  });

  it.each([
    [undefined, 'JST-9', 'UTC', `TZ: "JST-9" ${accepted}; or give --timezone`],
    [
      undefined,
      '',
      'Etc/Unknown',
      "this machine's time zone cannot be told: set TZ, such as TZ=Asia/Tokyo, or give --timezone",
    ],
  ])('shows times in UTC with --timezone %j, TZ %j on a machine in %s', (option, variable, machine, zoneFault) => {
    expect(clock(option, variable, machine)).toEqual({ nowMs: 0, zone: 'UTC', zoneFault });
  });
});
