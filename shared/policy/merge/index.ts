/** Three-way merge of policies; applying a file and reverting one change as cases of it. */
export { type AppliedFile, type ApplyConflict, applyFile, type FileToApply } from './apply-file.ts';
export { type MergeConflict, type MergedPolicies, mergePolicies } from './merge-policies.ts';
export { type Revert, type RevertConflict, type RevertedChange, revertChange } from './revert.ts';
