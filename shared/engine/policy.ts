/** What `compile` makes of a document and `decide` reads. */
import type { ApplyingRules } from './applying-rules.ts';
import type { CompiledLimit } from './compiled-limit.ts';
import type { CompiledRule } from './compiled-rule.ts';
import type { Effect } from './document.ts';
import type { MessageTemplate } from './message.ts';
import type { RuleTraits } from './rule-traits.ts';
import type { Subject } from './subject.ts';

export interface CompiledPolicy {
  readonly defaultEffect: Effect;
  readonly defaultMessage: MessageTemplate;
  /** By endpoint id. */
  readonly endpoints: ReadonlyMap<string, CompiledEndpoint>;
  /** In document order; a rule's number is its place. */
  readonly rules: readonly CompiledRule[];
  /** By number, what most decisions need of the rules. */
  readonly ids: readonly string[];
  readonly traits: RuleTraits;
  /** Finds those of `rules` that can apply to a connection. */
  readonly index: RuleFinder;
  /** Of the decision in hand: nothing of it lasts. */
  readonly applying: ApplyingRules;
  /** In document order; `decide` knows nothing of them. */
  readonly limits: readonly CompiledLimit[];
}

export interface RuleFinder {
  /** The rules that can apply, at a moment (milliseconds since 1970) or ever. What it returns is good until the next call. */
  find(subject: Subject, when: number | 'ever'): RuleNumbers;
}

/** Numbers of rules, ascending. */
export interface RuleNumbers {
  readonly count: number;
  /** The number at `place`, which is below `count`. */
  at(place: number): number;
  /** All of them, to keep. */
  toArray(): readonly number[];
}

export interface CompiledEndpoint {
  readonly id: string;
  readonly name: string | undefined;
  readonly defaultEffect: Effect;
  readonly defaultMessage: MessageTemplate;
  readonly observes: boolean;
}
