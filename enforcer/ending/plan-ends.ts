/** Which of the judged connections a pass ends, endpoint by endpoint, and which are held back since they are too many. */
import type { CompiledPolicy } from '../../shared/engine/index.ts';
import { isRefused, type JudgedConnection, type Refused } from '../judging/judge-connections.ts';
import { capOf } from './cap.ts';

/** One that is to be ended, and why. */
export interface ToEnd extends Pick<JudgedConnection, 'active' | 'known'> {
  readonly why: EndReason;
  /** Whether that still holds at a moment (milliseconds since 1970) under the policy that judged it. */
  readonly isStillDue: (nowMs: number) => boolean;
}

/** `operator`: one says so, whatever the policy says. */
export interface EndReason {
  readonly decidedBy: Refused['decidedBy'] | 'operator';
  readonly rules: readonly string[];
}

export interface EndpointPlan {
  readonly endpoint: string;
  readonly judged: readonly JudgedConnection[];
  readonly toEnd: readonly ToEnd[];
  /** Beyond the cap, together with the others that count for it: none of them is ended. */
  readonly held: readonly ToEnd[];
  readonly cap: number;
}

export interface CapRule {
  readonly maxSharePercent: number;
  /** An operator has confirmed that all may be ended. */
  readonly confirmed: boolean;
}

/** One plan for each of the endpoints. */
export function planEnds(
  endpoints: readonly string[],
  judged: readonly JudgedConnection[],
  policy: CompiledPolicy,
  { maxSharePercent, confirmed }: CapRule,
): readonly EndpointPlan[] {
  return endpoints.map((endpoint) => {
    const here = judged.filter(({ active }) => active.endpoint === endpoint);
    const cap = capOf(here.length, maxSharePercent);
    const refused = here.flatMap((one) => toEndOf(one, policy));
    const counted = refused.filter(({ why }) => !why.endsAll);
    const held = confirmed || counted.length <= cap ? [] : counted;
    const toEnd = held.length === 0 ? refused : refused.filter(({ why }) => why.endsAll);
    return { endpoint, judged: here, toEnd, held, cap };
  });
}

function toEndOf(
  { active, known, judgement }: JudgedConnection,
  policy: CompiledPolicy,
): readonly (ToEnd & { readonly why: Refused })[] {
  if (judgement.verdict !== 'refused') return [];
  // That a limit is exceeded no clock changes.
  const isStillDue = (nowMs: number) =>
    judgement.decidedBy === 'limit' || (known !== undefined && isRefused(policy, known, nowMs));
  return [{ active, known, why: judgement, isStillDue }];
}
