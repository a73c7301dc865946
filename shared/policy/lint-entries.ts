/** Warnings about the entries of sets and conditions, and about sets as such. */

import {
  type AddressRange,
  addressOrder,
  type Block,
  foldNarrow,
  type PolicyDocument,
  parseAddressRange,
  setReference,
  shown,
} from '../engine/index.ts';
import type { DocumentPath } from './issue.ts';
import { readablePath } from './issue.ts';
import type { FoundWarning } from './lint.ts';
import type { LiveSets } from './live-sets.ts';
import { entriesOf, limitsIn, type Placed, type PlacedEntry, rulesAndLimitsOf, rulesOf } from './policy-walk.ts';

/** Expired entries, unused sets, host bits, repeated and overlapping entries, deny lists of one address family. Limits are as deny rules here. */
export function entryWarnings(document: PolicyDocument, sets: LiveSets): FoundWarning[] {
  const { nowMs } = sets;
  const blocks = rulesAndLimitsOf(document).flatMap(({ match, except }) => [...match, ...except]);
  return [
    ...Object.entries(document.sets ?? {}).flatMap(([name, set]) => {
      const entries = entriesOf(set, ['sets', name]);
      const live = entries.filter(({ expiresAtMs }) => expiresAtMs > nowMs);
      return [
        ...entries.filter(({ expiresAtMs }) => expiresAtMs <= nowMs).map(expiredEntry),
        ...(set.kind === 'ip' ? addressWarnings(live) : repeatWarnings(live, foldNarrow)),
      ];
    }),
    ...unusedSetWarnings(document),
    ...blocks.flatMap(({ block, path }) => conditionWarnings(block, path)),
    ...oneFamilyWarnings(document, sets),
  ];
}

function expiredEntry({ value, path }: PlacedEntry): FoundWarning {
  return { path, code: 'expired-entry', message: `${shown(value)} has expired and no longer counts` };
}

function unusedSetWarnings(document: PolicyDocument): FoundWarning[] {
  const used = new Set<string | undefined>();
  for (const { match, except } of rulesAndLimitsOf(document)) {
    for (const { block } of [...match, ...except]) {
      const dates = block.windows?.flatMap((window) => ('dates' in window ? window.dates : [])) ?? [];
      for (const entry of [...Object.values(textLists(block)).flat(), ...dates]) used.add(setReference(entry));
    }
  }
  return Object.keys(document.sets ?? {})
    .filter((name) => !used.has(name))
    .map((name) => ({ path: ['sets', name], code: 'unused-set', message: `nothing refers to @${name}` }));
}

/** The conditions of a block that are lists of texts. */
function textLists(block: Block): Record<string, readonly string[]> {
  const lists: Record<string, readonly string[]> = {};
  for (const [condition, entries] of Object.entries(block)) {
    if (condition !== 'windows' && Array.isArray(entries)) lists[condition] = entries;
  }
  return lists;
}

function conditionWarnings(block: Block, path: DocumentPath): FoundWarning[] {
  const lists = Object.entries(textLists(block)).flatMap(([condition, values]) => {
    const entries = values.map((value, index) => ({
      value,
      expiresAtMs: Number.POSITIVE_INFINITY,
      path: [...path, condition, index],
    }));
    if (condition !== 'sourceIps')
      return repeatWarnings(entries, condition === 'endpoints' ? (text) => text : foldNarrow);
    const isReference = ({ value }: PlacedEntry) => setReference(value) !== undefined;
    return [
      ...repeatWarnings(entries.filter(isReference), (text) => text),
      ...addressWarnings(entries.filter((entry) => !isReference(entry))),
    ];
  });
  const inWindows = (block.windows ?? []).flatMap((window, index) => {
    const key = 'days' in window ? 'days' : 'dates';
    const values = 'days' in window ? window.days : 'dates' in window ? window.dates : [];
    const entries = values.map((value, position) => ({
      value,
      expiresAtMs: Number.POSITIVE_INFINITY,
      path: [...path, 'windows', index, key, position],
    }));
    return repeatWarnings(entries, (text) => text);
  });
  return [...lists, ...inWindows];
}

function repeatWarnings(entries: readonly PlacedEntry[], fold: (text: string) => string): FoundWarning[] {
  const first = new Map<string, PlacedEntry>();
  return entries.flatMap((entry) => {
    const folded = fold(entry.value);
    const earlier = first.get(folded);
    if (earlier !== undefined) return [repeated(entry, earlier)];
    first.set(folded, entry);
    return [];
  });
}

function repeated(entry: PlacedEntry, earlier: PlacedEntry): FoundWarning {
  const message = `${shown(entry.value)} says the same as ${shown(earlier.value)} at ${readablePath(earlier.path)}`;
  return { path: entry.path, code: 'repeated-entry', message };
}

interface PlacedRange {
  readonly entry: PlacedEntry;
  readonly range: AddressRange;
  /** Of the entry among the others. */
  readonly place: number;
}

function addressWarnings(entries: readonly PlacedEntry[]): FoundWarning[] {
  const ranges = entries.map((entry, place): PlacedRange => ({ entry, range: parseAddressRange(entry.value), place }));
  const hostBits = ranges.filter(({ range }) => range.hostBits);
  return [
    ...hostBits.map(({ entry: { value, path } }): FoundWarning => {
      return { path, code: 'host-bits', message: `${shown(value)} has bits after its prefix, which are ignored` };
    }),
    ...overlapWarnings(ranges),
  ];
}

/** Goes through the ranges by where they begin; one that begins before an earlier one has ended overlaps it. */
function overlapWarnings(ranges: readonly PlacedRange[]): FoundWarning[] {
  const warnings: FoundWarning[] = [];
  let widest: PlacedRange | undefined;
  for (const next of [...inOrder(ranges, 4), ...inOrder(ranges, 6)]) {
    if (
      widest === undefined ||
      widest.range.family !== next.range.family ||
      compare(next.range.first, widest.range.last) > 0
    ) {
      widest = next;
      continue;
    }
    const [earlier, later] = widest.place < next.place ? [widest, next] : [next, widest];
    const same =
      compare(next.range.first, widest.range.first) === 0 && compare(next.range.last, widest.range.last) === 0;
    warnings.push(same ? repeated(later.entry, earlier.entry) : overlapping(later.entry, earlier.entry));
    if (compare(next.range.last, widest.range.last) > 0) widest = next;
  }
  return warnings;
}

/** Those of one family by where they begin, the wider first, else as they stand. */
function inOrder(ranges: readonly PlacedRange[], family: 4 | 6): PlacedRange[] {
  const own = ranges.filter(({ range }) => range.family === family);
  const order = addressOrder(Uint32Array.from(own.flatMap(({ range }) => range.first)), family === 4 ? 1 : 4);
  const sorted = Array.from(order, (position) => own[position] as PlacedRange); // in bounds
  // Few begin at the same address, and those stand together now.
  for (let from = 0, to = 1; from < sorted.length; from = to++) {
    const begin = sorted[from]?.range.first ?? [];
    while (to < sorted.length && compare(sorted[to]?.range.first ?? [], begin) === 0) to++;
    if (to - from < 2) continue;
    const together = sorted.slice(from, to).sort((a, b) => compare(b.range.last, a.range.last) || a.place - b.place);
    for (const [index, range] of together.entries()) sorted[from + index] = range;
  }
  return sorted;
}

function overlapping(entry: PlacedEntry, earlier: PlacedEntry): FoundWarning {
  const message = `${shown(entry.value)} overlaps ${shown(earlier.value)} at ${readablePath(earlier.path)}`;
  return { path: entry.path, code: 'overlapping-entry', message };
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < a.length; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** A deny list of IPv4 addresses alone lets the same people in over IPv6, and the other way round. */
function oneFamilyWarnings(document: PolicyDocument, sets: LiveSets): FoundWarning[] {
  return [
    ...rulesOf(document).flatMap((placed) =>
      placed.rule.effect === 'deny' ? oneFamily(placed, sets, ['refuses', 'passes']) : [],
    ),
    ...limitsIn(document).flatMap((placed) => oneFamily(placed, sets, ['counts', 'is not counted'])),
  ];
}

function oneFamily(
  { match }: Placed,
  sets: LiveSets,
  [does, escapes]: readonly [does: string, escapes: string],
): FoundWarning[] {
  const lists = match.filter(({ block }) => block.sourceIps !== undefined);
  const families = new Set<number>();
  for (const { block } of lists) {
    for (const entry of block.sourceIps ?? []) for (const family of familiesOf(sets, entry)) families.add(family);
  }
  const [first] = lists;
  const [family, other] = families;
  if (first === undefined || family === undefined || other !== undefined) return [];
  const message = `this ${does} IPv${family} addresses only; who comes over IPv${family === 4 ? 6 : 4} ${escapes}`;
  return [{ path: [...first.path, 'sourceIps'], code: 'one-address-family', message }];
}

function familiesOf(sets: LiveSets, entry: string): Iterable<number> {
  return sets.referredTo(entry)?.families ?? [parseAddressRange(entry).family];
}
