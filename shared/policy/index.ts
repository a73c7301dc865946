/** The policy language: reading and validating documents, lint, policy tests, checks of a write, operations, merge, diffs, JSON Schema. */
export {
  type CheckedWrite,
  type Confirmation,
  type ConfirmationReason,
  checkWrite,
  type WriteToCheck,
} from './check-write.ts';
export { describeLimit } from './describe-limit.ts';
export { type DescribeOptions, describeRule, type PrintTime } from './describe-rule.ts';
export {
  type ChangedItem,
  diffPolicies,
  type EntriesDiff,
  type ItemsDiff,
  type PolicyDiff,
  type SetsDiff,
  sameData,
} from './diff.ts';
export { changeLines, type DiffTextOptions, diffText } from './diff-text.ts';
export { entriesByKey, entryKey, entryKeys, entryValue } from './entry-key.ts';
export { type DocumentPath, formatIssue, jsonPointer, type PolicyIssue, readablePath } from './issue.ts';
export { ITEM_HASH, itemHash } from './item-hash.ts';
export { policyJsonSchema, policyJsonSchemaText } from './json-schema.ts';
export { type LintCode, type LintWarning, lintPolicy } from './lint.ts';
export { lockoutReason } from './lockout.ts';
export * from './merge/index.ts';
export { mergePatch } from './merge-patch.ts';
export * from './operations/index.ts';
export { isObject } from './plain-data.ts';
export {
  type ChangedEntry,
  type ChangedKind,
  type EntriesChange,
  type FieldChange,
  type ListedKind,
  type PolicyChange,
  policyChanges,
} from './policy-changes.ts';
export { type PolicyTestResult, type RunOptions, runPolicyTests, type TestOutcome } from './policy-tests.ts';
export {
  MAX_DEPTH,
  type ReadOptions,
  type ReadPolicy,
  readPolicy,
  type ValidatedPolicy,
  validatePolicy,
} from './read-document.ts';
export { readJson } from './read-json.ts';
export { type RuleFilter, ruleFilter } from './rule-filter.ts';
export { rule as policyRule } from './rule-schema.ts';
export { MAX_LIMITS, MAX_RULES, MAX_SET_ENTRIES, MAX_TESTS, policyDocument, policyTest } from './schema.ts';
export { policySet } from './set-schema.ts';
export { placeInText, positionsIn } from './source.ts';
export { type Suggest, suggester } from './suggest.ts';
export { MAX_SUMMARY_BYTES, summarizeChange } from './summary.ts';
