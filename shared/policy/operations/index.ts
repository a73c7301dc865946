/** Operations on a policy: their schemas, reading a list of them, applying it. */
export {
  type AppliedOperations,
  applyOperations,
  type EntriesResult,
  type OperationResult,
  operationOf,
} from './apply-operations.ts';
export type { OperationIssue } from './operation-issue.ts';
export {
  endpointPatch,
  entriesPatchShape,
  limitPatch,
  MAX_OPERATIONS,
  type OperationName,
  type PolicyOperation,
  policyOperation,
  policyOperations,
  rulePatch,
  setEntry,
  settingsPatch,
} from './operation-schema.ts';
export { type Settings, settingsOf } from './policy-draft.ts';
export { type ReadOperations, readOperations } from './read-operations.ts';
