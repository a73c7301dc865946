/** The soak of windows: the engine against stored changes of the world's clocks. */
import { countFigure, type SoakPart, type SoakResult } from '../part.ts';
import { type ChangeTrial, judgeChange, type MinuteOrder, type WindowEngine } from './judge-zone.ts';
import { NODE_TZDATA, nodeDifference } from './node-zones.ts';
import { type Change, STORED, type ZoneHistory, zoneHistories } from './zone-data.ts';

const FIRST_YEAR = 2024;
const LAST_YEAR = 2030;
const ORDERS: readonly MinuteOrder[] = ['forwards', 'backwards'];
const MOST_TOLD = 20;

export const zonesPart: SoakPart = {
  name: 'zones',
  title: 'windows minute by minute around the changes of clocks, against stored changes',
  run: async ({ isShort, seed, progress }) => judgeZones(zoneHistories(), { isShort, seed, progress }),
};

export interface ZonesOptions {
  /** One change of each zone, a few hours around it. */
  readonly isShort: boolean;
  /** Which change that is. */
  readonly seed: number;
  readonly progress?: (text: string) => void;
  readonly engine?: WindowEngine;
}

export function judgeZones(zones: readonly ZoneHistory[], options: ZonesOptions): SoakResult {
  const { isShort, seed, progress = () => {} } = options;
  const differences = zones.flatMap((zone) => nodeDifference(zone) ?? []);
  const trials: ChangeTrial[] = [];
  let changing = 0;
  let changes = 0;
  for (const [place, zone] of zones.entries()) {
    const judged = judgedChanges(zone);
    if (judged.length > 0) changing += 1;
    const anchors = judged.length > 0 ? judged : quietMoments(zone);
    const chosen = isShort ? anchors.filter((_, index) => index === (seed + place) % anchors.length) : anchors;
    changes += judged.length > 0 ? chosen.length : 0;
    for (const change of chosen) {
      const order = ORDERS[trials.length % ORDERS.length] ?? 'forwards';
      trials.push(judgeChange(zone, change, { hours: isShort ? 3 : 12, order, ...pick(options) }));
    }
    progress(`${place + 1} of ${zones.length} zones`);
  }
  const sum = (of: (trial: ChangeTrial) => number) => trials.reduce((total, trial) => total + of(trial), 0);
  const failures = trials.flatMap((trial) => trial.failures);
  const untold = failures.length - MOST_TOLD;
  return {
    figures: [
      { what: 'tz database of the stored changes', figure: STORED.tzdata },
      { what: 'tz database of Node', figure: NODE_TZDATA },
      countFigure('zones whose clocks change', changing),
      countFigure('zones whose clocks do not', zones.length - changing),
      countFigure(`changes of clocks, ${FIRST_YEAR} to ${LAST_YEAR}`, changes),
      countFigure(
        'minutes around them, each at both ends',
        sum(({ minutes }) => minutes),
      ),
      countFigure(
        'windows asked at a moment',
        sum(({ judgements }) => judgements),
      ),
      countFigure(
        'of these inside',
        sum(({ inside }) => inside),
      ),
      countFigure(
        'disagreements',
        sum((trial) => trial.failures.length),
      ),
    ],
    failures: [
      ...differences,
      ...failures.slice(0, MOST_TOLD),
      ...(untold > 0 ? [`… and ${untold} windows more`] : []),
    ],
  };
}

function judgedChanges({ changes, untilMs }: ZoneHistory): Change[] {
  const [fromMs, lastMs] = [Date.UTC(FIRST_YEAR), Date.UTC(LAST_YEAR + 1)];
  return changes.filter(({ atMs }) => atMs >= fromMs && atMs < Math.min(lastMs, untilMs));
}

/** In a zone without changes: a leap day and a turn of the year, as if something happened then. */
function quietMoments({ offsetMs }: ZoneHistory): Change[] {
  return [Date.UTC(2028, 1, 29, 2), Date.UTC(2026, 0)].map((wallMs) => {
    const offset = offsetMs(wallMs);
    return { atMs: wallMs - offset, beforeMs: offset, afterMs: offset };
  });
}

function pick({ engine }: ZonesOptions): { engine?: WindowEngine } {
  return engine === undefined ? {} : { engine };
}
