/** What `compile` makes of a document and `decide` reads. */
import type { ApplyingRules } from './applying-rules.ts';
import type { Condition } from './condition.ts';
import type { Effect } from './document.ts';
import type { MessageTemplate } from './message.ts';
import type { RuleTraits } from './rule-traits.ts';
import type { Subject } from './subject.ts';
import type { CompiledWindow, TimeDisplay } from './window.ts';

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

export type CompiledRule = CompiledDenyRule | CompiledAllowRule | CompiledExemptRule;

interface CompiledRuleBase {
  readonly id: string;
  /** False in report mode. */
  readonly enforced: boolean;
  readonly enabled: boolean;
  /** In force in [notBeforeMs, expiresAtMs); the ends may be infinite. */
  readonly notBeforeMs: number;
  readonly expiresAtMs: number;
  /** One block suffices; `everyone` is one block without conditions. */
  readonly match: readonly CompiledBlock[];
  readonly except: readonly CompiledBlock[];
  /** The windows of `match`, and how `expiresAt` was written: what `{until}` is shown in. */
  readonly matchWindows: readonly CompiledWindow[];
  readonly expiryDisplay: TimeDisplay | undefined;
}

export interface CompiledDenyRule extends CompiledRuleBase {
  readonly effect: 'deny';
  readonly message: MessageTemplate | undefined;
  readonly postureStatuses: readonly string[];
  readonly final: boolean;
}

export interface CompiledAllowRule extends CompiledRuleBase {
  readonly effect: 'allow';
  readonly postureStatuses: readonly string[];
}

export interface CompiledExemptRule extends CompiledRuleBase {
  readonly effect: 'exempt';
  /** The ids of the deny rules that it lifts, or every one that is not final. */
  readonly from: ReadonlySet<string> | 'every';
}

/** All conditions must hold. */
export type CompiledBlock = readonly Condition[];
