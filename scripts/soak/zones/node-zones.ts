/** Whether Node's own copy of the tz database says what is stored: the engine can only be as right as it is. */
import { DAY_MS } from './naive-windows.ts';
import { offsetOf, offsetText, type ZoneHistory } from './zone-data.ts';

/** The release of the tz database within Node. */
export const NODE_TZDATA = process.versions.tz ?? 'unknown';

/** The first difference in a line, `undefined` where there is none: day by day, and to the millisecond at each change. */
export function nodeDifference({ name, changes, fromMs, untilMs, offsetMs }: ZoneHistory): string | undefined {
  const clock = new Intl.DateTimeFormat('en', { timeZone: name, timeZoneName: 'longOffset' });
  const days = Array.from({ length: Math.floor((untilMs - fromMs) / DAY_MS) }, (_, day) => fromMs + day * DAY_MS);
  const asked = [...days, ...changes.flatMap(({ atMs }) => [atMs - 1, atMs])];
  const differing = asked.find((atMs) => nodeOffsetMs(clock, atMs) !== offsetMs(atMs));
  if (differing === undefined) return undefined;
  const [node, wanted] = [nodeOffsetMs(clock, differing), offsetMs(differing)].map(offsetText);
  return `${name} at ${new Date(differing).toISOString()}: ${wanted} is stored, Node's tz database ${NODE_TZDATA} says ${node}`;
}

function nodeOffsetMs(clock: Intl.DateTimeFormat, atMs: number): number {
  const text = clock.formatToParts(atMs).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return text === 'GMT' ? 0 : offsetOf(text.replace('GMT', ''));
}
