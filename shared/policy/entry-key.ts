/** When two entries of a set are one: values are compared as the engine sees them, not as they are spelled. */
import {
  foldNarrow,
  MAX_PATTERN_LENGTH,
  PolicyValueError,
  parseAddressRange,
  parseCalendarDate,
  parseNamePattern,
  type SetEntry,
  type SetKind,
  setReference,
} from '../engine/index.ts';

/**
 * The same text for values that stand for the same thing: addresses by the range that they are (`::ffff:192.0.2.4` is
 * `192.0.2.4`, `10.0.0.0/8` is `10.0.0.0-10.255.255.255`), dates by their day, names and patterns by NFC and letter case.
 * Names are not compared more widely, since a set may grant: there `bàtchi` is another person than `batchi`.
 * @throws PolicyValueError for a value that a set of that kind cannot have
 */
export function entryKey(kind: SetKind, value: string): string {
  if (setReference(value) !== undefined) {
    throw new PolicyValueError(
      'invalid-value',
      `${JSON.stringify(value)} is a reference to a set, which a set cannot contain; accepted: plain values`,
    );
  }
  if (kind === 'date') return String(parseCalendarDate(value));
  if (kind === 'ip') {
    const { family, first, last } = parseAddressRange(value);
    return `${family} ${first.join('.')} ${last.join('.')}`;
  }
  // Most names; what the rest of this function would say of them.
  if (PLAIN_NAME.test(value)) return value.toLowerCase();
  return parseNamePattern(value)
    .pieces.map((piece) => ('wildcard' in piece ? WILDCARDS[piece.wildcard] : escaped(foldNarrow(piece.text))))
    .join('');
}

/** The value of an entry in either form. */
export function entryValue(entry: SetEntry): string {
  return typeof entry === 'string' ? entry : entry.value;
}

/** `entryKey` for one kind that remembers what it has read: the versions of a set have most values in common. */
export function entryKeys(kind: SetKind): (value: string) => string {
  const known = new Map<string, string>();
  return (value) => {
    const key = known.get(value) ?? entryKey(kind, value);
    known.set(value, key);
    return key;
  };
}

/** Entries by key, in the order in which each key first stands; a set may repeat a value. */
export function entriesByKey(
  entries: readonly SetEntry[],
  keyOf: (value: string) => string,
): Map<string, readonly SetEntry[]> {
  const byKey = new Map<string, SetEntry[]>();
  for (const entry of entries) {
    const key = keyOf(entryValue(entry));
    const same = byKey.get(key);
    if (same === undefined) byKey.set(key, [entry]);
    else same.push(entry);
  }
  return byKey;
}

/** ASCII that can be seen, without wildcards and backslashes, no longer than a pattern may be. */
const PLAIN_NAME = new RegExp(`^[!-)+->@-[\\]-~]{1,${MAX_PATTERN_LENGTH}}$`);
const WILDCARDS = { any: '*', one: '?' } as const;

/** A star in a name is not the wildcard. */
function escaped(text: string): string {
  return text.replaceAll(/[\\*?]/g, '\\$&');
}
