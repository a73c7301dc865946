/**
 * What no single value shows: names that must be unique, references that must lead somewhere, ends after beginnings, limits
 * over the whole document. The document may be wrong in any way; what the schemas complain about is passed over here.
 */

import {
  CONDITION_SET_KINDS,
  DEFAULT_RULE,
  PolicyValueError,
  parseInstantMs,
  RULE_ID,
  SET_KINDS,
  setReference,
  shown,
} from '../engine/index.ts';
import type { DocumentPath, FoundIssue } from './issue.ts';
import { readablePath } from './issue.ts';
import { isObject, listIn, objectOf, type PlainObject } from './plain-data.ts';
import { MAX_WINDOWS_OF_RULE } from './rule-schema.ts';
import { MAX_SET_ENTRIES } from './schema.ts';
import type { Written } from './schema-issues.ts';
import { type Suggest, suggester } from './suggest.ts';
import { isEndpointId } from './value-schema.ts';

/** All issues that lie across the document. */
export function crossIssues(document: unknown, written: Written = () => undefined): FoundIssue[] {
  const root = objectOf(document);
  const effects = effectsById(root.rules);
  const names: Names = {
    sets: objectOf(root.sets),
    setNames: Object.keys(objectOf(root.sets)),
    endpointNames: new Set(
      Object.values(objectOf(root.endpoints)).flatMap((settings) => {
        const { name } = objectOf(settings);
        return typeof name === 'string' ? name : [];
      }),
    ),
    effects,
    denyRules: [...effects].flatMap(([id, effect]) => (effect === 'deny' ? id : [])),
    suggest: suggester(),
  };
  return [
    ...endpointIssues(objectOf(root.endpoints)),
    ...setLimitIssues(names.sets),
    ...listIn(root.rules).flatMap((rule, index) => ruleIssues(objectOf(rule), ['rules', index], names)),
    ...listIn(root.limits).flatMap((limit, index) =>
      conditionIssues(objectOf(limit), ['limits', index], names, 'limit'),
    ),
    // A decision names rules and limits alike.
    ...repeatIssues({ rules: listIn(root.rules), limits: listIn(root.limits) }, 'id'),
    ...repeatIssues({ tests: listIn(root.tests) }, 'name'),
    ...listIn(root.tests).flatMap((test, index) =>
      connectionIssues(objectOf(objectOf(test).connection), index, written),
    ),
  ];
}

const SET_KINDS_OF = new Map<string, readonly string[]>(Object.entries(CONDITION_SET_KINDS));

interface Names {
  readonly sets: PlainObject;
  readonly setNames: readonly string[];
  readonly endpointNames: ReadonlySet<string>;
  /** The effect of each rule by its id. */
  readonly effects: ReadonlyMap<string, unknown>;
  readonly denyRules: readonly string[];
  readonly suggest: Suggest;
}

function effectsById(rules: unknown): Map<string, unknown> {
  const effects = new Map<string, unknown>();
  for (const rule of listIn(rules).map(objectOf)) {
    if (typeof rule.id === 'string' && !effects.has(rule.id)) effects.set(rule.id, rule.effect);
  }
  return effects;
}

function endpointIssues(endpoints: PlainObject): FoundIssue[] {
  const issues: FoundIssue[] = [];
  const first = new Map<string, string>();
  for (const [id, settings] of Object.entries(endpoints)) {
    const { name } = objectOf(settings);
    if (typeof name !== 'string') continue;
    const path = ['endpoints', id, 'name'];
    const taken = first.get(name);
    if (taken !== undefined) {
      issues.push({
        path,
        code: 'duplicate-name',
        message: `${shown(name)} is already the name of ${taken}; accepted: a name of its own`,
      });
    } else if (isEndpointId(name)) {
      issues.push({
        path,
        code: 'invalid-value',
        message: `${shown(name)} reads as an endpoint id; accepted: another name`,
      });
    }
    first.set(name, taken ?? id);
  }
  return issues;
}

function setLimitIssues(sets: PlainObject): FoundIssue[] {
  let entries = 0;
  for (const set of Object.values(sets)) entries += listIn(objectOf(set).entries).length;
  if (entries <= MAX_SET_ENTRIES) return [];
  return [
    {
      path: ['sets'],
      code: 'too-many',
      message: `the sets have ${entries} entries in all; accepted: at most ${MAX_SET_ENTRIES}`,
    },
  ];
}

/** Elements of the lists that bear the name of an earlier one, in the same list or in one before it. */
function repeatIssues(lists: Readonly<Record<string, readonly unknown[]>>, key: string): FoundIssue[] {
  const first = new Map<string, DocumentPath>();
  return Object.entries(lists).flatMap(([list, elements]) =>
    elements.flatMap((element, index) => {
      const name = objectOf(element)[key];
      if (typeof name !== 'string') return [];
      const earlier = first.get(name);
      if (earlier === undefined) {
        first.set(name, [list, index]);
        return [];
      }
      const message = `${shown(name)} is already the ${key} of ${readablePath(earlier)}; accepted: each ${key} once`;
      return [{ path: [list, index, key], code: `duplicate-${key}`, message }];
    }),
  );
}

function ruleIssues(rule: PlainObject, path: DocumentPath, names: Names): FoundIssue[] {
  return [
    ...conditionIssues(rule, path, names, 'rule'),
    ...(rule.effect === 'exempt' ? exemptionIssues(rule.from, [...path, 'from'], names) : graceIssues(rule, path)),
    ...orderIssues(rule, 'notBefore', 'expiresAt', path, 'the rule would never be in force'),
  ];
}

/** What is wrong with the conditions of a rule or a limit. */
function conditionIssues(
  { match, except }: PlainObject,
  path: DocumentPath,
  names: Names,
  what: 'rule' | 'limit',
): FoundIssue[] {
  const blocks = [...blocksIn(match, [...path, 'match']), ...blocksIn(except, [...path, 'except'])];
  const windows = blocks.reduce((count, { block }) => count + listIn(block.windows).length, 0);
  const issues = blocks.flatMap(({ block, path: blockPath }) => blockIssues(block, blockPath, names));
  if (windows > MAX_WINDOWS_OF_RULE) {
    const message = `the ${what} has ${windows} windows; accepted: at most ${MAX_WINDOWS_OF_RULE}`;
    issues.push({ path, code: 'too-many', message });
  }
  return issues;
}

/** What goes on does not end after a while. */
function graceIssues({ standing, grace }: PlainObject, path: DocumentPath): FoundIssue[] {
  if (standing !== 'keep' || grace === undefined) return [];
  const message =
    'the rule keeps standing connections, so there is no grace after which they end; accepted: standing: keep, or grace';
  return [{ path: [...path, 'grace'], code: 'contradiction', message }];
}

/** The blocks of a `match` or `except`, whether one or a list. */
function blocksIn(value: unknown, path: DocumentPath): { block: PlainObject; path: DocumentPath }[] {
  if (isObject(value)) return [{ block: value, path }];
  return listIn(value).flatMap((block, index) => (isObject(block) ? [{ block, path: [...path, index] }] : []));
}

/** True where there is no key with a value. */
function isEmpty(object: PlainObject): boolean {
  return Object.values(object).every((value) => value === undefined);
}

function blockIssues(block: PlainObject, path: DocumentPath, names: Names): FoundIssue[] {
  if (isEmpty(block)) {
    const message =
      'the block has no condition; accepted: at least one condition, or "match: everyone" for every connection';
    return [{ path, code: 'empty', message }];
  }
  return Object.entries(block).flatMap(([condition, entries]) => {
    if (condition === 'windows') {
      return listIn(entries).flatMap((window, index) =>
        isObject(window) ? windowIssues(window, [...path, condition, index], names) : [],
      );
    }
    return listIn(entries).flatMap((entry, index) => {
      if (typeof entry !== 'string') return [];
      const at = [...path, condition, index];
      if (condition === 'endpoints') return endpointReferenceIssues(entry, at, names);
      const kinds = SET_KINDS_OF.get(condition);
      if (kinds !== undefined) return setReferenceIssues(entry, at, kinds, names);
      if (condition !== 'platforms' || setReference(entry) === undefined) return [];
      return [
        {
          path: at,
          code: 'wrong-set-kind',
          message: `${shown(entry)} is a set, and no set has platforms; accepted: names and patterns`,
        },
      ];
    });
  });
}

function endpointReferenceIssues(entry: string, path: DocumentPath, { endpointNames, suggest }: Names): FoundIssue[] {
  if (entry === '' || isEndpointId(entry) || endpointNames.has(entry)) return [];
  const names = [...endpointNames];
  const accepted =
    names.length === 0 ? 'an id such as cvpn-endpoint-0a1b2c3d4e5f67890' : `an endpoint id, or one of ${listed(names)}`;
  return [
    {
      path,
      code: 'unknown-endpoint',
      message: `${shown(entry)} is no endpoint${suggest(entry, names)}; accepted: ${accepted}`,
    },
  ];
}

function setReferenceIssues(
  entry: string,
  path: DocumentPath,
  kinds: readonly string[],
  { sets, setNames, suggest }: Names,
): FoundIssue[] {
  const name = setReference(entry);
  if (name === undefined) return [];
  if (!Object.hasOwn(sets, name)) {
    const accepted =
      setNames.length === 0 ? 'a set under "sets", of which there are none' : `one of ${listed(setNames, '@')}`;
    return [
      {
        path,
        code: 'unknown-set',
        message: `there is no set ${shown(name)}${suggest(name, setNames)}; accepted: ${accepted}`,
      },
    ];
  }
  const { kind } = objectOf(sets[name]);
  if (!SET_KINDS.some((known) => known === kind) || kinds.includes(String(kind))) return [];
  return [
    {
      path,
      code: 'wrong-set-kind',
      message: `the set ${shown(name)} is of kind ${kind}; accepted: a set of kind ${kinds.join(' or ')}`,
    },
  ];
}

function windowIssues(window: PlainObject, path: DocumentPath, names: Names): FoundIssue[] {
  if (isEmpty(window)) {
    const accepted = 'accepted: a window with from/until, with days, with dates, or with cron and duration';
    return [{ path, code: 'invalid-window', message: `the window is empty; ${accepted}` }];
  }
  const dates = listIn(window.dates).flatMap((date, index) =>
    typeof date === 'string' ? setReferenceIssues(date, [...path, 'dates', index], ['date'], names) : [],
  );
  return [...dates, ...orderIssues(window, 'from', 'until', path, 'the window would never be open')];
}

function exemptionIssues(from: unknown, path: DocumentPath, { effects, denyRules, suggest }: Names): FoundIssue[] {
  return listIn(from).flatMap((id, index) => {
    if (typeof id !== 'string' || !RULE_ID.test(id) || id === DEFAULT_RULE) return [];
    const at = [...path, index];
    if (!effects.has(id)) {
      const accepted =
        denyRules.length === 0 ? 'the id of a deny rule, of which there are none' : `one of ${listed(denyRules)}`;
      return [
        {
          path: at,
          code: 'unknown-rule',
          message: `there is no rule ${shown(id)}${suggest(id, denyRules)}; accepted: ${accepted}`,
        },
      ];
    }
    const effect = effects.get(id);
    if (effect !== 'allow' && effect !== 'exempt') return [];
    return [
      {
        path: at,
        code: 'not-a-deny-rule',
        message: `the rule ${shown(id)} is an ${effect} rule; accepted: the id of a deny rule`,
      },
    ];
  });
}

/** An end that is not after its beginning; issued at the end. */
function orderIssues(
  object: PlainObject,
  first: string,
  last: string,
  path: DocumentPath,
  consequence: string,
): FoundIssue[] {
  const [from, until] = [object[first], object[last]];
  const [fromMs, untilMs] = [instantMs(from), instantMs(until)];
  if (fromMs === undefined || untilMs === undefined || fromMs < untilMs) return [];
  const message = `${shown(until)} is not after ${first} (${shown(from)}): ${consequence}; accepted: a later time`;
  return [{ path: [...path, last], code: 'wrong-order', message }];
}

function instantMs(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    return parseInstantMs(value);
  } catch (error) {
    if (error instanceof PolicyValueError) return undefined; // the schemas tell
    throw error;
  }
}

/** A number in a test's connection would be a malformed attribute there, hardly ever what was meant. */
function connectionIssues(connection: PlainObject, test: number, written: Written): FoundIssue[] {
  const values = Object.entries(connection).flatMap(([key, value]) => {
    const path: DocumentPath = ['tests', test, 'connection', key];
    if (key === 'groups') return listIn(value).map((group, index) => ({ path: [...path, index], value: group }));
    return [{ path, value }];
  });
  return values.flatMap(({ path, value }) => {
    if (typeof value !== 'number' && typeof value !== 'boolean') return [];
    const text = written(path) ?? String(value);
    return [
      {
        path,
        code: 'wrong-type',
        message: `${text} is a ${typeof value}, not a text; quote it: "${text}"; accepted: a text`,
      },
    ];
  });
}

function listed(names: readonly string[], mark = ''): string {
  const some = names
    .slice(0, 10)
    .map((name) => `${mark}${name}`)
    .join(', ');
  return names.length > 10 ? `${some} and ${names.length - 10} more` : some;
}
