/** A decision on record: who asked, what came out, which rules and which revision made it. */
import type { ConnectRequestV3 } from '../client-vpn/index.ts';
import type { Effect } from '../engine/index.ts';

/**
 * `observed`: the policy refused, the endpoint's observe mode let the connection in. `failed-closed` and `failed-open`: no
 * policy decided. `ended`: a connection that stood was ended; its own decision is another record.
 */
export const OUTCOMES = ['admitted', 'refused', 'observed', 'failed-closed', 'failed-open', 'ended'] as const;

export type DecisionOutcome = (typeof OUTCOMES)[number];

/** What becomes of a connect event. */
export type ConnectOutcome = Exclude<DecisionOutcome, 'ended'>;

export const CONNECT_OUTCOMES = OUTCOMES.filter((outcome): outcome is ConnectOutcome => outcome !== 'ended');

/** What stands for an attribute that could not be read: how it looked, shortened. `readRequest` finds it malformed, too. */
export interface RecordedMalformed {
  readonly malformed: string;
}

/**
 * The connect event under AWS's keys, bounded; what was absent is missing. `readRequest` of it gives the request that was
 * decided, but for what `names` and `groupsCount` of the record tell.
 */
export type RecordedEvent = {
  readonly [Key in Exclude<keyof ConnectRequestV3, 'groups' | 'schema-version'>]?: string | RecordedMalformed;
} & {
  readonly groups?: readonly string[] | RecordedMalformed;
  /** The version that was answered in. */
  readonly 'schema-version': string;
};

export interface DecisionRecord {
  /**
   * The connection's id; `request:` and the id of Lambda's request where the event has none that can be one; of a connection
   * that was ended `ended:` and its id.
   */
  readonly id: string;
  /** ISO 8601, milliseconds, UTC. */
  readonly decidedAt: string;
  readonly event: RecordedEvent;
  /** How user name and common name stand in the event and the message: as they are, as keyed hashes, or not at all. */
  readonly names: 'clear' | 'pseudonyms' | 'left-out';
  /** How many groups there were, where the event does not hold all. */
  readonly groupsCount?: number;
  readonly outcome: DecisionOutcome;
  /** What Client VPN was answered; of an ended connection false. */
  readonly allow: boolean;
  /** What the policy decided; absent where none did. */
  readonly effect?: Effect;
  /** Absent where no policy decided. `limit`: the rules let it in, it was one too many. */
  readonly decidedBy?: DecidedBy;
  /** The rules (or limits) that made the decision, in document order; the first 50. */
  readonly rules: readonly string[];
  /** How many they were, where `rules` does not hold all. */
  readonly rulesCount?: number;
  /** Report rules that applied, in document order; the first 50. */
  readonly reported: readonly string[];
  /** How many they were, where `reported` does not hold all. */
  readonly reportedCount?: number;
  /** The refused user's message (what it would have been, where the endpoint only observes); absent on an admission. */
  readonly message?: string;
  readonly postureStatuses: readonly string[];
  /** The endpoint's name, its id where it has none; absent where the event names none or no policy decided. */
  readonly endpoint?: string;
  /** The revision that decided, or the one that was too old to; absent where there was none. */
  readonly revision?: number;
  /** Milliseconds since the store had last confirmed that revision. */
  readonly policyAgeMs?: number;
  /** Why no policy decided, for instance `unreachable`; absent where one did. */
  readonly cause?: string;
  /** Of `ended` only. */
  readonly ended?: RecordedEnd;
}

export type DecidedBy = 'rule' | 'default' | 'limit';

/** Who ended a connection that stood, and why. */
export interface RecordedEnd {
  /** `policy`: the policy refuses it by now. `operator`: somebody asked for it, whatever the policy says. */
  readonly by: 'policy' | 'operator';
  /** Who asked for it, or confirmed it: `type:id` of a revision's author. Absent where nobody had to. */
  readonly author?: string;
  /** In the author's words. At most 512 UTF-16 units. */
  readonly reason?: string;
  /** Since when it stood, ISO 8601, UTC; absent where that is not known. */
  readonly admittedAt?: string;
}
