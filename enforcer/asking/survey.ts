/** Looks at every connection that stands, and judges it: what each request begins with. */
import { EnforcerError } from '../../shared/enforcement/index.ts';
import { StoreUnreachableError } from '../../shared/store/index.ts';
import { type ActiveConnection, type ClientVpnConnections, Ec2Error } from '../ec2/index.ts';
import { type JudgedConnection, judgeConnections } from '../judging/judge-connections.ts';
import type { KnownConnections } from '../judging/known-connections.ts';
import type { Policies, PolicyInForce } from '../judging/policies.ts';

export interface SurveyParts {
  readonly endpoints: readonly string[];
  readonly connections: ClientVpnConnections;
  readonly known: KnownConnections;
  readonly policies: Policies;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface Survey {
  readonly atMs: number;
  readonly inForce: PolicyInForce;
  readonly judged: readonly JudgedConnection[];
}

/** Rejects with an EnforcerError where EC2, the decision log or the policy cannot be read: half of a picture ends nobody. */
export async function survey(
  { endpoints, connections, known, policies, now }: SurveyParts,
  signal: AbortSignal,
): Promise<Survey> {
  const active: ActiveConnection[] = [];
  for (const endpoint of endpoints) active.push(...(await connections.active(endpoint, { signal }).catch(tellEc2)));
  const events = await known
    .of(active, signal)
    .catch((error: unknown) => tellStore(error, 'no-record', 'The decision log'));
  const atMs = now();
  try {
    const inForce = await policies.now(signal);
    if (inForce === undefined) throw new EnforcerError('no-policy', 'No policy is published.');
    const judged = await judgeConnections({ active, known: events, inForce, policies, nowMs: atMs, signal });
    return { atMs, inForce, judged };
  } catch (error) {
    return tellStore(error, 'no-policy', 'The policy');
  }
}

function tellEc2(error: unknown): never {
  throw toEnforcerError(error);
}

/** What EC2 failed with, as it is answered; anything else as it is. */
export function toEnforcerError(error: unknown): unknown {
  if (!(error instanceof Ec2Error)) return error;
  return new EnforcerError(error.code === 'refused' ? 'ec2-refused' : 'ec2-unavailable', error.message, {
    cause: error,
  });
}

function tellStore(error: unknown, code: 'no-record' | 'no-policy', what: string): never {
  if (error instanceof EnforcerError) throw error;
  const how = error instanceof StoreUnreachableError ? 'cannot be reached' : 'cannot be read';
  const detail = error instanceof Error ? error.message : String(error);
  throw new EnforcerError(code, `${what} ${how}, so that nobody is judged: ${detail}`, { cause: error });
}
