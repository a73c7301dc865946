/**
 * Lint: what a valid policy says and its author hardly meant. Warnings never refuse a policy; errors are
 * `shared/policy/read-document.ts`.
 */
import type { PolicyDocument } from '../engine/index.ts';
import { type DocumentPath, inDocumentOrder, readablePath } from './issue.ts';
import { entryWarnings } from './lint-entries.ts';
import { limitWarnings } from './lint-limits.ts';
import { deadRuleWarnings, exceptWarnings, missingAttributeWarnings } from './lint-rules.ts';
import { standingWarnings } from './lint-standing.ts';
import { LiveSets } from './live-sets.ts';

export type LintCode =
  | 'never-applies'
  | 'no-effect'
  | 'expired-rule'
  | 'expired-entry'
  | 'unused-set'
  | 'host-bits'
  | 'repeated-entry'
  | 'overlapping-entry'
  | 'deny-passes-missing'
  | 'limit-passes-missing'
  | 'except-passes-missing'
  | 'except-on-claims'
  | 'except-is-and'
  | 'one-address-family';

export interface LintWarning {
  readonly path: DocumentPath;
  /** `path` as people write it. */
  readonly where: string;
  readonly code: LintCode;
  readonly message: string;
  /** From 1; only where the document was read from text. */
  readonly line?: number;
  readonly column?: number;
}

/** A warning as the checks find it. */
export interface FoundWarning {
  readonly path: DocumentPath;
  readonly code: LintCode;
  readonly message: string;
}

/** All warnings about a valid document, in document order. `nowMs` (milliseconds since 1970) judges what has expired. */
export function lintPolicy(document: PolicyDocument, nowMs: number): LintWarning[] {
  const sets = new LiveSets(document, nowMs);
  const found: FoundWarning[] = [
    ...entryWarnings(document, sets),
    ...deadRuleWarnings(document, sets),
    ...missingAttributeWarnings(document),
    ...exceptWarnings(document),
    ...standingWarnings(document),
    ...limitWarnings(document, sets),
  ];
  return inDocumentOrder(found, document).map(({ path, code, message }) => ({
    path,
    where: readablePath(path),
    code,
    message,
  }));
}
