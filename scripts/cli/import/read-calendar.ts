/** The days of an iCalendar file (RFC 5545), such as a calendar of public holidays. */
import ICAL from 'ical.js';
import { DateTime } from 'luxon';
import { PolicyValueError, parseCalendarDate, parseZone, shown } from '../../../shared/engine/index.ts';
import { CommandError } from '../exit-code.ts';
import { counted, onOneLine } from '../terminal/output.ts';
import { whyDoubtful } from './doubtful-rule.ts';
import type { ListEntry, ListIssue, ReadList } from './list.ts';

export interface CalendarOptions {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** For how many years from now on events recur. */
  readonly years: number;
  /** The zone in which an event at a UTC time has its day; undefined: the one that the calendar names. */
  readonly timezone?: string | undefined;
}

/**
 * Each day of each event, with the event's name as its note. An event counts for every day that it touches, a cancelled one
 * for none. A time has its day in the zone in which it is written. Of events that recur count the days from the beginning of
 * this year (in UTC) until `years` from now; all others count whenever they are. Throws a CommandError where the zone must be
 * named.
 */
export function readCalendar(text: string, options: CalendarOptions): ReadList {
  let calendars: ICAL.Component[];
  try {
    calendars = parseCalendars(text);
  } catch (error) {
    return { ok: false, issues: [{ message: `not iCalendar: ${reasonOf(error)}` }] };
  }
  const lines = eventLines(text);
  const span = spanOf(options);
  const entries: ListEntry[] = [];
  const issues: ListIssue[] = [];
  let recurring = 0;
  for (const calendar of calendars) {
    const events = calendar.getAllSubcomponents('vevent');
    const exceptions = exceptionsByUid(events);
    const recurringUids = new Set(events.filter((event) => !isException(event)).map(uidOf));
    const timezone = options.timezone ?? zoneOf(calendar);
    for (const component of events) {
      const line = lines.next().value ?? 1;
      // An exception is told with the event that it belongs to; where that one was not exported, it stands for itself.
      if (isException(component) && recurringUids.has(uidOf(component))) continue;
      try {
        const event = new ICAL.Event(component, {
          exceptions: isException(component) ? [] : (exceptions.get(uidOf(component)) ?? []),
        });
        if (event.isRecurring()) recurring++;
        for (const { day, note } of daysOf(event, span, timezone)) {
          entries.push({ value: day, ...(note !== '' && { note }), line });
        }
      } catch (error) {
        if (error instanceof CommandError) throw error;
        issues.push({ line, message: `the event ${nameOf(component)}: ${reasonOf(error)}` });
      }
    }
  }
  if (issues.length > 0) return { ok: false, issues };
  const remark = `of ${counted(recurring, 'event that recurs', 'events that recur')} the days from ${isoDay(span.from)} to ${isoDay(span.to)} count`;
  return { ok: true, entries, kind: 'date', ...(recurring > 0 && { remarks: [remark] }) };
}

/** Days are told as the milliseconds since 1970 at which they begin in UTC; `to` is the last one. */
interface Span {
  readonly from: number;
  readonly to: number;
}

interface Day {
  readonly day: string;
  readonly note: string;
}

/** An event that recurs every second must not hold up the machine. */
const MAX_OCCURRENCES = 30_000;
/** Days, hours or whatever a rule goes by that are looked at for one occurrence: 273 years of days. */
const MAX_STEPS = 100_000;
const MAX_DAYS = 366;
const DAY_MS = 86_400_000;

function parseCalendars(text: string): ICAL.Component[] {
  const parsed: unknown[] = ICAL.parse(text.trim());
  // One calendar is a list that begins with its name, several are a list of such lists.
  const calendars = typeof parsed[0] === 'string' ? [parsed] : (parsed as unknown[][]);
  if (calendars.length === 0 || calendars.some(([name]) => name !== 'vcalendar')) throw new Error('no BEGIN:VCALENDAR');
  return calendars.map((calendar) => new ICAL.Component(calendar));
}

/** The lines where events begin, in the order of the text. */
function* eventLines(text: string): Generator<number, undefined> {
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (line.trimEnd().toUpperCase() === 'BEGIN:VEVENT') yield index + 1;
  }
  return undefined;
}

function spanOf({ nowMs, years }: CalendarOptions): Span {
  const now = DateTime.fromMillis(nowMs, { zone: 'utc' });
  return { from: now.startOf('year').toMillis(), to: now.startOf('day').plus({ years }).toMillis() };
}

function exceptionsByUid(events: readonly ICAL.Component[]): Map<string, ICAL.Component[]> {
  const exceptions = new Map<string, ICAL.Component[]>();
  for (const event of events) {
    if (!isException(event)) continue;
    exceptions.set(uidOf(event), [...(exceptions.get(uidOf(event)) ?? []), event]);
  }
  return exceptions;
}

/** Of an event that recurs, one time that is otherwise. */
function isException(event: ICAL.Component): boolean {
  return event.hasProperty('recurrence-id');
}

function uidOf(event: ICAL.Component): string {
  return String(event.getFirstPropertyValue('uid') ?? '');
}

function zoneOf(calendar: ICAL.Component): string | undefined {
  const named = calendar.getFirstPropertyValue('x-wr-timezone');
  try {
    parseZone(String(named));
    return String(named);
  } catch (error) {
    if (error instanceof PolicyValueError) return undefined; // none, or a name that is not IANA's
    throw error;
  }
}

function daysOf(event: ICAL.Event, span: Span, timezone: string | undefined): Day[] {
  checkStart(event.component);
  checkRules(event);
  if (!event.isRecurring()) return daysOfOne(event, event.startDate, event.endDate, timezone);
  const excluded = new Set(excludedTimes(event.component));
  const earliest = span.from - MAX_DAYS * DAY_MS;
  const days: Day[] = [];
  for (const occurrence of occurrencesOf(event)) {
    const day = dayOf(occurrence, timezone);
    if (day > span.to) break;
    if (day < earliest || excluded.has(occurrence.toString())) continue;
    const { item, startDate, endDate } = event.getOccurrenceDetails(occurrence);
    const occurring = daysOfOne(item, startDate, endDate, timezone);
    days.push(...occurring.filter(({ day }) => day >= isoDay(span.from) && day <= isoDay(span.to)));
  }
  return days;
}

/** ical.js passes over the start itself where only RDATEs recur, and makes a 1 March of a 29 February that there is not. */
function* occurrencesOf(event: ICAL.Event): Generator<ICAL.Time, void> {
  yield event.startDate;
  const onLeapDay = event.startDate.month === 2 && event.startDate.day === 29 && recursOnItsDay(event.component);
  const iterator = boundedSearch(() => event.iterator());
  for (let count = 0; count < MAX_OCCURRENCES; count++) {
    const next: ICAL.Time | null = boundedSearch(() => iterator.next());
    if (next === null || next === undefined) return;
    if (next.compare(event.startDate) !== 0 && !(onLeapDay && next.month === 3)) yield next;
  }
  throw new CalendarError(`it recurs more than ${MAX_OCCURRENCES} times until then`);
}

/** A search for the next occurrence; of a rule that has none (each 30 February) ical.js's own would never end. */
function boundedSearch<Found>(search: () => Found): Found {
  const { prototype } = ICAL.RecurIterator;
  const fits = prototype.check_contracting_rules;
  let steps = 0;
  prototype.check_contracting_rules = function (this: ICAL.RecurIterator) {
    if (++steps > MAX_STEPS) throw new CalendarError('its rule finds no next day');
    return fits.call(this);
  };
  try {
    return search();
  } finally {
    prototype.check_contracting_rules = fits;
  }
}

/** Every year, on the day of the start alone. */
function recursOnItsDay(event: ICAL.Component): boolean {
  const rule = event.getFirstPropertyValue('rrule');
  return (
    rule instanceof ICAL.Recur && rule.freq === 'YEARLY' && Object.keys(rule.parts).every((part) => part === 'BYMONTH')
  );
}

function excludedTimes(event: ICAL.Component): string[] {
  return event.getAllProperties('exdate').flatMap((property) => property.getValues().map(String));
}

function daysOfOne(event: ICAL.Event, start: ICAL.Time, end: ICAL.Time, timezone: string | undefined): Day[] {
  if (String(event.component.getFirstPropertyValue('status') ?? '').toUpperCase() === 'CANCELLED') return [];
  const note = onOneLine(event.summary ?? '');
  const first = dayOf(start, timezone);
  // The end is the first moment, or day, that no longer belongs to it.
  const last = end.compare(start) > 0 ? dayOf(justBefore(end), timezone) : first;
  const count = (last - first) / DAY_MS + 1;
  if (count > MAX_DAYS) throw new CalendarError(`it lasts ${count} days; accepted: at most ${MAX_DAYS}`);
  return Array.from({ length: count }, (_, index) => ({ day: isoDay(first + index * DAY_MS), note }));
}

function justBefore(end: ICAL.Time): ICAL.Time {
  const before = end.clone();
  before.adjust(end.isDate ? -1 : 0, 0, 0, end.isDate ? 0 : -1);
  return before;
}

/** The day of a time on the clock on which it is written; a UTC time is none that anybody looks at. */
function dayOf(time: ICAL.Time, timezone: string | undefined): number {
  if (time.isDate || time.zone !== ICAL.Timezone.utcTimezone) return Date.UTC(time.year, time.month - 1, time.day);
  if (timezone === undefined) {
    throw new CommandError(
      `on which day ${time.toString()} is depends on the time zone, and the calendar names none: say --timezone, such as Asia/Tokyo`,
    );
  }
  const { year, month, day } = DateTime.fromMillis(time.toUnixTime() * 1_000, { zone: timezone });
  return Date.UTC(year, month - 1, day);
}

function isoDay(day: number): string {
  return new Date(day).toISOString().slice(0, 10);
}

/** What does not exist, such as 30 February, ical.js makes another day of. */
function checkStart(event: ICAL.Component): void {
  const property = event.getFirstProperty('dtstart');
  if (property === null || property === undefined) throw new CalendarError('it has no DTSTART');
  const written: unknown = property.jCal[3];
  parseCalendarDate(String(written).slice(0, 10));
}

function checkRules({ component, startDate }: ICAL.Event): void {
  for (const property of component.getAllProperties('rrule')) {
    const rule = property.getFirstValue();
    const doubt = rule instanceof ICAL.Recur ? whyDoubtful(rule, startDate) : undefined;
    if (doubt !== undefined) throw new CalendarError(`its rule is not understood: ${doubt}`);
  }
}

class CalendarError extends Error {}

function nameOf(event: ICAL.Component): string {
  return shown(String(event.getFirstPropertyValue('summary') ?? uidOf(event)));
}

function reasonOf(error: unknown): string {
  const known = error instanceof CalendarError || error instanceof PolicyValueError;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof TypeError) return 'it is not as iCalendar has it'; // the message speaks of the insides of ical.js
  return onOneLine(known ? message : `it is not as iCalendar has it (${message})`);
}
