/** Whether a rule counts at a moment. */
import { parseInstantMs, type Rule } from '../../../shared/engine/index.ts';

export type RuleState = 'in-force' | 'off' | 'report' | 'not-yet' | 'expired';

/** `report`: it would be in force, were it enforced. */
export function ruleState({ enabled = true, mode, notBefore, expiresAt }: Rule, nowMs: number): RuleState {
  if (expiresAt !== undefined && parseInstantMs(expiresAt) <= nowMs) return 'expired';
  if (!enabled) return 'off';
  if (notBefore !== undefined && parseInstantMs(notBefore) > nowMs) return 'not-yet';
  return mode === 'report' ? 'report' : 'in-force';
}
