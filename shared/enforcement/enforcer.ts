/** The enforcer as those see it who ask it something. */
import type {
  ConnectionList,
  EnforcerProblemCode,
  ListRequest,
  PassReport,
  PassRequest,
  TerminateRequest,
  Within,
} from './protocol.ts';

export interface Enforcer {
  /** Each rejects with an EnforcerError. */
  list(request: Omit<ListRequest, 'task'> & Within, options?: AskOptions): Promise<ConnectionList>;
  pass(request: Omit<PassRequest, 'task'> & Within, options?: AskOptions): Promise<PassReport>;
  terminate(request: Omit<TerminateRequest, 'task'> & Within, options?: AskOptions): Promise<PassReport>;
  /** Has a pass begin soon, and does not wait for it. */
  passSoon(request: Omit<PassRequest, 'task'>, options?: AskOptions): Promise<void>;
}

export interface AskOptions {
  readonly signal?: AbortSignal | undefined;
}

/** `unreachable`: the enforcer itself does not answer. `not-permitted`: these credentials may not invoke it. */
export type EnforcerErrorCode = EnforcerProblemCode | 'unreachable' | 'not-permitted';

export class EnforcerError extends Error {
  override readonly name = 'EnforcerError';
  readonly code: EnforcerErrorCode;
  /** Of `too-many`: what would be ended. */
  readonly report: PassReport | undefined;

  constructor(code: EnforcerErrorCode, message: string, options: ErrorOptions & { readonly report?: PassReport } = {}) {
    super(message, options);
    this.code = code;
    this.report = options.report;
  }
}
