/**
 * An event as it is to be made, told apart from the event itself: what a reader must find in it is known without reading it, also
 * where a getter throws or a proxy answers. Nothing here shares code with the handler's reading of requests.
 */
import type { Attribute, Connection } from '../../../shared/engine/index.ts';

/** A value that is there, one behind a getter, or a getter that throws. */
export type FieldSpec = { readonly value: unknown; readonly behind?: 'getter' } | { readonly throws: true };

/** How an event comes: over the wire (`json`: a text that was parsed), or as only a caller in the same process could hand it in. */
export type EventSpec =
  | { readonly made: 'json' | InProcess; readonly fields: Fields }
  /** Anything that is no object with fields: null, a list, a text, a number, nothing. */
  | { readonly made: 'as-is'; readonly value: unknown }
  | { readonly made: UnreadableProxy };

export type InProcess = 'object' | 'without-prototype' | 'inherited' | 'frozen' | 'proxy';

type UnreadableProxy = 'revoked-proxy' | 'proxy-that-throws';

export type Fields = Readonly<Record<string, FieldSpec>>;

/** What the service knows: the versions that it names the message differently in. */
export type Version = 'v1' | 'v2' | 'v3';

export interface ExpectedRequest {
  readonly connection: Connection;
  readonly version: Version;
}

/** Makes the event, a new one each time. */
export function makeEvent(spec: EventSpec): unknown {
  switch (spec.made) {
    case 'as-is':
      return spec.value;
    case 'revoked-proxy': {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return proxy;
    }
    case 'proxy-that-throws':
      return new Proxy({}, { get: fails, has: fails, ownKeys: fails, getPrototypeOf: fails });
    case 'json':
      return JSON.parse(jsonOf(spec.fields));
    case 'object':
      return withFields({}, spec.fields);
    case 'without-prototype':
      return withFields(Object.create(null), spec.fields);
    case 'inherited':
      return Object.create(withFields({}, spec.fields));
    case 'frozen':
      return Object.freeze(withFields({}, spec.fields));
    case 'proxy':
      return new Proxy(withFields({}, spec.fields), {});
  }
}

/** What must be found in the event, by docs/policy-language.md ("in doubt, out") and AWS's contract. */
export function expectedRequest(spec: EventSpec): ExpectedRequest {
  const field = fieldReader(spec);
  return {
    version: answerVersion(text(field('schema-version'))),
    connection: {
      connectionId: text(field('connection-id')),
      endpointId: text(field('endpoint-id')),
      username: text(field('username')),
      commonName: text(field('common-name')),
      publicIp: text(field('public-ip')),
      platform: text(field('platform')),
      platformVersion: text(field('platform-version')),
      openvpnVersion: text(field('client-openvpn-version')),
      awsClientVersion: text(field('aws-client-version')),
      groups: groups(field('groups')),
    },
  };
}

/** The text of a `json` event. */
export function jsonOf(fields: Fields): string {
  // `fromEntries` makes an own property of `__proto__`; a getter has no place in a text.
  const plain = Object.entries(fields).map(([key, field]) => [key, 'value' in field ? field.value : null]);
  return JSON.stringify(Object.fromEntries(plain));
}

/** What stands there, or that it cannot be had. */
type Found = { readonly value: unknown } | { readonly malformed: unknown };

const NOTHING: Found = { value: undefined };
const UNREADABLE: Found = { malformed: undefined };

function fieldReader(spec: EventSpec): (key: string) => Found {
  if ('value' in spec) {
    const { value } = spec;
    return () => (value === null || value === undefined ? NOTHING : { malformed: value });
  }
  if (!('fields' in spec)) return () => UNREADABLE;
  const { made, fields } = spec;
  return (key) => {
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (field === undefined) return NOTHING;
    if (made === 'json') return { value: 'value' in field ? throughJson(field.value) : null };
    return 'value' in field ? { value: field.value } : UNREADABLE;
  };
}

function throughJson(value: unknown): unknown {
  const written = JSON.stringify(value);
  return written === undefined ? undefined : JSON.parse(written);
}

function text(found: Found): Attribute<string> {
  if ('malformed' in found) return found;
  const { value } = found;
  if (value === undefined || value === null || value === '') return undefined;
  return typeof value === 'string' && value.length <= 512 ? value : { malformed: value };
}

function groups(found: Found): Attribute<readonly string[]> {
  if ('malformed' in found) return found;
  const { value } = found;
  if (value === undefined || value === null || value === '') return undefined;
  if (!Array.isArray(value)) return { malformed: value };
  const read = Array.from(value, (element: unknown) => text({ value: element }));
  if (read.some((group) => typeof group === 'object')) return { malformed: value };
  const named = read.filter((group) => typeof group === 'string');
  return named.length === 0 ? undefined : named;
}

/** The version asked for, the newest known for a newer one, v1 for anything else. */
function answerVersion(asked: Attribute<string>): Version {
  if (asked === 'v1' || asked === 'v2' || asked === 'v3') return asked;
  const number = typeof asked === 'string' && asked.startsWith('v') ? asked.slice(1) : '';
  const isWholeNumber = number !== '' && [...number].every((digit) => '0123456789'.includes(digit));
  return isWholeNumber && !number.startsWith('0') ? 'v3' : 'v1';
}

function withFields(target: object, fields: Fields): object {
  for (const [key, field] of Object.entries(fields)) {
    const common = { enumerable: true, configurable: true };
    if ('throws' in field) Object.defineProperty(target, key, { ...common, get: fails });
    else if (field.behind === 'getter') Object.defineProperty(target, key, { ...common, get: () => field.value });
    else Object.defineProperty(target, key, { ...common, value: field.value, writable: true });
  }
  return target;
}

function fails(): never {
  throw new Error('nobody may look here');
}
