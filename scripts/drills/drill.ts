/** A drill: something bad happens on the local stack's DynamoDB, and operators do what docs/drills.md says. */
import type { Ground } from './ground.ts';

export interface Drill {
  /** What `npm run drill` calls it, and what marks its place in docs/drills.md. */
  readonly name: string;
  readonly title: string;
  /** Throws a DrillFailed where it does not come out as it should. */
  run(ground: Ground): Promise<void>;
}
