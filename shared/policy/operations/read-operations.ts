/** From data of unknown content to a list of operations, or to all that is wrong with it. */
import type { z } from 'zod';
import { shown } from '../../engine/index.ts';
import type { DocumentPath } from '../issue.ts';
import { isObject, plainDataIssues } from '../plain-data.ts';
import { MAX_DEPTH } from '../read-document.ts';
import { schemaIssues, tolerantParse } from '../schema-issues.ts';
import { type Suggest, suggester } from '../suggest.ts';
import { type OperationIssue, operationIssue } from './operation-issue.ts';
import { MAX_OPERATIONS, OPERATIONS, type PolicyOperation, policyOperation } from './operation-schema.ts';

export type ReadOperations =
  | { readonly ok: true; readonly operations: readonly PolicyOperation[] }
  | { readonly ok: false; readonly issues: readonly OperationIssue[] };

/**
 * Checks a list of operations, in whatever form it came: their shape, and each rule, limit, set, test and endpoint in it, in
 * the words in which `validatePolicy` tells of them. What lies across the document only validation of the result tells.
 */
export function readOperations(value: unknown): ReadOperations {
  const listIssue = (code: string, message: string): ReadOperations => ({
    ok: false,
    issues: [{ path: [], where: '', code, message }],
  });
  if (!Array.isArray(value)) return listIssue('wrong-type', 'no list stands here; accepted: a list of operations');
  if (value.length === 0) return listIssue('empty', 'the list is empty; accepted: at least one operation');
  if (value.length > MAX_OPERATIONS) {
    return listIssue('too-many', `the list has ${value.length} operations; accepted: at most ${MAX_OPERATIONS}`);
  }
  // Zod passes over the key `__proto__`, and what is not plain data could answer differently each time.
  const notPlain = value.flatMap((operation: unknown, index) =>
    plainDataIssues(operation, MAX_DEPTH).map(({ path, code, message }) => operationIssue(index, path, code, message)),
  );
  if (notPlain.length > 0) return { ok: false, issues: notPlain };
  const suggest = suggester();
  const issues = value.flatMap((operation: unknown, index) => {
    const result = tolerantParse(policyOperation, operation);
    if (result === 'too-many-issues') return tooManyIssues(operation, index);
    return result.success ? [] : issuesOf(operation, index, result.error.issues, suggest);
  });
  if (issues.length > 0) return { ok: false, issues };
  // The schemas transform nothing, so the data itself is the list, with its keys in the order in which they came.
  return { ok: true, operations: value as PolicyOperation[] };
}

function issuesOf(
  operation: unknown,
  index: number,
  found: readonly z.core.$ZodIssue[],
  suggest: Suggest,
): OperationIssue[] {
  const told = new Set<string>();
  return found.flatMap((issue): OperationIssue[] => {
    const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
    const payload = path[0];
    if (typeof payload !== 'string' || !Object.hasOwn(PAYLOADS, payload)) {
      return ownIssues(operation, index, path, issue, suggest);
    }
    if (told.has(payload)) return [];
    told.add(payload);
    return payloadIssues(operation, index, payload);
  });
}

/** Of an operation with more mistakes than Zod gathers: those of what it puts, else that there are so many. */
function tooManyIssues(operation: unknown, index: number): OperationIssue[] {
  const payloads = Object.keys(PAYLOADS).filter((payload) => isObject(operation) && operation[payload] !== undefined);
  const issues = payloads.flatMap((payload) => payloadIssues(operation, index, payload));
  if (issues.length > 0) return issues;
  return [
    operationIssue(index, [], 'too-many-issues', 'more is wrong in here than can be told; accepted: an operation'),
  ];
}

/** Where each item stands in a document. */
const PAYLOADS: Readonly<Record<string, (item: unknown) => { document: object; at: DocumentPath }>> = {
  rule: (rule) => ({ document: { rules: [rule] }, at: ['rules', 0] }),
  limit: (limit) => ({ document: { limits: [limit] }, at: ['limits', 0] }),
  test: (test) => ({ document: { tests: [test] }, at: ['tests', 0] }),
  set: (set) => ({ document: { sets: { set } }, at: ['sets', 'set'] }),
  endpoint: (endpoint) => ({ document: { endpoints: { [ANY_ENDPOINT]: endpoint } }, at: ['endpoints', ANY_ENDPOINT] }),
};
const ANY_ENDPOINT = 'cvpn-endpoint-00000000000000000';

/** What is wrong with the item that an operation puts, told as of one in a document. */
function payloadIssues(operation: unknown, index: number, payload: string): OperationIssue[] {
  const item = isObject(operation) ? operation[payload] : undefined;
  const placed = PAYLOADS[payload]?.(item);
  if (item === undefined || placed === undefined) return [missing(index, [payload])];
  const issues = schemaIssues({ version: 1, defaultEffect: 'deny', ...placed.document });
  return issues.map(({ path, code, message }) =>
    operationIssue(index, [payload, ...path.slice(placed.at.length)], code, message),
  );
}

/** What is wrong with the operation around it. */
function ownIssues(
  operation: unknown,
  index: number,
  path: DocumentPath,
  issue: z.core.$ZodIssue,
  suggest: Suggest,
): OperationIssue[] {
  const one = (code: string, message: string) => [operationIssue(index, path, code, message)];
  if (!isObject(operation))
    return one('wrong-type', 'no object stands here; accepted: an operation, an object with op');
  const names = [...OPERATIONS.keys()];
  const schema = typeof operation.op === 'string' ? OPERATIONS.get(operation.op) : undefined;
  if (schema === undefined) {
    const at: DocumentPath = ['op'];
    if (operation.op === undefined) return [missing(index, at, names.join(', '))];
    const hint = typeof operation.op === 'string' ? suggest(operation.op, names) : '';
    return [
      operationIssue(
        index,
        at,
        'wrong-value',
        `${shown(operation.op)} is not accepted${hint}; accepted: ${names.join(', ')}`,
      ),
    ];
  }
  const accepted = expectedAt(path);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = keysAt(schema, path);
      return issue.keys.map((key) =>
        operationIssue(
          index,
          [...path, key],
          'unknown-key',
          `the key ${shown(key)} is not known${suggest(key, known)}; accepted: ${known.join(', ')}`,
        ),
      );
    }
    case 'custom':
      return one(String(issue.params?.code ?? 'invalid-value'), issue.message);
    case 'too_small':
      return one('empty', `the text is empty; accepted: ${accepted}`);
    case 'too_big':
      return one('too-long', `the text is too long; accepted: ${accepted}`);
    case 'invalid_union': {
      // An entry as an object, with a fault inside of it.
      const inner = issue.errors.find((branch) =>
        branch.some(({ path: deeper, code }) => deeper.length > 0 || code === 'unrecognized_keys'),
      );
      if (inner !== undefined) {
        return inner.flatMap((found) =>
          ownIssues(
            operation,
            index,
            [...path, ...found.path.map((step) => (typeof step === 'symbol' ? String(step) : step))],
            found,
            suggest,
          ),
        );
      }
      return one('wrong-value', `${shown(issue.input)} is not accepted; accepted: ${accepted}`);
    }
    default:
      if (issue.input === undefined) return [missing(index, path, accepted)];
      return one(
        issue.code === 'invalid_type' ? 'wrong-type' : 'wrong-value',
        `${shown(issue.input)} is not accepted; accepted: ${accepted}`,
      );
  }
}

function missing(index: number, path: DocumentPath, accepted = expectedAt(path)): OperationIssue {
  return operationIssue(index, path, 'missing-key', `${path.at(-1)} is missing; accepted: ${accepted}`);
}

/** The keys of the operation, of its patch, or of an entry in it. */
function keysAt(schema: z.ZodObject, path: DocumentPath): string[] {
  if (path.length === 0) return Object.keys(schema.shape);
  if (path[0] === 'add') return ['value', 'expiresAt', 'note'];
  const patch: unknown = schema.shape.patch;
  return isObject(patch) && isObject(patch.shape) ? Object.keys(patch.shape) : [];
}

function expectedAt(path: DocumentPath): string {
  const isElement = typeof path.at(-1) === 'number';
  const key = path.findLast((step) => typeof step === 'string');
  const words = isElement ? EXPECTED_ELEMENT : EXPECTED;
  return words[String(key)] ?? 'what the docs of the admin API say';
}

const EXPECTED: Readonly<Record<string, string>> = {
  id: 'an id',
  name: 'a name',
  patch: 'an object, a JSON Merge Patch (RFC 7396)',
  add: 'a list of entries',
  remove: 'a list of values',
  value: 'a text',
  expiresAt: 'a time with an offset, such as 2026-12-31T18:00:00+09:00',
  note: 'a text',
  ifMatch: '"*", or the hash from an ETag, without the quotes',
  ifNoneMatch: '"*"',
  defaultEffect: 'allow or deny',
  defaultMessage: 'a text, or null',
  rule: 'a rule, an object with id, effect and match',
  limit: 'a limit, an object with id, match and maxConnections',
  set: 'an object with kind and entries',
  test: 'a test, an object with name, connection, at and expect',
  endpoint: 'an object with name, defaultEffect, defaultMessage, mode',
};
const EXPECTED_ELEMENT: Readonly<Record<string, string>> = {
  add: 'a value, or an object with value, expiresAt and note',
  remove: 'a value',
};
