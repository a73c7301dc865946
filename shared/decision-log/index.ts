/** The decision log: every decision of the handler in a table of its own, found by connection, user, time and rule. */
export {
  createDecisionLog,
  type DecisionLog,
  type DecisionLogOptions,
  MAX_RETENTION_DAYS,
  type PutFailure,
  type PutResult,
} from './decision-log.ts';
export { type DecisionFacts, decisionRecord } from './decision-record.ts';
export {
  DecisionCursorError,
  type DecisionFilter,
  type DecisionPage,
  type DecisionQuery,
  type DecisionSource,
  type DecisionWalk,
} from './decision-source.ts';
export { createDecisionSource, type DynamoDbDecisionSourceOptions, isOfEndpoint } from './dynamodb-decision-source.ts';
export { userOf } from './encode-decision.ts';
export { endOf } from './end-of.ts';
export { type EndAsked, type EndedConnectionFacts, type EndedFacts, endedRecord } from './ended-record.ts';
export { idOfEnded, userPartition } from './keys.ts';
export { type KeptNames, keepNames, type NameKeeping, pseudonyms } from './names.ts';
export { placeOf } from './place.ts';
export {
  CONNECT_OUTCOMES,
  type ConnectOutcome,
  type DecidedBy,
  type DecisionOutcome,
  type DecisionRecord,
  OUTCOMES,
  type RecordedEnd,
  type RecordedEvent,
  type RecordedMalformed,
} from './record.ts';
export { DECISION_RETENTION_DAYS, readNameKeeping } from './record-settings.ts';
export { type RecordedRequest, recordedRequest } from './recorded-request.ts';
export { decisionsTable } from './table.ts';
