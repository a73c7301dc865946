/** Why a value that somebody wants to take out of a set is not there. */
import { type AddressRange, type PolicySet, parseAddressRange, shown } from '../../../shared/engine/index.ts';
import { entryValue, suggester } from '../../../shared/policy/index.ts';

/** `"bathci" (did you mean "batchi"?)`, `"203.0.113.9" (it is part of 203.0.113.0/24)` */
export function missingValue(set: PolicySet, value: string): string {
  const values = set.entries.map(entryValue);
  if (set.kind !== 'ip') return `${shown(value)}${suggester()(value, values)}`;
  const range = parseAddressRange(value);
  const around = values.find((other) => contains(parseAddressRange(other), range));
  return `${shown(value)}${around === undefined ? '' : ` (it is part of ${around})`}`;
}

function contains(outer: AddressRange, inner: AddressRange): boolean {
  return (
    outer.family === inner.family && compare(outer.first, inner.first) <= 0 && compare(inner.last, outer.last) <= 0
  );
}

/** The most significant word decides. */
function compare(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((word, place) => word !== b[place]);
  return index < 0 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}
