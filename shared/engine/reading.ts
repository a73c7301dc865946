/**
 * Reads a document of unknown content, strictly. The store's documents were checked when they were written; what the
 * compiler does not understand all the same (a newer writer, a changed item) must never widen a rule, so it is an error.
 */
import { PolicyValueError, shown } from './errors.ts';

/** Where a value stands in the document: links towards its root, told in full only where something is wrong. */
export class Path {
  static readonly root = new Path();
  readonly #parent: Path | undefined;
  readonly #key: string | number;

  private constructor(parent?: Path, key: string | number = '') {
    this.#parent = parent;
    this.#key = key;
  }

  /** The place of what stands there under `key`. */
  to(key: string | number): Path {
    return new Path(this, key);
  }

  /** From the root on. */
  get keys(): readonly (string | number)[] {
    return this.#parent === undefined ? [] : [...this.#parent.keys, this.#key];
  }
}

/** An object with no key but `keys`. Throws `invalid-value`, `unknown-key`. */
export function readObject(value: unknown, path: Path, keys?: ReadonlySet<string>): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unexpected(value, path, 'an object');
  const object = value as Readonly<Record<string, unknown>>; // what was checked above
  if (keys === undefined) return object;
  for (const key of Object.keys(object)) {
    if (keys.has(key)) continue;
    throw new PolicyValueError(
      'unknown-key',
      `${shown(key)} is not known here; accepted: ${[...keys].join(', ')}`,
      path.to(key).keys,
    );
  }
  return object;
}

/** A list with at least `least` elements. */
export function readList(value: unknown, path: Path, least = 1): readonly unknown[] {
  if (!Array.isArray(value) || value.length < least) {
    throw unexpected(value, path, least > 0 ? 'a list that is not empty' : 'a list');
  }
  return value;
}

/** A list of texts that is not empty. */
export function readTexts(value: unknown, path: Path): readonly string[] {
  return readList(value, path).map((element, index) => readText(element, path.to(index)));
}

/** A text that is not empty. */
export function readText(value: unknown, path: Path): string {
  if (typeof value !== 'string' || value === '') throw unexpected(value, path, 'a text');
  return value;
}

/** One of `choices`. */
export function readChoice<T extends string>(value: unknown, path: Path, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw unexpected(value, path, choices.join(', '));
  return choice;
}

/** A whole number from 1 to `most`. */
export function readCount(value: unknown, path: Path, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw unexpected(value, path, `a whole number from 1 to ${most}`);
}

export function readFlag(value: unknown, path: Path): boolean {
  if (typeof value !== 'boolean') throw unexpected(value, path, 'true or false');
  return value;
}

/** `read(value)`, or undefined where the value is missing. */
export function optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}

/** Runs a value parser and adds the path to its error; `path` may be worked out then alone, since lists are long. */
export function at<T>(path: Path | (() => Path), parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof PolicyValueError && error.path.length === 0)
      throw new PolicyValueError(error.code, error.message, (typeof path === 'function' ? path() : path).keys);
    throw error;
  }
}

function unexpected(value: unknown, path: Path, accepted: string): PolicyValueError {
  return new PolicyValueError(
    'invalid-value',
    `${shown(value)} is not understood here; accepted: ${accepted}`,
    path.keys,
  );
}
