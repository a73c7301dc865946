/** The enforcer, where there is one. */
import type { Enforcer } from '../../shared/enforcement/index.ts';
import type { Services } from '../environment.ts';
import { Problem } from '../http/problem.ts';

/** @throws Problem no-enforcer */
export function requireEnforcer({ enforcer }: Pick<Services, 'enforcer'>): Enforcer {
  if (enforcer !== undefined) return enforcer;
  throw new Problem(
    'no-enforcer',
    'The variable ENFORCER_FUNCTION names no function: connections can be read and ended where the enforcer is deployed.',
  );
}
