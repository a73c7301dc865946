/** Ways through a valid document: the blocks of a rule or limit, the entries of a set. */
import {
  type Block,
  type Blocks,
  type Limit,
  type Match,
  type PolicyDocument,
  type PolicySet,
  parseInstantMs,
  type Rule,
} from '../engine/index.ts';
import type { DocumentPath } from './issue.ts';

export interface PlacedBlock {
  readonly block: Block;
  readonly path: DocumentPath;
}

/** The blocks of a `match` or `except`, whether one or a list; none for `everyone`. */
export function blocksOf(blocks: Match | undefined, path: DocumentPath): readonly PlacedBlock[] {
  if (blocks === undefined || blocks === 'everyone') return [];
  if (!isList(blocks)) return [{ block: blocks, path }];
  return blocks.map((block, index) => ({ block, path: [...path, index] }));
}

/** `Array.isArray` does not narrow readonly lists. */
function isList(blocks: Blocks): blocks is readonly Block[] {
  return Array.isArray(blocks);
}

/** What has conditions, with where it stands. */
export interface Placed {
  readonly path: DocumentPath;
  readonly match: readonly PlacedBlock[];
  readonly except: readonly PlacedBlock[];
}

export interface PlacedRule extends Placed {
  readonly rule: Rule;
}

export interface PlacedLimit extends Placed {
  readonly limit: Limit;
}

export function rulesOf({ rules = [] }: PolicyDocument): readonly PlacedRule[] {
  return rules.map((rule, index) => ({ rule, ...placed(rule, ['rules', index]) }));
}

export function limitsIn({ limits = [] }: PolicyDocument): readonly PlacedLimit[] {
  return limits.map((limit, index) => ({ limit, ...placed(limit, ['limits', index]) }));
}

/** All that refers to sets and endpoints. */
export function rulesAndLimitsOf(document: PolicyDocument): readonly Placed[] {
  return [...rulesOf(document), ...limitsIn(document)];
}

function placed({ match, except }: Pick<Rule | Limit, 'match' | 'except'>, path: DocumentPath): Placed {
  return { path, match: blocksOf(match, [...path, 'match']), except: blocksOf(except, [...path, 'except']) };
}

export interface PlacedEntry {
  readonly value: string;
  /** Infinite where the entry stays. */
  readonly expiresAtMs: number;
  readonly path: DocumentPath;
}

export function entriesOf(set: PolicySet, path: DocumentPath): readonly PlacedEntry[] {
  const list = [...path, 'entries'];
  return set.entries.map((entry, index) => {
    if (typeof entry === 'string') return new ListedEntry(entry, Number.POSITIVE_INFINITY, list, index);
    return new ListedEntry(entry.value, momentMs(entry.expiresAt, Number.POSITIVE_INFINITY), list, index);
  });
}

/** Of 100,000 entries few are warned about: the path is worked out for those alone. */
class ListedEntry implements PlacedEntry {
  readonly value: string;
  readonly expiresAtMs: number;
  readonly #list: DocumentPath;
  readonly #index: number;

  constructor(value: string, expiresAtMs: number, list: DocumentPath, index: number) {
    this.value = value;
    this.expiresAtMs = expiresAtMs;
    this.#list = list;
    this.#index = index;
  }

  get path(): DocumentPath {
    return [...this.#list, this.#index];
  }
}

/** The moment of a time in the document, `otherwise` where it is left out. */
export function momentMs(time: string | undefined, otherwise: number): number {
  return time === undefined ? otherwise : parseInstantMs(time);
}
