/** Writes that are operations on the policy: of one resource, or many at once. */
import type { PolicyDocument } from '../../shared/engine/index.ts';
import {
  applyOperations,
  type DocumentPath,
  type OperationIssue,
  type OperationResult,
  operationOf,
  type PolicyOperation,
  readOperations,
} from '../../shared/policy/index.ts';
import type { CurrentPolicy } from '../../shared/store/index.ts';
import { Problem, type ProblemCode } from '../http/problem.ts';
import { type BodyPlace, behind, inBody, leadsTo } from './document-places.ts';
import { noPolicy } from './policy-reader.ts';

export interface OperationWrite {
  readonly operations: readonly PolicyOperation[];
  /** @throws Problem */
  readonly change: (current: CurrentPolicy | undefined) => unknown;
  readonly place: BodyPlace;
  /** Of the last `change`, one for each operation. */
  readonly results: () => readonly OperationResult[];
}

/** The place in the body of a place in an operation (undefined: in the list of them); undefined where the body does not hold it. */
export type OperationPlace = (operation: number | undefined, path: DocumentPath) => DocumentPath | undefined;

/**
 * Prepares operations of unknown content.
 * @param check the preconditions of the request, on each state that the write is tried on
 * @throws Problem invalid
 */
export function operationWrite(
  operations: unknown,
  placeOf: OperationPlace,
  check: (document: PolicyDocument) => void,
): OperationWrite {
  const read = readOperations(operations);
  if (!read.ok) throw operationsProblem(read.issues, placeOf);
  let results: readonly OperationResult[] = [];
  return {
    operations: read.operations,
    change: (current) => {
      if (current === undefined) throw noPolicy();
      check(current.document);
      const applied = applyOperations(current.document, read.operations);
      if (!applied.ok) throw operationsProblem(applied.issues, placeOf);
      results = applied.results;
      return applied.document;
    },
    place: (path) => {
      const index = operationOf(results, path);
      const result = index === undefined ? undefined : results[index];
      const rest = result?.path && behind(result.path, path);
      const operation = index === undefined ? undefined : read.operations[index];
      if (index === undefined || rest === undefined || operation === undefined) return undefined;
      const inOperation = [[PAYLOAD_KEYS[operation.op] ?? '', ...rest], ['add']].find((steps) =>
        leadsTo(operation, steps),
      );
      return inOperation && placeOf(index, inOperation);
    },
    results: () => results,
  };
}

/** Where an operation has what comes to stand in the document. */
const PAYLOAD_KEYS: Readonly<Partial<Record<PolicyOperation['op'], string>>> = {
  'put-rule': 'rule',
  'patch-rule': 'patch',
  'put-limit': 'limit',
  'patch-limit': 'patch',
  'put-set': 'set',
  'put-test': 'test',
  'put-endpoint': 'endpoint',
  'patch-endpoint': 'patch',
  'patch-settings': 'patch',
};

/** What is wrong with operations; a failed precondition or a thing that is not there names the problem when nothing else is wrong. */
function operationsProblem(issues: readonly OperationIssue[], placeOf: OperationPlace): Problem {
  const errors = issues.map(({ operation, path, code, message }) => {
    const sent = placeOf(operation, path);
    return { code, message, ...(sent && inBody(sent)) };
  });
  const failedPrecondition = issues.every(({ code }) => code === 'precondition-failed');
  const kind: ProblemCode = failedPrecondition ? 'precondition-failed' : 'invalid';
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new Problem(kind, `${first?.path ? `${first.path}: ` : ''}${first?.message}${more}`, { errors });
}
