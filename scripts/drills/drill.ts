/** A drill: something bad happens on the local stack's DynamoDB, and operators do what docs/drills.md says. */
import type { Ground } from './ground.ts';

export interface Drill {
  /** What `npm run drill` calls it, and what marks its place in docs/drills.md. */
  readonly name: string;
  readonly title: string;
  /** Throws a DrillFailed where it does not come out as it should. */
  run(ground: Ground): Promise<void>;
}

/** What the operators would have relied on is not so. */
export class DrillFailed extends Error {
  override readonly name = 'DrillFailed';
}

/** Something that was done or happened, and what was seen of it. */
export interface Step {
  /** `$ vpn-policy …` for a command, `# …` for what happens. */
  readonly line: string;
  /** Whole lines. */
  readonly printed: string;
}
