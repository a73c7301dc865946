/** When two entries of a set are one: values are compared as the engine sees them, not as they are spelled. */
import {
  foldNarrow,
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
  return parseNamePattern(value)
    .pieces.map((piece) => ('wildcard' in piece ? WILDCARDS[piece.wildcard] : escaped(foldNarrow(piece.text))))
    .join('');
}

/** The value of an entry in either form. */
export function entryValue(entry: SetEntry): string {
  return typeof entry === 'string' ? entry : entry.value;
}

/** Entries by `entryKey`, in the order in which each key first stands; a set may repeat a value. */
export function entriesByKey(kind: SetKind, entries: readonly SetEntry[]): Map<string, SetEntry[]> {
  const byKey = new Map<string, SetEntry[]>();
  for (const entry of entries) {
    const key = entryKey(kind, entryValue(entry));
    const same = byKey.get(key);
    if (same === undefined) byKey.set(key, [entry]);
    else same.push(entry);
  }
  return byKey;
}

const WILDCARDS = { any: '*', one: '?' } as const;

/** A star in a name is not the wildcard. */
function escaped(text: string): string {
  return text.replaceAll(/[\\*?]/g, '\\$&');
}
