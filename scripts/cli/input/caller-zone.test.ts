import { describe, expect, it } from '@jest/globals';
import { callerClock } from './caller-zone.ts';

function zone(timezone: string | undefined, variable: string | undefined, machine: string): string {
  const surroundings = { env: { TZ: variable }, now: () => 0, timezone: machine };
  return callerClock(timezone === undefined ? {} : { timezone }, surroundings).zone;
}

describe('callerClock', () => {
  it.each([
    ['--timezone before TZ', 'Asia/Tokyo', 'Europe/Berlin', 'UTC', 'Asia/Tokyo'],
    ["TZ before the machine's", undefined, 'Europe/Berlin', 'UTC', 'Europe/Berlin'],
    ['TZ with the colon of POSIX', undefined, ':Europe/Berlin', 'UTC', 'Europe/Berlin'],
    ["the machine's", undefined, undefined, 'America/New_York', 'America/New_York'],
    ["the machine's where TZ is empty", undefined, '', 'America/New_York', 'America/New_York'],
  ])('takes %s', (_, option, variable, machine, expected) => {
    expect(zone(option, variable, machine)).toBe(expected);
  });

  const accepted =
    'is no time zone; accepted: UTC or an area and location of the IANA time zone database, such as Asia/Tokyo';

  it.each([
    ['JST', undefined, 'UTC', `--timezone: "JST" ${accepted}`],
    ['', 'Asia/Tokyo', 'UTC', `--timezone: "" ${accepted}`],
    [undefined, 'JST-9', 'UTC', `TZ: "JST-9" ${accepted}; or give --timezone`],
    [undefined, '', 'Etc/Unknown', "this machine's time zone cannot be told: set TZ, such as TZ=Asia/Tokyo"],
  ])('refuses --timezone %j, TZ %j on a machine in %s', (option, variable, machine, message) => {
    expect(() => zone(option, variable, machine)).toThrow(message);
  });
});
