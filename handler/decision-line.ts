/** The one structured log line of a decision: who asked, what came out, which rules and which revision made it. */
import type { ConnectOutcome, KeptNames } from '../shared/decision-log/index.ts';
import {
  type Attribute,
  type CompiledPolicy,
  cut,
  type Decision,
  isMalformed,
  type LimitRefusal,
} from '../shared/engine/index.ts';
import type { Unavailability } from './unavailable-message.ts';

export type Outcome = ConnectOutcome;

export type Verdict = DecidedVerdict | FailedVerdict;

/** What was decided, and by which policy. */
export interface DecidedVerdict {
  readonly outcome: 'admitted' | 'refused' | 'observed';
  /** The moment for which the policy was asked, in milliseconds since the epoch. */
  readonly decidedAtMs: number;
  readonly decision: Decision | LimitRefusal;
  readonly policy: CompiledPolicy;
  readonly revision: number;
  /** Milliseconds since the store last confirmed the policy. */
  readonly policyAgeMs: number;
  /** True when the last try to confirm it failed. */
  readonly stale: boolean;
}

/** Why no policy decided. */
export interface FailedVerdict {
  readonly outcome: 'failed-closed' | 'failed-open';
  readonly cause: Unavailability;
  /** The message sent; absent when the connection was let in. */
  readonly message: string | undefined;
  /** The policy that is too old, and its age. */
  readonly outdated?: { readonly revision: number; readonly policyAgeMs: number } | undefined;
  readonly error?: unknown;
}

/** The longest value of each kind that a line holds, so that no event makes a line that CloudWatch Logs refuses. */
const MAX_TEXT = 512;
const MAX_GROUPS = 200;
const MAX_GROUP_TEXT = 256;
const MAX_RULES = 50;

/**
 * The line's fields. Everything in it is bounded plain data, so writing it as JSON cannot fail, and line breaks in a name
 * are escaped: no name can forge a line.
 */
export function decisionLine(
  { request, message }: Pick<KeptNames, 'request' | 'message'>,
  verdict: Verdict,
  durationMs: number,
): Record<string, unknown> {
  return {
    outcome: verdict.outcome,
    connectionId: text(request.connectionId),
    endpointId: text(request.endpointId),
    username: text(request.username),
    commonName: text(request.commonName),
    publicIp: text(request.publicIp),
    platform: text(request.platform),
    platformVersion: text(request.platformVersion),
    openvpnVersion: text(request.openvpnVersion),
    awsClientVersion: text(request.awsClientVersion),
    ...groups(request.groups),
    schemaVersion: request.schemaVersion,
    refusalMessage: message,
    ...verdictFields(verdict),
    durationMs,
  };
}

/** An error as bounded plain data: SDK errors carry whole responses, and may hold themselves. */
export function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error, text: preview(error) };
  const code = 'code' in error && typeof error.code === 'string' ? { code: clip(error.code, 100) } : {};
  const cause =
    error.cause instanceof Error ? { cause: clip(`${error.cause.name}: ${error.cause.message}`, MAX_TEXT) } : {};
  return {
    name: clip(error.name, 100),
    ...code,
    text: clip(error.message, MAX_TEXT),
    ...cause,
    stack: clip(error.stack ?? '', 2_000),
  };
}

function verdictFields(verdict: Verdict): Record<string, unknown> {
  if (!('decision' in verdict)) {
    return {
      allow: verdict.outcome === 'failed-open',
      cause: verdict.cause,
      ...verdict.outdated,
      error: verdict.error === undefined ? undefined : errorFields(verdict.error),
    };
  }
  const { decidedAtMs, decision, revision, policyAgeMs, stale } = verdict;
  return {
    decidedAt: new Date(decidedAtMs).toISOString(),
    endpoint: decision.endpoint === undefined ? undefined : clip(decision.endpoint, MAX_TEXT),
    allow: decision.allow,
    effect: decision.effect,
    decidedBy: decision.decidedBy,
    ...ids('rules', decision.rules),
    ...ids('reported', decision.reported),
    observed: decision.observed,
    postureStatuses: decision.postureStatuses,
    revision,
    policyAgeMs,
    policyStale: stale,
  };
}

/** The first ids of a list, and how many there are where that is not all. */
function ids(name: string, list: readonly string[]): Record<string, unknown> {
  if (list.length <= MAX_RULES) return { [name]: list };
  return { [name]: list.slice(0, MAX_RULES), [`${name}Count`]: list.length };
}

function groups(attribute: Attribute<readonly string[]>): Record<string, unknown> {
  if (attribute === undefined) return {};
  if (isMalformed(attribute)) return { groups: { malformed: preview(attribute.malformed) } };
  const listed = attribute.slice(0, MAX_GROUPS).map((group) => clip(group, MAX_GROUP_TEXT));
  return attribute.length > MAX_GROUPS ? { groups: listed, groupsCount: attribute.length } : { groups: listed };
}

function text(attribute: Attribute<string>): unknown {
  if (attribute === undefined) return undefined;
  return isMalformed(attribute) ? { malformed: preview(attribute.malformed) } : clip(attribute, MAX_TEXT);
}

/** What a value looked like, never asking anything of it that could throw. */
function preview(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return clip(value, 100);
    case 'number':
    case 'boolean':
      return String(value);
    default:
      return `(${value === null ? 'null' : typeof value})`;
  }
}

/** At most `most` UTF-16 units, the last one an ellipsis where something was cut; never half a character. */
function clip(whole: string, most: number): string {
  return whole.length <= most ? whole : `${cut(whole, most - 1)}…`;
}
