/**
 * Writes zone-data.json anew from what the system's zdump says of the chosen zones (Debian: packages libc-bin and tzdata):
 *
 *     npx tsx scripts/soak/zones/write-zone-data.ts                  the system's tz database
 *     npx tsx scripts/soak/zones/write-zone-data.ts --zoneinfo DIR   another one, such as that of an unpacked package
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readZdump } from './zdump.ts';
import { CHOSEN_ZONES, type ChosenZone } from './zone-choice.ts';
import { offsetText, type StoredData, type StoredZone } from './zone-data.ts';

// A window may have begun a month before the first change of 2024, and run on after the last of 2030.
const FROM = '2023-11-01T00:00Z';
const UNTIL = '2031-02-01T00:00Z';
// From before zones had clocks, so that there is a line before `FROM` for each.
const YEARS = '1840,2032';

const { values: flags } = parseArgs({ options: { zoneinfo: { type: 'string', default: '/usr/share/zoneinfo' } } });

const data: StoredData = {
  tzdata: versionOf(flags.zoneinfo),
  origin: `zdump -V -c ${YEARS} ZONE, changes of offset alone`,
  from: FROM,
  until: UNTIL,
  zones: Object.fromEntries(CHOSEN_ZONES.map((zone) => [zone.name, storedZone(zone)])),
};
writeFileSync(join(import.meta.dirname, 'zone-data.json'), `${JSON.stringify(data, undefined, 2)}\n`);
console.log(`${CHOSEN_ZONES.length} zones, tz database ${data.tzdata}`);

function versionOf(folder: string): string {
  const [, version] = /^# version (\S+)/.exec(readFileSync(join(folder, 'tzdata.zi'), 'utf8')) ?? [];
  if (version === undefined) throw new Error(`${folder} does not say which release of the tz database it is`);
  return version;
}

function storedZone({ name, until, because }: ChosenZone): StoredZone {
  const clocks = readZdump(
    execFileSync('zdump', ['-V', '-c', YEARS, join(flags.zoneinfo, name)], { encoding: 'utf8' }),
  );
  const [fromMs, untilMs] = [Date.parse(FROM), Date.parse(until ?? UNTIL)];
  const first = clocks.findLast(({ atMs }) => atMs <= fromMs);
  if (first === undefined) throw new Error(`zdump says nothing of ${name}`);
  const changes = clocks
    .filter(({ atMs }) => atMs > fromMs && atMs < untilMs)
    .map(({ atMs, offsetMs }) => [minuteText(atMs), offsetText(offsetMs)] as const);
  return {
    offset: offsetText(first.offsetMs),
    changes: Object.fromEntries(changes),
    ...(until !== undefined && because !== undefined ? { until, because } : {}),
  };
}

function minuteText(atMs: number): string {
  if (atMs % 60_000 !== 0) throw new Error(`a change within a minute: ${new Date(atMs).toISOString()}`);
  return `${new Date(atMs).toISOString().slice(0, 16)}Z`;
}
