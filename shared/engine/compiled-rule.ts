/** A rule as `compile` makes it. */
import type { Condition } from './condition.ts';
import type { MessageTemplate } from './message.ts';
import type { CompiledWindow, TimeDisplay } from './window.ts';

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
  readonly standing: Standing;
}

export interface CompiledAllowRule extends CompiledRuleBase {
  readonly effect: 'allow';
  readonly postureStatuses: readonly string[];
  readonly standing: Standing;
}

/** What becomes of connections that stand when a rule comes to refuse them, or no longer admits them. */
export interface Standing {
  readonly becomes: 'keep' | 'end' | 'endAll';
  /** For how long they go on before they are ended, in milliseconds. */
  readonly graceMs: number;
}

export interface CompiledExemptRule extends CompiledRuleBase {
  readonly effect: 'exempt';
  /** The ids of the deny rules that it lifts, or every one that is not final. */
  readonly from: ReadonlySet<string> | 'every';
}

/** All conditions must hold. */
export type CompiledBlock = readonly Condition[];
