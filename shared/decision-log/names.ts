/** How much of people's names is kept: the names themselves, keyed hashes of them, or nothing. */
import { createHmac } from 'node:crypto';
import type { ConnectRequest } from '../client-vpn/index.ts';
import { type Attribute, cut, foldWide, insertable, isMalformed, MAX_MESSAGE_LENGTH } from '../engine/index.ts';
import type { DecisionRecord } from './record.ts';

/** What is done with user names and common names before anything is kept or logged. */
export type NameKeeping =
  | { readonly names: 'clear' }
  | { readonly names: 'pseudonyms'; readonly pseudonymOf: (name: string) => string }
  | { readonly names: 'left-out' };

/** The same name, however it is written, always has the same pseudonym; who has no key can neither make nor undo one. */
export function pseudonyms(key: string): NameKeeping & { readonly names: 'pseudonyms' } {
  const pseudonymOf = (name: string) =>
    `p-${createHmac('sha256', key).update(foldWide(name)).digest('base64url').slice(0, 32)}`;
  return { names: 'pseudonyms', pseudonymOf };
}

/** True for what can be a pseudonym. */
export function isPseudonym(name: string): boolean {
  return /^p-[A-Za-z0-9_-]{32}$/.test(name);
}

export interface KeptNames {
  readonly names: DecisionRecord['names'];
  readonly request: ConnectRequest;
  /** Names of this request stand in the message as they do in the request. */
  readonly message: string | undefined;
}

/** The request and its message as they may be kept. What could not be read as a name stays malformed, and nothing of it is kept. */
export function keepNames(keeping: NameKeeping, request: ConnectRequest, message: string | undefined): KeptNames {
  const { names } = keeping;
  if (names === 'clear') return { names, request, message };
  const kept = (name: string) => (keeping.names === 'pseudonyms' ? keeping.pseudonymOf(name) : undefined);
  const keptAttribute = (attribute: Attribute<string>): Attribute<string> => {
    if (attribute === undefined) return undefined;
    return isMalformed(attribute) ? { malformed: '(left out)' } : kept(attribute);
  };
  const { username, commonName } = request;
  return {
    names,
    request: { ...request, username: keptAttribute(username), commonName: keptAttribute(commonName) },
    message: message && withoutNames(message, [username, commonName], (name) => kept(name) ?? '…'),
  };
}

function withoutNames(
  message: string,
  attributes: readonly Attribute<string>[],
  replacement: (name: string) => string,
): string {
  const names = attributes
    .map((attribute) => (isMalformed(attribute) ? attribute.malformed : attribute))
    .filter((name): name is string => typeof name === 'string' && insertable(name) !== '-')
    // The longer one first: one name may be part of the other.
    .sort((one, other) => insertable(other).length - insertable(one).length);
  if (names.length === 0) return message;
  // Whatever its letter case: a rule's own text may name the user, too.
  const anyName = new RegExp(names.map((name) => `(${quoted(insertable(name))})`).join('|'), 'giu');
  const whole = message.replace(anyName, (...[, ...found]) => {
    const name = names.find((_, index) => found[index] !== undefined);
    return name === undefined ? '' : replacement(name);
  });
  return cut(message.length < MAX_MESSAGE_LENGTH - 1 ? whole : withoutCutName(whole, names), MAX_MESSAGE_LENGTH);
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** A message that was cut to its length may end with the beginning of a name. */
function withoutCutName(text: string, names: readonly string[]): string {
  const beginnings = names.map((name) => {
    const shown = insertable(name);
    for (let length = shown.length - 1; length > 0; length--) if (text.endsWith(shown.slice(0, length))) return length;
    return 0;
  });
  return text.slice(0, text.length - Math.max(0, ...beginnings));
}
