/** What a replay tells. Plain data: a part of a replay can be sent and added to others (`ReplaySums.addPart`). */
import type { AttributeName, Rule } from '../engine/index.ts';

export interface ReplayReport {
  /** How many connections were decided again. */
  readonly connections: number;
  /** The first and the last of them: ISO 8601, UTC. Absent where there was none. */
  readonly firstAt?: string;
  readonly lastAt?: string;
  readonly users: UserCount;
  /** Connections of which no user is known. */
  readonly withoutUser: number;
  /**
   * Connections that were let in without a report rule that spoke against. Where there are none, the handler may keep none of
   * them (`DECISION_LOG=refused`), and those whom the draft would newly refuse are missing.
   */
  readonly plainAdmissions: number;
  /** What the draft changes. */
  readonly changed: Differences;
  /** Connections that both policies refuse, or both admit, with another message or other posture statuses. */
  readonly toldOtherwise: number;
  /** Connections that both policies decide otherwise than was answered then. */
  readonly answeredOtherwise: { readonly refusedThen: number; readonly admittedThen: number };
  /** Connections that could not be compared with what was answered, since that is not known. */
  readonly notCompared: number;
  /** What the draft's rules in report mode would have changed, were each of them alone enforced; in document order. */
  readonly reportRules: readonly ReportRuleSummary[];
  /** What the draft's endpoints in observe mode would have refused, were they not. */
  readonly observedEndpoints: readonly ObservedEndpointSummary[];
  /** What the connections had, or may have had, and the source does not tell: it counts as absent. */
  readonly withheld: readonly WithheldAttribute[];
}

/** A part of a replay, which can be added to others without counting anybody twice. */
export interface ReplayPart extends ReplayReport {
  /** The users that were seen, as they are counted (`userKey`). */
  readonly seen: readonly string[];
}

export interface UserCount {
  readonly count: number;
  /** True where there may be more: so many were not kept apart. */
  readonly atLeast?: true;
}

export interface Differences {
  readonly newlyRefused: DifferenceCount;
  readonly newlyAdmitted: DifferenceCount;
  /** Who, by which rules, how often: those with most connections first. */
  readonly groups: readonly DifferenceGroup[];
  /** Connections that differ and are in none of `groups`; absent where all are. */
  readonly more?: number;
}

export interface DifferenceCount {
  readonly connections: number;
  readonly users: UserCount;
  /** Those of the connections of which no user is known. */
  readonly withoutUser: number;
}

/** Differences of one user that have the same reasons. */
export interface DifferenceGroup {
  readonly change: 'newly-refused' | 'newly-admitted';
  /** As the user's first connection names them; absent where no user is known. */
  readonly user?: string;
  readonly before: Reason;
  readonly after: Reason;
  readonly connections: number;
  /** The first and the last of them: ISO 8601, UTC. */
  readonly firstAt: string;
  readonly lastAt: string;
  /** The id of the last, to look at it; absent where it has none. */
  readonly lastConnection?: string;
}

/** What made a decision. */
export interface Reason {
  /** `record`: what was answered then. `no-policy`: none was published. `observe-mode`: the endpoint only observes. */
  readonly decidedBy: 'rule' | 'default' | 'record' | 'no-policy' | 'observe-mode';
  /** In document order; the first eight. */
  readonly rules: readonly string[];
}

export interface ReportRuleSummary {
  readonly rule: string;
  readonly effect: Rule['effect'];
  /** How many connections it applied to. */
  readonly applied: number;
  readonly changed: Differences;
}

export interface ObservedEndpointSummary {
  /** Its id. */
  readonly endpoint: string;
  readonly name?: string;
  readonly changed: Differences;
}

export interface WithheldAttribute {
  readonly attribute: AttributeName;
  readonly connections: number;
  /** Rules of either policy that ask for it, in document order: they may have decided otherwise than they would have. The first 20. */
  readonly rules: readonly string[];
}
