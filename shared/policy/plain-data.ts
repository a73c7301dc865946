/** What a policy is made of before it is one: plain data, as JSON has it, not too deep. */
import { shown } from '../engine/errors.ts';
import type { DocumentPath, FoundIssue } from './issue.ts';

export type PlainObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `value` where it is an object, else one without keys. */
export function objectOf(value: unknown): PlainObject {
  return isObject(value) ? value : {};
}

/** `value` where it is a list, else one without elements. */
export function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/**
 * What in `value` is not plain data: class instances, functions, holes, numbers that JSON lacks, cycles, nesting beyond
 * `maxDepth`, the key `__proto__`. A key whose value is undefined counts as left out.
 */
export function plainDataIssues(value: unknown, maxDepth: number, path: DocumentPath = []): FoundIssue[] {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return [];
  if (typeof value === 'number' && Number.isFinite(value)) return [];
  const refused = (code: string, message: string): FoundIssue[] => [{ path, code, message }];
  if (typeof value !== 'object') {
    return refused(
      'not-plain-data',
      `${shown(String(value))} (${typeof value}) is no plain data; accepted: what JSON can hold`,
    );
  }
  if (path.length >= maxDepth)
    return refused('too-deep', `the document is nested too deeply; accepted: ${maxDepth} levels`);
  if (Array.isArray(value)) {
    return Array.from(value, (element, index) => plainDataIssues(element, maxDepth, [...path, index])).flat();
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    return refused('not-plain-data', 'an object of a class is no plain data; accepted: what JSON can hold');
  }
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === '__proto__') {
      return [
        {
          path: [...path, key],
          atKey: true,
          code: 'unknown-key',
          message: 'the key "__proto__" is not known; accepted: no such key',
        },
      ];
    }
    return inner === undefined ? [] : plainDataIssues(inner, maxDepth, [...path, key]);
  });
}
