/** What a policy is made of before it is one: plain data, as JSON has it, not too deep. */
import { shown } from '../engine/index.ts';
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
 * `maxDepth`, the key `__proto__`. A key whose value is undefined counts as left out. `written` knows a number as it was
 * written: `.inf` in YAML, `1e999`.
 */
export function plainDataIssues(
  value: unknown,
  maxDepth: number,
  written: (path: DocumentPath) => string | undefined = () => undefined,
): FoundIssue[] {
  const issues: FoundIssue[] = [];
  const path: (string | number)[] = [];
  const report = (code: string, message: string, atKey?: boolean) =>
    issues.push({ path: [...path], code, message, ...(atKey && { atKey }) });
  const visitAt = (step: string | number, inner: unknown) => {
    path.push(step);
    visit(inner);
    path.pop();
  };
  const visit = (inner: unknown): void => {
    if (inner === null || typeof inner === 'string' || typeof inner === 'boolean' || Number.isFinite(inner)) return;
    if (typeof inner === 'number') {
      const text = written(path) ?? String(inner);
      report('number-not-in-json', `${text} is a number that JSON lacks; quote it: "${text}"`);
    } else if (typeof inner !== 'object') {
      report(
        'not-plain-data',
        `${shown(String(inner))} (${typeof inner}) is no plain data; accepted: what JSON can hold`,
      );
    } else if (path.length >= maxDepth) {
      report('too-deep', `the document is nested too deeply; accepted: ${maxDepth} levels`);
    } else if (Array.isArray(inner)) {
      for (const [index, element] of inner.entries()) visitAt(index, element);
    } else if (isInstance(inner)) {
      report('not-plain-data', 'an object of a class is no plain data; accepted: what JSON can hold');
    } else {
      for (const [key, property] of Object.entries(inner)) {
        if (key === '__proto__') {
          path.push(key);
          report('unknown-key', 'the key "__proto__" is not known; accepted: no such key', true);
          path.pop();
        } else if (property !== undefined) {
          visitAt(key, property);
        }
      }
    }
  };
  visit(value);
  return issues;
}

/** True for what was made by a class: plain objects have one prototype or none. */
function isInstance(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype !== null && Object.getPrototypeOf(prototype) !== null;
}
