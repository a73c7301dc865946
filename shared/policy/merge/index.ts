/** Three-way merge of policies, and reverting one change as a case of it. */
export { type MergeConflict, type MergedPolicies, mergePolicies } from './merge-policies.ts';
export { type Revert, type RevertConflict, type RevertedChange, revertChange } from './revert.ts';
