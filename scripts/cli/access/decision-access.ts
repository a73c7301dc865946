/** Recorded decisions as the commands reach them: through the admin API or straight on the tables. */
import type { DecisionFilter, DecisionRecord } from '../../../shared/decision-log/index.ts';
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import type { ReplayReport, Retraced } from '../../../shared/replay/index.ts';

/** Every method throws a CommandError where the decisions cannot be reached, or may not be. */
export interface DecisionAccess {
  /** Where they are, for messages: `the table X in eu-west-1`, `the API https://…`. */
  readonly place: string;
  /** One decision by the connection's id; undefined where there is none on record. */
  decision(id: string): Promise<RecordedDecision | undefined>;
  /** The newest first, read page by page as they are asked for. */
  decisions(wanted: DecisionsWanted): AsyncIterable<DecisionRecord>;
  /** Decides again by the policy in force and by a draft. */
  replay(wanted: ReplayWanted): Promise<Replayed>;
  /** Must be called, so that the process can end. */
  close(): void;
}

export interface RecordedDecision {
  readonly decision: DecisionRecord;
  /** Null where no policy decided, and where the revision that did is not there any more or cannot be read. */
  readonly trace: (Retraced & { readonly revision: number }) | null;
  /** The record of its end, where it was let in and ended. */
  readonly ended?: DecisionRecord;
}

export interface DecisionsWanted extends DecisionFilter {
  /** From then on, in milliseconds since 1970. Default: as `DecisionQuery` has it. */
  readonly sinceMs?: number | undefined;
  /** Before then. Default: now. */
  readonly untilMs?: number | undefined;
  /** How many are read at once. */
  readonly page: number;
}

export interface ReplayWanted extends DecisionFilter {
  /** From then on, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** Before then. */
  readonly untilMs: number;
  /** Default: the policy in force, to see what its report rules would have done. */
  readonly draft?: { readonly policy: PolicyDocument } | { readonly revision: number } | undefined;
}

export interface Replayed {
  readonly report: ReplayReport;
  /** The revision in force; undefined where none has been published. */
  readonly base: number | undefined;
}
