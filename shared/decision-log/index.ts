/** The decision log: every decision of the handler in a table of its own, found by connection, user, time and rule. */
export {
  DecisionCursorError,
  type DecisionFilter,
  type DecisionPage,
  type DecisionQuery,
  type DecisionSource,
  type DecisionWalk,
} from './decision-source.ts';
export { placeOf } from './place.ts';
export {
  type DecisionOutcome,
  type DecisionRecord,
  OUTCOMES,
  type RecordedEvent,
  type RecordedMalformed,
} from './record.ts';
export { type RecordedRequest, recordedRequest } from './recorded-request.ts';
