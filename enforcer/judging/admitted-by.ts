/** Which rules let a connection in that stands. */
import { type CompiledPolicy, explain } from '../../shared/engine/index.ts';
import type { KnownConnection } from './known-connections.ts';

/**
 * The rules that admitted it, as its record names them. Where the record does not (it is of a refusal that was only observed, of an answer without a
 * policy, or of more rules than it holds), those allow rules of today that applied when it connected.
 */
export function admittedBy(
  policy: CompiledPolicy,
  { record, request, decidedAtMs }: KnownConnection,
): readonly string[] {
  const { outcome, rules, rulesCount } = record;
  if (outcome === 'admitted' && rulesCount === undefined) return rules;
  return explain(policy, request, decidedAtMs)
    .rules.filter(({ effect, outcome }) => effect === 'allow' && APPLIES.has(outcome))
    .map(({ rule }) => rule);
}

const APPLIES: ReadonlySet<string> = new Set(['decided', 'outranked']);
