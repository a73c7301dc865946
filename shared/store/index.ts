/** The policy store: revisions in DynamoDB, and the cache in front of them. */
export { canonicalJson } from '../canonical-json.ts';
export { type AppliedSource, MAX_SOURCE_BYTES, sourceFault } from './applied-source.ts';
export {
  type AppliedPolicy,
  ApplyConflictError,
  applyPolicy,
  BaseMovedError,
  type FileApplication,
} from './apply-policy.ts';
export { type Backoff, backoffMs, pause } from './backoff.ts';
export { cutToUnits } from './bounded-text.ts';
export { clientThatTriesOnce, createDocumentClient, type DocumentClientOptions } from './dynamodb-client.ts';
export { DynamoDbPolicySource, type DynamoDbPolicySourceOptions } from './dynamodb-policy-source.ts';
export { DynamoDbPolicyStore, type DynamoDbPolicyStoreOptions } from './dynamodb-policy-store.ts';
export * from './errors.ts';
export * from './policy-cache.ts';
export type * from './policy-store.ts';
export { type Author, LANGUAGE_VERSION, type Revision } from './revision.ts';
export { isConditionFailed, toStoreError } from './sdk-error.ts';
export { rulesTable } from './table.ts';
export {
  type AppliedFileName,
  currentPolicy,
  PolicyRefusedError,
  type PolicyWrite,
  type WrittenPolicy,
  writePolicy,
} from './write-policy.ts';
