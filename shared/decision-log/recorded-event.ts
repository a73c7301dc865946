/** A connect event as a record holds it: bounded, whatever it was. */
import type { ConnectRequest } from '../client-vpn/index.ts';
import { type Attribute, cut, isMalformed } from '../engine/index.ts';
import type { DecisionRecord, RecordedEvent, RecordedMalformed } from './record.ts';
import { wellFormed } from './well-formed.ts';

/** In UTF-8; with everything else at its longest the item has less than 64 KB. */
const MAX_EVENT_BYTES = 46 * 1024;
const MAX_PREVIEW = 100;

/** The event under AWS's keys, and how many groups there were where it does not hold all. */
export function recordedEvent(request: ConnectRequest): Pick<DecisionRecord, 'event' | 'groupsCount'> {
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
