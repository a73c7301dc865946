/** Replays recorded decisions for as long as an answer may take. */
import { type DecisionFilter, type DecisionSource, isOfEndpoint, placeOf } from '../../shared/decision-log/index.ts';
import {
  createReplayer,
  pastOfRecord,
  type ReplayedPolicies,
  type ReplayPart as ReplayPartData,
} from '../../shared/replay/index.ts';
import type { ReplayRest } from './replay-cursor.ts';

export interface ReplayPart {
  readonly part: ReplayPartData;
  /** The part ends here, in milliseconds since 1970. */
  readonly reachedMs: number;
  /** Undefined where the replay has come to its end. */
  readonly rest: Omit<ReplayRest, 'base'> | undefined;
}

export interface ReplayWork {
  readonly decisions: DecisionSource;
  readonly policies: ReplayedPolicies;
  readonly filter: DecisionFilter;
  readonly limit: number;
  /** True when it is time to answer. */
  readonly isOver: () => boolean;
}

const DAY_MS = 86_400_000;
/** With these an answer stays under what can be sent, and no group is left off: one has up to 3 KB. */
const MAX_GROUPS = 1_000;

/** @param from what is left to do, to begin with */
export async function replayPart(
  { decisions, policies, filter, limit, isOver }: ReplayWork,
  from: Omit<ReplayRest, 'base'>,
): Promise<ReplayPart> {
  const replayer = createReplayer(policies, { listed: 2 * MAX_GROUPS });
  // Sorted out here, where the time is watched: few of a day's decisions may be of that endpoint.
  const { endpoint, ...walk } = filter;
  let count = 0;
  let { sinceMs, after } = from;
  while (sinceMs < from.untilMs) {
    // Day by day: also where nothing is found for long there is a point to go on from. (All of a user's are found at once.)
    const dayEndMs = (Math.floor(sinceMs / DAY_MS) + 1) * DAY_MS;
    const untilMs = filter.user === undefined ? Math.min(from.untilMs, dayEndMs) : from.untilMs;
    for await (const record of decisions.walk({ ...walk, sinceMs, untilMs, after })) {
      const past = pastOfRecord(record);
      if (past !== undefined && (endpoint === undefined || isOfEndpoint(record, endpoint))) {
        replayer.add(past);
        count += 1;
      }
      if (count < limit && replayer.groups() < MAX_GROUPS && !isOver()) continue;
      const reachedMs = Date.parse(record.decidedAt);
      return {
        part: replayer.part(),
        reachedMs,
        rest: { sinceMs: reachedMs, untilMs: from.untilMs, after: placeOf(record) },
      };
    }
    [sinceMs, after] = [untilMs, undefined];
    if (isOver() && sinceMs < from.untilMs) {
      return { part: replayer.part(), reachedMs: sinceMs, rest: { sinceMs, untilMs: from.untilMs } };
    }
  }
  return { part: replayer.part(), reachedMs: from.untilMs, rest: undefined };
}
