/**
 * Compiled conditions. A condition refuses or grants (docs/policy-language.md, "In doubt, out"): on a malformed attribute a
 * refusing one holds and a granting one does not.
 */
import type { AddressList } from './address-list.ts';
import { type Attribute, isMalformed } from './connection.ts';
import type { AttributeName } from './document.ts';
import type { NameList } from './name-list.ts';
import type { Folding, NameAttribute, Subject, VersionAttribute } from './subject.ts';
import { type VersionRange, versionInRanges } from './version.ts';
import type { ConditionName } from './vocabulary.ts';
import type { CompiledWindow } from './window.ts';

/** Where the condition's holding leads: towards a refusal or towards an admission. */
export type Direction = 'refusing' | 'granting';

/** Why a condition holds or does not: an entry matched or none did, or what was wrong with the attribute. */
export type Finding = 'match' | 'no-match' | 'absent' | 'malformed';

export interface Condition {
  readonly name: ConditionName;
  readonly direction: Direction;
  /** What must be true of a connection for the condition to match. */
  readonly key: ConditionKey;
  /** True when a connection that has the key (with windows: at a moment inside) is all that it takes: no entry expires. */
  readonly keySuffices: boolean;
  /** The condition holds at no moment outside; where it does `throughout`, at every moment within, whatever the connection. */
  readonly heldWithin?: HeldWithin | undefined;
  find(subject: Subject, nowMs: number): Finding;
  /** The first moment after `nowMs` at which `find` can change, infinite for never; it may be too early, never too late. */
  changesAtMs(subject: Subject, nowMs: number): number;
}

/** [fromMs, untilMs); the ends may be infinite. */
export interface HeldWithin {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly throughout: boolean;
}

const NEVER = Number.POSITIVE_INFINITY;
const never = () => NEVER;

/** A necessary condition that an index can look up; a superset of what matches, since it knows nothing of entries that expire. */
export type ConditionKey =
  | { readonly kind: 'names'; readonly attribute: NameAttribute | 'identities'; readonly lists: readonly NameList[] }
  | { readonly kind: 'addresses'; readonly lists: readonly AddressList[] }
  | { readonly kind: 'endpoints'; readonly ids: ReadonlySet<string> }
  | { readonly kind: 'versions'; readonly attribute: VersionAttribute; readonly ranges: readonly VersionRange[] }
  | { readonly kind: 'missing'; readonly attributes: readonly AttributeName[] }
  | { readonly kind: 'windows'; readonly windows: readonly CompiledWindow[] };

/** Whether a finding makes the condition hold: in doubt a refusing one does, a granting one does not. */
export function holds(condition: Condition, finding: Finding): boolean {
  return finding === 'match' || (finding === 'malformed' && condition.direction === 'refusing');
}

/** How names are compared in a condition of that direction. */
export function foldingOf(direction: Direction): Folding {
  return direction === 'refusing' ? 'wide' : 'narrow';
}

/** `endpoints`: ids, compared exactly. */
export function endpointCondition(direction: Direction, ids: ReadonlySet<string>): Condition {
  return {
    name: 'endpoints',
    direction,
    key: { kind: 'endpoints', ids },
    keySuffices: true,
    find: ({ connection: { endpointId } }) => {
      if (endpointId === undefined) return 'absent';
      if (isMalformed(endpointId)) return 'malformed';
      return found(ids.has(endpointId));
    },
    changesAtMs: never,
  };
}

/** `users`, `commonNames`, `groups`, `platforms`: one of the attribute's names fits one of the lists. */
export function nameCondition(
  name: 'users' | 'commonNames' | 'groups' | 'platforms',
  direction: Direction,
  attribute: NameAttribute,
  lists: readonly NameList[],
): Condition {
  const folding = foldingOf(direction);
  return {
    name,
    direction,
    ...nameKey(attribute, lists),
    find: (subject, nowMs) => {
      const names = subject.names(attribute, folding);
      if (names === undefined) return 'absent';
      if (isMalformed(names)) return 'malformed';
      return found(anyMatches(lists, names, nowMs));
    },
    changesAtMs: (subject, nowMs) => matchEndMs(lists, subject.names(attribute, folding), nowMs),
  };
}

/** `allGroups`: each entry fits one of the groups; with no entry left that has not expired it holds for nobody. */
export function allGroupsCondition(direction: Direction, lists: readonly NameList[]): Condition {
  const folding = foldingOf(direction);
  return {
    name: 'allGroups',
    direction,
    // At least one of its names must be there.
    key: { kind: 'names', attribute: 'groups', lists },
    keySuffices: false,
    find: (subject, nowMs) => {
      const names = subject.names('groups', folding);
      if (names === undefined) return 'absent';
      if (isMalformed(names)) return 'malformed';
      return found(
        lists.some((list) => list.hasLiveEntry(nowMs)) && lists.every((list) => list.allMatched(names, nowMs)),
      );
    },
    // An entry that expires is no longer asked for, so a match can begin, too.
    changesAtMs: (_, nowMs) => Math.min(...lists.map((list) => list.firstExpiryMs(nowMs))),
  };
}

/** `identities`: user name or common name, in every form they may be logged in with. Only ever refuses. */
export function identityCondition(lists: readonly NameList[]): Condition {
  return {
    name: 'identities',
    direction: 'refusing',
    ...nameKey('identities', lists),
    find: (subject, nowMs) => {
      const names = subject.identities();
      if (names === undefined) return 'absent';
      if (isMalformed(names)) return 'malformed';
      return found(anyMatches(lists, names, nowMs));
    },
    changesAtMs: (subject, nowMs) => matchEndMs(lists, subject.identities(), nowMs),
  };
}

/** `sourceIps`. */
export function addressCondition(direction: Direction, lists: readonly AddressList[]): Condition {
  return {
    name: 'sourceIps',
    direction,
    key: { kind: 'addresses', lists },
    keySuffices: !lists.some((list) => list.hasExpiringEntries),
    find: (subject, nowMs) => {
      const address = subject.address();
      if (address === undefined) return 'absent';
      if (isMalformed(address)) return 'malformed';
      for (const list of lists) if (list.matches(address, nowMs)) return 'match';
      return 'no-match';
    },
    changesAtMs: (subject, nowMs) => {
      const address = subject.address();
      if (address === undefined || isMalformed(address)) return NEVER;
      const endMs = Math.max(...lists.map((list) => list.coveredUntilMs(address)));
      return endMs > nowMs ? endMs : NEVER;
    },
  };
}

/** `openvpnVersion`, `awsClientVersion`. */
export function versionCondition(
  name: VersionAttribute,
  direction: Direction,
  ranges: readonly VersionRange[],
): Condition {
  return {
    name,
    direction,
    key: { kind: 'versions', attribute: name, ranges },
    keySuffices: true,
    find: (subject) => {
      const version = subject.version(name);
      if (version === undefined) return 'absent';
      if (isMalformed(version)) return 'malformed';
      return found(versionInRanges(version, ranges));
    },
    changesAtMs: never,
  };
}

/** `windows`: the one condition on no attribute, so never in doubt. */
export function windowCondition(direction: Direction, windows: readonly CompiledWindow[]): Condition {
  return {
    name: 'windows',
    direction,
    key: { kind: 'windows', windows },
    keySuffices: true,
    heldWithin: absoluteSpan(windows),
    find: (_, nowMs) => {
      for (const window of windows) if (window.contains(nowMs)) return 'match';
      return 'no-match';
    },
    changesAtMs: (_, nowMs) => Math.min(...windows.map((window) => window.span(nowMs).untilMs)),
  };
}

/** From the first start to the last end, where all windows are absolute. */
function absoluteSpan(windows: readonly CompiledWindow[]): HeldWithin | undefined {
  let [fromMs, untilMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { ends } of windows) {
    if (ends === undefined) return undefined;
    fromMs = Math.min(fromMs, ends.fromMs);
    untilMs = Math.max(untilMs, ends.untilMs);
  }
  return { fromMs, untilMs, throughout: windows.length === 1 };
}

/** `missing`: one of the attributes is absent. */
export function missingCondition(direction: Direction, attributes: readonly AttributeName[]): Condition {
  return {
    name: 'missing',
    direction,
    key: { kind: 'missing', attributes },
    // Where it grants, one attribute that is malformed outdoes another one's absence.
    keySuffices: direction === 'refusing' || attributes.length === 1,
    find: (subject) => {
      let isOneAbsent = false;
      for (const attribute of attributes) {
        const value = subject.attribute(attribute);
        if (isMalformed(value)) return 'malformed';
        if (value === undefined) isOneAbsent = true;
      }
      return found(isOneAbsent);
    },
    changesAtMs: never,
  };
}

function nameKey(
  attribute: NameAttribute | 'identities',
  lists: readonly NameList[],
): Pick<Condition, 'key' | 'keySuffices'> {
  return {
    key: { kind: 'names', attribute, lists },
    keySuffices: !lists.some((list) => list.hasExpiringEntries || list.globs.length > 0),
  };
}

function anyMatches(lists: readonly NameList[], names: readonly string[], nowMs: number): boolean {
  for (const name of names) for (const list of lists) if (list.matches(name, nowMs)) return true;
  return false;
}

/** When a match on names ends: entries expire and none begins, so where there is no match there never will be one. */
function matchEndMs(lists: readonly NameList[], names: Attribute<readonly string[]>, nowMs: number): number {
  if (names === undefined || isMalformed(names)) return NEVER;
  let endMs = Number.NEGATIVE_INFINITY;
  for (const name of names) for (const list of lists) endMs = Math.max(endMs, list.matchedUntilMs(name, nowMs));
  return endMs > nowMs ? endMs : NEVER;
}

function found(matches: boolean): Finding {
  return matches ? 'match' : 'no-match';
}
