/** Whom a change of the policy hits: the connections of a sample that it would decide otherwise. */
import { type CompiledPolicy, type Connection, type Decision, decide } from '../../../shared/engine/index.ts';

export interface DecisionChanges {
  /** How many connections were decided on. */
  readonly total: number;
  readonly newlyRefused: readonly ChangedDecision[];
  readonly newlyAdmitted: readonly ChangedDecision[];
  /** How many are refused or admitted as before, with another message or other posture statuses. */
  readonly toldOtherwise: number;
}

export interface ChangedDecision {
  readonly connection: Connection;
  /** Undefined where no policy has been published: the handler refuses everybody then. */
  readonly before: Decision | undefined;
  readonly after: Decision;
}

export interface PoliciesToCompare {
  /** The policy in force; undefined where none has been published. */
  readonly before: CompiledPolicy | undefined;
  readonly after: CompiledPolicy;
  /** The moment to decide at, in milliseconds since 1970. */
  readonly atMs: number;
}

/** Decides on each connection by both policies. What counts is what the handler answers, so an endpoint that only observes admits. */
export function decisionChanges(
  connections: readonly Connection[],
  { before, after, atMs }: PoliciesToCompare,
): DecisionChanges {
  const newlyRefused: ChangedDecision[] = [];
  const newlyAdmitted: ChangedDecision[] = [];
  let toldOtherwise = 0;
  for (const connection of connections) {
    const changed = {
      connection,
      before: before && decide(before, connection, atMs),
      after: decide(after, connection, atMs),
    };
    const admitted = changed.before?.allow === true;
    if (admitted !== changed.after.allow) (admitted ? newlyRefused : newlyAdmitted).push(changed);
    else if (changed.before !== undefined && answer(changed.before) !== answer(changed.after)) toldOtherwise += 1;
  }
  return { total: connections.length, newlyRefused, newlyAdmitted, toldOtherwise };
}

/** What reaches the client. */
function answer({ allow, message, postureStatuses }: Decision): string {
  return JSON.stringify([allow ? undefined : message, postureStatuses]);
}
