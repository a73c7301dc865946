/** The policy language: reading and validating documents, lint, policy tests, the checks of a write, summaries, JSON Schema. */
export {
  type CheckedWrite,
  type Confirmation,
  type ConfirmationReason,
  checkWrite,
  type WriteToCheck,
} from './check-write.ts';
export {
  type ChangedItem,
  diffPolicies,
  type EntriesDiff,
  type ItemsDiff,
  type PolicyDiff,
  type SetsDiff,
  sameData,
} from './diff.ts';
export { type DocumentPath, formatIssue, jsonPointer, type PolicyIssue, readablePath } from './issue.ts';
export { policyJsonSchema, policyJsonSchemaText } from './json-schema.ts';
export { type LintCode, type LintWarning, lintPolicy } from './lint.ts';
export { lockoutReason } from './lockout.ts';
export { type PolicyTestResult, type RunOptions, runPolicyTests, type TestOutcome } from './policy-tests.ts';
export {
  MAX_DEPTH,
  type ReadOptions,
  type ReadPolicy,
  readPolicy,
  type ValidatedPolicy,
  validatePolicy,
} from './read-document.ts';
export { MAX_RULES, MAX_SET_ENTRIES, MAX_TESTS, policyDocument } from './schema.ts';
export { MAX_SUMMARY_BYTES, summarizeChange } from './summary.ts';
