/** Ends connections because an operator says so: those that are named, or those that certain rules refuse. */
import type { PassReport, TerminateRequest } from '../../shared/enforcement/index.ts';
import type { EnforcerParts, Time } from './enforcer-parts.ts';
import { terminateNamed } from './terminate-named.ts';
import { terminateRefused } from './terminate-refused.ts';

/** Rejects with an EnforcerError; then nobody was ended. */
export function terminate(parts: EnforcerParts, request: TerminateRequest, time: Time): Promise<PassReport> {
  const { refusedBy } = request;
  return refusedBy === undefined
    ? terminateNamed(parts, request, time)
    : terminateRefused(parts, { ...request, refusedBy }, time);
}
