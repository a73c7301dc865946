/** What is wrong with one operation of a list. */
import { type DocumentPath, readablePath } from '../issue.ts';

export interface OperationIssue {
  /** Which operation, from 0; undefined for what is wrong with the list itself. */
  readonly operation?: number;
  /** Leads to the place in the operation, such as `['add', 2]`. */
  readonly path: DocumentPath;
  /** The place in the list as people write it: `[3].add[2]`. */
  readonly where: string;
  /** Stable, kebab-case. */
  readonly code: string;
  /** What is wrong, with the value, and what is accepted. */
  readonly message: string;
}

export function operationIssue(operation: number, path: DocumentPath, code: string, message: string): OperationIssue {
  return { operation, path, where: readablePath([operation, ...path]), code, message };
}
