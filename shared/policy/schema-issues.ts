/**
 * What the schemas find wrong, one issue for each mistake. Zod tells of every branch of a union that a value failed; here
 * the branch that was meant is chosen by what stands there (a rule by its effect, a window by its keys, a list or a block).
 */
import type { z } from 'zod';
import { MAX_CONNECTIONS, shown } from '../engine/index.ts';
import type { DocumentPath, FoundIssue } from './issue.ts';
import { isObject, objectOf, type PlainObject } from './plain-data.ts';
import {
  connectionLimit,
  grantingBlock,
  RULES_BY_EFFECT,
  refusingBlock,
  rule,
  ruleOfUnknownEffect,
} from './rule-schema.ts';
import { endpointSettings, MAX_LIMITS, MAX_RULES, MAX_SET_ENTRIES, policyDocument, policyTest } from './schema.ts';
import { ENTRY_KEYS, policySet, SETS_BY_KIND, setOfUnknownKind } from './set-schema.ts';
import { type Suggest, suggester } from './suggest.ts';
import { WINDOW_KINDS } from './window-schema.ts';

type ZodIssue = z.core.$ZodIssue;

/** How a number, boolean or null at that path was written in the text (`001234`), where there is a text. */
export type Written = (path: DocumentPath) => string | undefined;

/** All issues of the document's shape and of its values; what lies across the document is not looked at. */
export function schemaIssues(document: unknown, written: Written = () => undefined): FoundIssue[] {
  const issues = new SchemaIssues(document, written);
  if (!isObject(document)) return issues.of(policyDocument, document, []);
  // Piece by piece: a whole policy with as many faults as it has entries is more than Zod gathers in one go.
  const { rules, limits, sets } = document;
  const piecewiseRules = Array.isArray(rules) && rules.length <= MAX_RULES ? rules : undefined;
  const piecewiseLimits = Array.isArray(limits) && limits.length <= MAX_LIMITS ? limits : undefined;
  const piecewiseSets = Object.entries(objectOf(sets)).flatMap(([name, set]) =>
    hasKnownKind(set) ? [[name, set] as const] : [],
  );
  const rest = {
    ...document,
    ...(piecewiseRules !== undefined && { rules: [] }),
    ...(piecewiseLimits !== undefined && { limits: [] }),
    ...(isObject(sets) && { sets: { ...sets, ...withoutEntries(piecewiseSets) } }),
  };
  return [
    ...issues.of(policyDocument, rest, []),
    ...(piecewiseRules ?? []).flatMap((each, index) => issues.of(rule, each, ['rules', index])),
    ...(piecewiseLimits ?? []).flatMap((each, index) => issues.of(connectionLimit, each, ['limits', index])),
    ...piecewiseSets.flatMap(([name, set]) => issues.ofEntries(set, ['sets', name, 'entries'])),
  ];
}

type SetWithEntries = PlainObject & { readonly kind: keyof typeof SETS_BY_KIND; readonly entries: readonly unknown[] };

function hasKnownKind(set: unknown): set is SetWithEntries {
  return isObject(set) && Array.isArray(set.entries) && Object.hasOwn(SETS_BY_KIND, String(set.kind));
}

function withoutEntries(sets: readonly (readonly [string, SetWithEntries])[]): PlainObject {
  return Object.fromEntries(sets.map(([name, set]) => [name, { ...set, entries: [] }]));
}

/** How many entries of a set are checked in one go. */
const ENTRIES_AT_ONCE = 10_000;

/** Beyond so many mistakes in one set nobody reads on, and telling them all would take seconds and gigabytes. */
const MAX_ENTRY_ISSUES = 10_000;

class SchemaIssues {
  readonly #document: unknown;
  readonly #written: Written;
  readonly #suggest = suggester();

  constructor(document: unknown, written: Written) {
    this.#document = document;
    this.#written = written;
  }

  /** `first` is the index that the first element of a list has in the document. */
  of(schema: z.ZodType, value: unknown, path: DocumentPath, first = 0): FoundIssue[] {
    const result = tolerantParse(schema, value);
    if (result === 'too-many-issues') {
      return [{ path, code: 'too-many-issues', message: 'more is wrong in here than can be told; accepted: a policy' }];
    }
    return result.success ? [] : result.error.issues.flatMap((issue) => this.#translate(shifted(issue, first), path));
  }

  ofEntries({ kind, entries }: SetWithEntries, path: DocumentPath): FoundIssue[] {
    // More entries than a policy may have are one mistake, told elsewhere, whatever stands in them.
    if (entries.length > MAX_SET_ENTRIES) return [];
    const schema = SETS_BY_KIND[kind].shape.entries;
    const issues: FoundIssue[] = [];
    for (let start = 0; start < entries.length; start += ENTRIES_AT_ONCE) {
      for (const issue of this.of(schema, entries.slice(start, start + ENTRIES_AT_ONCE), path, start))
        issues.push(issue);
      if (issues.length <= MAX_ENTRY_ISSUES) continue;
      const message = `more than ${MAX_ENTRY_ISSUES} entries are wrong; what follows the last of them was not looked at`;
      return [...issues.slice(0, MAX_ENTRY_ISSUES), { path, code: 'too-many-issues', message }];
    }
    return issues;
  }

  #translate(issue: ZodIssue, base: DocumentPath): FoundIssue[] {
    const path: DocumentPath = [...base, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
    const one = (code: string, message: string): FoundIssue[] => [{ path, code, message }];
    switch (issue.code) {
      case 'unrecognized_keys':
        // Of a union of windows Zod takes any one that has no other fault; which is meant, its keys tell.
        if (isWindow(path) && issue.path.length > 0) return this.#window(this.#valueAt(path), path);
        return issue.keys.map((key) => this.#unknownKey(path, key));
      case 'invalid_union':
        return this.#union(issue, path);
      case 'invalid_type':
      case 'invalid_value':
        if (issue.input === undefined) return [this.#missing(path)];
        return issue.code === 'invalid_type'
          ? this.#wrongType(issue.expected, issue.input, path)
          : one(...this.#wrongWord(issue, path));
      case 'invalid_key':
        return [
          ...issue.issues.flatMap((inner) => this.#translate(inner, path)).map((inner) => ({ ...inner, atKey: true })),
          ...this.#underWrongKey(path),
        ];
      case 'too_small':
        if (issue.origin === 'number') return one('wrong-value', notAccepted(issue.input, path));
        if (issue.origin === 'array') return one('empty', `the list is empty; accepted: ${expectedAt(path)}`);
        return one('empty', `the text is empty; accepted: ${expectedAt(path)}`);
      case 'too_big': {
        if (issue.origin === 'number') return one('wrong-value', notAccepted(issue.input, path));
        const size = Array.isArray(issue.input) || typeof issue.input === 'string' ? issue.input.length : undefined;
        if (issue.origin === 'array')
          return one('too-many', `the list has ${size} entries; accepted: at most ${issue.maximum}`);
        return one('too-long', `the text has ${size} characters; accepted: at most ${issue.maximum}`);
      }
      case 'custom':
        return one(String(issue.params?.code ?? 'invalid-value'), issue.message);
      default:
        return one('invalid-value', notAccepted(issue.input, path));
    }
  }

  /** Zod does not look at what stands under a key that is wrong. */
  #underWrongKey(path: DocumentPath): FoundIssue[] {
    const value = this.#valueAt(path);
    if (path[0] === 'endpoints') return this.of(endpointSettings, value, path);
    return this.of(policySet, hasKnownKind(value) ? { ...value, entries: [] } : value, path);
  }

  #union(issue: Extract<ZodIssue, { code: 'invalid_union' }>, path: DocumentPath): FoundIssue[] {
    const value = this.#valueAt(path);
    const parent = path.slice(0, -1);
    if (issue.errors.length === 0) {
      // A rule's effect or a set's kind is not known: tell that, and all that is wrong whatever it should be.
      const isRule = path.at(-1) === 'effect';
      const choices = Object.keys(isRule ? RULES_BY_EFFECT : SETS_BY_KIND);
      const own = value === undefined ? this.#missing(path) : { path, ...notOneOf(value, choices, this.#suggest) };
      return [own, ...this.of(isRule ? ruleOfUnknownEffect : setOfUnknownKind, this.#valueAt(parent), parent)];
    }
    if (value === undefined) return [this.#missing(path)];
    if (isWindow(path)) return this.#window(value, path);
    // The other unions choose between a text, a block and a list.
    const meant = issue.errors.find(
      (branch) => !branch.some((inner) => inner.path.length === 0 && isAnotherKind(inner)),
    );
    if (meant !== undefined) return meant.flatMap((inner) => this.#translate(inner, path));
    const last = path.at(-1);
    if (typeof value === 'string' && last === 'match') {
      const hint = this.#suggest(value, ['everyone']);
      const message = `${shown(value)} is not accepted${hint}; accepted: ${expectedAt(path)}`;
      return [{ path, code: 'wrong-value', message }];
    }
    if (typeof value === 'string') return this.#wrongType('array', value, path);
    return this.#wrongType(expectsText(path) ? 'string' : 'union', value, path);
  }

  #window(value: unknown, path: DocumentPath): FoundIssue[] {
    if (!isObject(value)) return this.#wrongType('object', value, path);
    const told = WINDOW_KINDS.map((kind) => ({ ...kind, keys: kind.tell.filter((key) => Object.hasOwn(value, key)) }));
    const kinds = told.filter((kind) => kind.keys.length > 0);
    const [kind, other] = kinds;
    if (kind !== undefined && other === undefined) return this.of(kind.schema, value, path);
    if (kind === undefined) {
      const issue = {
        path,
        code: 'invalid-window',
        message: `the window has no key that tells its kind; accepted: ${expectedAt(path)}`,
      };
      const known = WINDOW_KINDS.flatMap(({ schema }) => Object.keys(schema.shape));
      const unknown = Object.keys(value).filter((key) => !known.includes(key));
      return unknown.length === 0 ? [issue] : unknown.map((key) => this.#unknownKey(path, key));
    }
    const mixed = kinds.map(({ name, keys }) => `${keys.join(', ')} (${name})`).join(' with ');
    return [{ path, code: 'invalid-window', message: `the window mixes ${mixed}; accepted: ${expectedAt(path)}` }];
  }

  #unknownKey(path: DocumentPath, key: string): FoundIssue {
    const at = { path: [...path, key], atKey: true };
    const keys = this.#keysAt(path);
    const effect = path.length === 2 && path[0] === 'rules' ? this.#valueAt([...path, 'effect']) : undefined;
    const owners = Object.entries(RULES_BY_EFFECT).filter(([, schema]) => Object.hasOwn(schema.shape, key));
    if (effect !== undefined && owners.length > 0) {
      const message = `${effect === 'deny' ? 'a deny' : `an ${effect}`} rule has no ${key}`;
      const accepted = `accepted: ${key} in ${owners.map(([name]) => name).join(' and ')} rules`;
      return { ...at, code: 'wrong-place', message: `${message}; ${accepted}` };
    }
    if (key === 'identities' && keys.includes('users')) {
      const message = 'identities would grant here, and it only refuses; accepted: users or commonNames';
      return { ...at, code: 'identities-grants', message };
    }
    return {
      ...at,
      code: 'unknown-key',
      message: `the key ${shown(key)} is not known${this.#suggest(key, keys)}; accepted: ${keys.join(', ')}`,
    };
  }

  #missing(path: DocumentPath): FoundIssue {
    const key = path.at(-1);
    return {
      path,
      code: 'missing-key',
      message: `${typeof key === 'string' ? key : 'a value'} is missing; accepted: ${expectedAt(path)}`,
    };
  }

  #wrongType(expected: string, value: unknown, path: DocumentPath): FoundIssue[] {
    const written = this.#written(path) || shown(value);
    const accepted = `accepted: ${expectedAt(path)}`;
    const issue = (what: string): FoundIssue[] => [{ path, code: 'wrong-type', message: `${what}; ${accepted}` }];
    if (value === null) return issue('nothing stands here (null)');
    if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
      return issue(`${written} is a ${typeof value}, not a text; quote it: "${written}"`);
    }
    if (expected === 'boolean' && typeof value === 'string')
      return issue(`${shown(value)} is a text; write true or false without quotes`);
    if (expected === 'number' && typeof value === 'string')
      return issue(`${shown(value)} is a text; write a number without quotes`);
    if (expected === 'array' && typeof value === 'string')
      return issue(`${shown(value)} is a text where a list belongs; write [${shown(value)}]`);
    return issue(`${nameOfType(value)} stands here`);
  }

  #wrongWord(issue: Extract<ZodIssue, { code: 'invalid_value' }>, path: DocumentPath): [code: string, message: string] {
    if (path.length === 1 && path[0] === 'version') {
      return [
        'unknown-language-version',
        `${shown(issue.input)} is no version of the policy language; accepted: 1, without quotes`,
      ];
    }
    const { code, message } = notOneOf(issue.input, issue.values.map(String), this.#suggest);
    return [code, message];
  }

  #valueAt(path: DocumentPath): unknown {
    return path.reduce<unknown>((value, step) => {
      if (typeof value !== 'object' || value === null) return undefined;
      return Object.getOwnPropertyDescriptor(value, step)?.value;
    }, this.#document);
  }

  #keysAt(path: DocumentPath): readonly string[] {
    const [first, , third] = path;
    if (path.length === 0) return Object.keys(policyDocument.shape);
    if (first === 'endpoints') return Object.keys(endpointSettings.shape);
    if (first === 'sets') return path.length === 2 ? Object.keys(setOfUnknownKind.shape) : ENTRY_KEYS;
    if (first === 'tests') {
      if (path.length === 2) return Object.keys(policyTest.shape);
      return Object.keys(third === 'connection' ? policyTest.shape.connection.shape : policyTest.shape.expect.shape);
    }
    if (first === 'limits' && path.length === 2) return Object.keys(connectionLimit.shape);
    // A limit's conditions are those of a deny rule.
    const effect = first === 'limits' ? 'deny' : this.#valueAt(['rules', path[1] ?? 0, 'effect']);
    const schema = effect === 'deny' || effect === 'allow' || effect === 'exempt' ? RULES_BY_EFFECT[effect] : undefined;
    if (path.length === 2) return Object.keys((schema ?? ruleOfUnknownEffect).shape);
    if (isWindow(path)) {
      const value = this.#valueAt(path);
      const kind = WINDOW_KINDS.find(({ tell }) => isObject(value) && tell.some((key) => Object.hasOwn(value, key)));
      return kind === undefined ? WINDOW_KINDS.flatMap(({ tell }) => [...tell]) : Object.keys(kind.schema.shape);
    }
    const refuses = schema === undefined || (effect === 'deny') === (third === 'match');
    return Object.keys((refuses ? refusingBlock : grantingBlock).shape);
  }
}

/** Zod hands issues on as arguments of one call, and over a hundred thousand of them exhaust the stack. */
export function tolerantParse(schema: z.ZodType, value: unknown) {
  try {
    return schema.safeParse(value, { reportInput: true });
  } catch (error) {
    if (error instanceof RangeError) return 'too-many-issues';
    throw error;
  }
}

function shifted(issue: ZodIssue, by: number): ZodIssue {
  const [index, ...rest] = issue.path;
  return by === 0 || typeof index !== 'number' ? issue : { ...issue, path: [index + by, ...rest] };
}

function isWindow(path: DocumentPath): boolean {
  return path.at(-2) === 'windows' && typeof path.at(-1) === 'number';
}

/** True for an issue that says "this branch is for another kind of value altogether". */
function isAnotherKind(issue: ZodIssue): boolean {
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

function notOneOf(value: unknown, choices: readonly string[], suggest: Suggest): { code: string; message: string } {
  const hint = typeof value === 'string' ? suggest(value, choices) : '';
  return { code: 'wrong-value', message: `${shown(value)} is not accepted${hint}; accepted: ${choices.join(', ')}` };
}

function nameOfType(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return `the ${typeof value === 'string' ? 'text' : typeof value} ${shown(value)}`;
}

function notAccepted(value: unknown, path: DocumentPath): string {
  return `${shown(value)} is not accepted; accepted: ${expectedAt(path)}`;
}

/** True where a text alone is one of the things accepted. */
function expectsText(path: DocumentPath): boolean {
  const last = path.at(-1);
  return path.at(-2) === 'entries' || last === 'openvpnVersion' || last === 'awsClientVersion';
}

/** What belongs at a path, in words. */
function expectedAt(path: DocumentPath): string {
  const steps = path.filter((step) => typeof step === 'string');
  const last = path.at(-1);
  const isElement = typeof last === 'number';
  const key = steps.at(-1);
  if (path.length === 0) return 'a policy, an object with "version: 1"';
  if (path.length === 2 && !isElement) {
    if (path[0] === 'endpoints') return 'an object with name, defaultEffect, defaultMessage, mode';
    if (path[0] === 'sets') return 'an object with kind and entries';
  }
  if (key === 'mode') return path[0] === 'rules' ? 'enforce, report' : 'enforce, observe';
  if (path[0] === 'tests' && key === 'rule') return 'the id of a rule, or default';
  if (path[0] === 'tests' && key === 'name') return 'a sentence of at most 256 characters';
  if (path[0] === 'tests' && key === 'postureStatuses') return isElement ? 'a text' : 'a list of texts';
  const entry = EXPECTED.get(key ?? '');
  if (entry === undefined) return 'what the docs of the policy language say';
  return isElement ? (entry.element ?? entry.whole) : entry.whole;
}

const NAMES = { whole: 'a list of names and @sets, at least one', element: 'a name, a pattern or an @set' };
const TIME = { whole: 'a time with an offset, such as 2026-12-31T18:00:00+09:00' };
const BLOCKS = { whole: 'a block of conditions, or a list of them', element: 'a block of conditions' };
const VERSIONS = {
  whole: 'a comparison such as "<2.6.0", or a list of them',
  element: 'a comparison such as "<2.6.0"',
};

const EXPECTED = new Map<string, { readonly whole: string; readonly element?: string }>(
  Object.entries({
    version: { whole: '1' },
    defaultEffect: { whole: 'allow or deny' },
    defaultMessage: { whole: 'a text' },
    endpoints: { whole: 'endpoint ids with their settings', element: 'an endpoint id or name' },
    sets: { whole: 'names with their sets' },
    rules: { whole: 'a list of rules', element: 'a rule, an object with id, effect and match' },
    limits: { whole: 'a list of limits', element: 'a limit, an object with id, match and maxConnections' },
    tests: { whole: 'a list of tests', element: 'a test, an object with name, connection, at and expect' },
    name: { whole: 'a text' },
    kind: { whole: 'ip, user, commonName, group, date' },
    description: { whole: 'a text' },
    entries: { whole: 'a list of values', element: 'a value, or an object with value, expiresAt and note' },
    value: { whole: 'a text' },
    note: { whole: 'a text' },
    id: { whole: 'an id of lower-case letters, digits and hyphens' },
    effect: { whole: 'deny, allow, exempt' },
    match: { whole: 'everyone, a block of conditions, or a list of them', element: 'a block of conditions' },
    except: BLOCKS,
    enabled: { whole: 'true or false' },
    final: { whole: 'true or false' },
    standing: { whole: 'keep, end, and in deny rules endAll' },
    grace: { whole: 'a duration such as PT10M, at most 24 hours' },
    maxConnections: { whole: `a whole number from 1 to ${MAX_CONNECTIONS}` },
    whenExceeded: { whole: 'refuse, endOldest' },
    notBefore: TIME,
    expiresAt: TIME,
    at: TIME,
    until: TIME,
    message: { whole: 'a text' },
    postureStatuses: { whole: 'a list of one to ten texts', element: 'a text of 1 to 255 characters' },
    from: { whole: '"*", or a list of ids of deny rules', element: 'the id of a deny rule' },
    users: NAMES,
    commonNames: NAMES,
    identities: NAMES,
    groups: NAMES,
    allGroups: NAMES,
    platforms: { whole: 'a list of names, at least one', element: 'a name or a pattern' },
    sourceIps: {
      whole: 'a list of addresses and @sets, at least one',
      element: 'an address, a CIDR block, a range or an @set',
    },
    openvpnVersion: VERSIONS,
    awsClientVersion: VERSIONS,
    windows: {
      whole: 'a list of windows, at least one',
      element: 'a window with from/until, with days, with dates, or with cron and duration',
    },
    missing: { whole: 'a list of attributes, at least one', element: 'the name of an attribute' },
    days: { whole: 'a list of mon, tue, wed, thu, fri, sat, sun', element: 'mon, tue, wed, thu, fri, sat, sun' },
    dates: { whole: 'a list of days such as 2026-12-29 and @sets', element: 'a day such as 2026-12-29 or an @set' },
    start: { whole: 'HH:MM in quotes' },
    end: { whole: 'HH:MM in quotes' },
    timezone: { whole: 'UTC or a name such as Asia/Tokyo' },
    cron: { whole: 'five fields, such as "0 2 * * TUE#2"' },
    duration: { whole: 'a duration such as PT4H' },
    connection: { whole: 'a connect request, an object with keys such as username and public-ip' },
    expect: { whole: 'an object with allow, and rule, message or postureStatuses' },
    allow: { whole: 'true or false' },
  }),
);
