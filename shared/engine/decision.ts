/** What comes out of `decide`. */
import type { Effect } from './document.ts';

export interface Decision {
  /** The answer to Client VPN. In an endpoint that only observes, true whatever was decided. */
  readonly allow: boolean;
  /** What the policy decided. */
  readonly effect: Effect;
  /** What made the decision: enforced rules (then `rules` names them), or the default. */
  readonly decidedBy: 'rule' | 'default';
  /** The rules that made the decision, in document order: all deny rules on a refusal, all allow rules on an admission. */
  readonly rules: readonly string[];
  /** The refused user's message, placeholders filled in, at most 255 UTF-16 units; absent when `effect` is `allow`. */
  readonly message?: string | undefined;
  /** At most ten, without repeats, from `rules`, in order. */
  readonly postureStatuses: readonly string[];
  /** Rules in report mode that apply, in document order (a deny rule that an enforced exempt rule lifts is not among them). */
  readonly reported: readonly string[];
  /** True when the policy refused and the endpoint, in observe mode, lets the connection in all the same. */
  readonly observed: boolean;
  /** The endpoint's name, its id where it has none; absent when the request names no endpoint. */
  readonly endpoint?: string | undefined;
}

/** What the rules would let in, refused by a limit of connections per user: `rules` names the limit. */
export interface LimitRefusal extends Omit<Decision, 'decidedBy'> {
  readonly effect: 'deny';
  readonly decidedBy: 'limit';
}
