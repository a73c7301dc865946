/** Who has how many sessions: counted by the handler when a limit applies, brought up to date by each pass of the enforcer. */
export {
  type Admission,
  type CountUnknown,
  createSessionCounter,
  MAX_COUNT_AGE_MS,
  type SessionCounter,
  type SessionCounterOptions,
  type WantedSession,
} from './session-counter.ts';
export {
  createSessionReconciler,
  type Reconciled,
  type SessionReconciler,
  type SessionReconcilerOptions,
} from './session-reconciler.ts';
export { type ActiveSession, type Sighting, UNKNOWN_GRACE_MS } from './sessions-that-stand.ts';
export { sessionsTable } from './table.ts';
