/** The decision log, where there is one. */
import type { DecisionSource } from '../../shared/decision-log/index.ts';
import type { Services } from '../environment.ts';
import { Problem } from '../http/problem.ts';

/** @throws Problem no-decision-log */
export function requireDecisions({ decisions }: Pick<Services, 'decisions'>): DecisionSource {
  if (decisions !== undefined) return decisions;
  throw new Problem('no-decision-log', 'The variable DECISIONS_TABLE names no table, so there are none to be read.');
}
