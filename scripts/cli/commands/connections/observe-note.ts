/** That the enforcer only looks on. */
import type { EnforcerMode } from '../../../../shared/enforcement/index.ts';
import { messageLine } from '../../terminal/output.ts';

export const OBSERVES =
  'the enforcer only observes: it ends nobody by itself (ENFORCER_MODE=enforce of its function makes it)';

/** Nothing where it enforces. */
export function observeNote({ mode }: { readonly mode: EnforcerMode }): string[] {
  return mode === 'observe' ? [messageLine(OBSERVES)] : [];
}
