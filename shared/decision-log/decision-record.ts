/** Makes the record of a decision: everything in it bounded, so that no event makes an item that DynamoDB refuses. */
import type { ConnectRequest } from '../client-vpn/index.ts';
import { type Attribute, cut, type Decision, isMalformed } from '../engine/index.ts';
import { idOfRequest, isConnectionId } from './keys.ts';
import type { DecisionOutcome, DecisionRecord, RecordedEvent, RecordedMalformed } from './record.ts';
import { wellFormed } from './well-formed.ts';

/** A decision as the handler knows it. */
export interface DecisionFacts {
  /** Milliseconds since the epoch. */
  readonly decidedAtMs: number;
  /** The id of Lambda's request. */
  readonly lambdaRequestId: string;
  readonly request: ConnectRequest;
  readonly names: DecisionRecord['names'];
  readonly outcome: DecisionOutcome;
  /** Absent where no policy decided. */
  readonly decision?: Decision | undefined;
  /** The refused user's message, with names as `names` says. */
  readonly message?: string | undefined;
  readonly cause?: string | undefined;
  readonly revision?: number | undefined;
  readonly policyAgeMs?: number | undefined;
}

/** The most rules of each kind, and report rules, that a record holds. */
export const MAX_RECORDED_RULES = 50;

/** Of the event, in UTF-8; with everything else at its longest the item has less than 64 KB. */
const MAX_EVENT_BYTES = 46 * 1024;
const MAX_PREVIEW = 100;

export function decisionRecord(facts: DecisionFacts): DecisionRecord {
  const { decidedAtMs, lambdaRequestId, request, names, outcome, decision, message, cause, revision, policyAgeMs } =
    facts;
  return {
    id: idOf(request, lambdaRequestId),
    decidedAt: new Date(decidedAtMs).toISOString(),
    names,
    ...recordedEvent(request),
    outcome,
    allow: decision === undefined ? outcome === 'failed-open' : decision.allow,
    ...(decision === undefined ? {} : { effect: decision.effect, decidedBy: decision.decidedBy }),
    ...firstOf('rules', 'rulesCount', decision?.rules ?? []),
    ...firstOf('reported', 'reportedCount', decision?.reported ?? []),
    ...(message === undefined ? {} : { message: wellFormed(message) }),
    postureStatuses: (decision?.postureStatuses ?? []).map(wellFormed),
    ...(decision?.endpoint === undefined ? {} : { endpoint: wellFormed(decision.endpoint) }),
    ...(revision === undefined ? {} : { revision }),
    ...(policyAgeMs === undefined ? {} : { policyAgeMs: Math.max(0, Math.round(policyAgeMs)) }),
    ...(cause === undefined ? {} : { cause }),
  };
}

function idOf({ connectionId }: ConnectRequest, lambdaRequestId: string): string {
  return typeof connectionId === 'string' && isConnectionId(connectionId) ? connectionId : idOfRequest(lambdaRequestId);
}

/** The ids of a list as far as a record holds them, and how many there are where that is not all. */
function firstOf<Name extends string, Count extends string>(name: Name, count: Count, ids: readonly string[]) {
  const kept = ids.slice(0, MAX_RECORDED_RULES);
  return { [name]: kept, ...(kept.length < ids.length ? { [count]: ids.length } : {}) } as {
    readonly [Key in Name]: readonly string[];
  } & { readonly [Key in Count]?: number };
}

function recordedEvent(request: ConnectRequest): Pick<DecisionRecord, 'event' | 'groupsCount'> {
  const event: Record<string, string | RecordedMalformed> = { 'schema-version': request.schemaVersion };
  let room = MAX_EVENT_BYTES;
  for (const [key, attribute] of TEXTS) {
    const value = recordedText(request[attribute]);
    if (value === undefined) continue;
    event[key] = value;
    room -= bytesOf(typeof value === 'string' ? value : value.malformed);
  }
  const { groups } = request;
  // `TEXTS` has every key but the two that stand here.
  const texts = event as unknown as RecordedEvent;
  if (groups === undefined) return { event: texts };
  if (isMalformed(groups)) return { event: { ...texts, groups: malformed(groups.malformed) } };
  const kept: string[] = [];
  for (const group of groups) {
    room -= bytesOf(group) + 1;
    if (room < 0) return { event: { ...texts, groups: kept }, groupsCount: groups.length };
    kept.push(wellFormed(group));
  }
  return { event: { ...texts, groups: kept } };
}

/** AWS's key of each attribute that is a text. */
const TEXTS = [
  ['connection-id', 'connectionId'],
  ['endpoint-id', 'endpointId'],
  ['username', 'username'],
  ['common-name', 'commonName'],
  ['public-ip', 'publicIp'],
  ['platform', 'platform'],
  ['platform-version', 'platformVersion'],
  ['client-openvpn-version', 'openvpnVersion'],
  ['aws-client-version', 'awsClientVersion'],
] as const;

function recordedText(attribute: Attribute<string>): string | RecordedMalformed | undefined {
  if (attribute === undefined) return undefined;
  return isMalformed(attribute) ? malformed(attribute.malformed) : wellFormed(attribute);
}

/** What a value looked like, never asking anything of it that could throw. */
function malformed(value: unknown): RecordedMalformed {
  switch (typeof value) {
    case 'string':
      return { malformed: wellFormed(value.length <= MAX_PREVIEW ? value : `${cut(value, MAX_PREVIEW - 1)}…`) };
    case 'number':
    case 'boolean':
      return { malformed: String(value) };
    default:
      return { malformed: `(${value === null ? 'null' : typeof value})` };
  }
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}
