/** What is measured: something that decides connections by a policy. */
import type { PlainConnection, PlainRule } from '../plain-policy.ts';

/** A way to decide, ready for one policy. */
export interface Contender<Input = unknown> {
  readonly name: string;
  /** The connection in the form that it takes; not measured. */
  prepare(connection: PlainConnection): Input;
  /** Whether the connection is let in. Everything that depends on the connection's text is done here. */
  decide(input: Input): boolean | Promise<boolean>;
}

/** Gets ready for a policy; `undefined` where it cannot say what the policy says. */
export type MakeContender = (rules: readonly PlainRule[], nowMs: number) => Promise<Contender | undefined>;
