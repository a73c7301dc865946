/** The engine's windows against the naive ones, minute by minute around the changes of a zone's clocks. */
import { readRequest } from '../../../shared/client-vpn/index.ts';
import { compile, decide, type PolicyDocument } from '../../../shared/engine/index.ts';
import { HOUR_MS, MINUTE_MS, type NaiveWindow, readClock } from './naive-windows.ts';
import { windowsAround } from './windows-around.ts';
import { type Change, offsetText, type ZoneHistory } from './zone-data.ts';

/** Compiles a policy and says which of its rules apply at a moment. */
export type WindowEngine = (document: PolicyDocument) => (atMs: number) => readonly string[];

export const ourEngine: WindowEngine = (document) => {
  const policy = compile(document);
  return (atMs) => decide(policy, NOBODY, atMs).rules;
};

/** Of whom nothing is known. */
const NOBODY = readRequest({});

export interface ChangeTrial {
  /** Each is asked at its first and at its last millisecond. */
  readonly minutes: number;
  /** Windows asked at a moment. */
  readonly judgements: number;
  /** Those of them that were inside. */
  readonly inside: number;
  /** A line for each window that the two read differently, with the first moment. */
  readonly failures: readonly string[];
}

/** How the minutes follow one another; a few moments out of order always come after: what the engine remembers must not matter. */
export type MinuteOrder = 'forwards' | 'backwards';

export interface JudgeOptions {
  /** Before the change and after it. */
  readonly hours: number;
  readonly order: MinuteOrder;
  readonly engine?: WindowEngine;
}

export function judgeChange(zone: ZoneHistory, change: Change, options: JudgeOptions): ChangeTrial {
  const { hours, order, engine = ourEngine } = options;
  const windows = windowsAround(zone, change, hours * HOUR_MS);
  const applying = engine(denyBy(windows));
  const minutes = 2 * hours * 60;
  const moments = momentsAround(change.atMs, minutes, order);
  const differing = new Map<number, { firstMs: number; moments: number }>();
  let inside = 0;
  for (const atMs of moments) {
    const ours = new Set(applying(atMs));
    const reading = readClock(zone, atMs);
    for (const [index, window] of windows.entries()) {
      const wanted = window.contains(reading);
      if (wanted) inside += 1;
      if (ours.has(ruleId(index)) === wanted) continue;
      const { firstMs = atMs, moments: before = 0 } = differing.get(index) ?? {};
      differing.set(index, { firstMs: Math.min(firstMs, atMs), moments: before + 1 });
    }
  }
  const failures = [...differing].map(([index, { firstMs, moments: count }]) => {
    const { window, contains } = windows[index] as NaiveWindow;
    const { time, today } = readClock(zone, firstMs);
    const said = contains(readClock(zone, firstMs))
      ? 'inside, the engine says outside'
      : 'outside, the engine says inside';
    const when = `${new Date(firstMs).toISOString()} (${today.date} ${time} ${offsetText(zone.offsetMs(firstMs))})`;
    return `${JSON.stringify(window)} at ${when}: ${said}; at ${count} moments around the change of ${new Date(change.atMs).toISOString()}`;
  });
  return { minutes, judgements: moments.length * windows.length, inside, failures };
}

/** Everybody is let in but in the windows, each of which is a rule. */
function denyBy(windows: readonly NaiveWindow[]): PolicyDocument {
  const rules = windows.map(({ window }, index) => ({
    id: ruleId(index),
    effect: 'deny' as const,
    match: { windows: [window] },
  }));
  return { version: 1, defaultEffect: 'allow', rules };
}

function ruleId(index: number): string {
  return `w${index}`;
}

/** Prime, so that the moments are spread over all the hours. */
const STRIDE = 1009;
/** The engine remembers little of moments out of order, and takes long over them. */
const SCATTERED = 40;

function momentsAround(atMs: number, minutes: number, order: MinuteOrder): number[] {
  const firstMs = atMs - (minutes / 2) * MINUTE_MS;
  const moments = Array.from({ length: minutes }, (_, minute) => firstMs + minute * MINUTE_MS).flatMap((ms) => [
    ms,
    ms + MINUTE_MS - 1,
  ]);
  if (order === 'backwards') moments.reverse();
  const scattered = Array.from({ length: SCATTERED }, (_, index) => moments[(index * STRIDE) % moments.length] ?? atMs);
  return [...moments, ...scattered];
}
