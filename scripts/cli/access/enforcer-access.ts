/** The enforcer as the commands reach it: through the admin API, or straight through Lambda's invoke API. */
import type {
  ConnectionList,
  EnforcerErrorCode,
  ListRequest,
  PassReport,
  PassRequest,
  TerminateRequest,
} from '../../../shared/enforcement/index.ts';
import { CommandError, EXIT } from '../exit-code.ts';
import { onOneLine } from '../terminal/output.ts';

/** Every method throws an EnforcerFailure, or another CommandError where the way to the enforcer fails. */
export interface EnforcerAccess {
  /** Whom the commands ask, for messages: `the enforcer X in eu-west-1`, `the API https://…`. */
  readonly place: string;
  /** The connections that stand, judged. */
  list(wanted: ConnectionsWanted): Promise<ConnectionList>;
  /** Looks at all that stand, and ends those that the policy refuses. */
  pass(wanted: PassWanted): Promise<Passed>;
  /** Ends those that are named. */
  terminate(wanted: TerminationWanted): Promise<PassReport>;
  /** Must be called, so that the process can end. */
  close(): void;
}

export type ConnectionsWanted = Omit<ListRequest, 'task'>;

interface Asked {
  /** Why, for the record; who asks, the way to the enforcer knows. */
  readonly reason: string;
}

export type PassWanted = Omit<PassRequest, 'task' | 'by'> & Asked;

export type TerminationWanted = Omit<TerminateRequest, 'task' | 'by'> & Asked;

export interface Passed {
  readonly report: PassReport;
  /** Some of those that an operator has confirmed are not ended, and the enforcer has been asked to go on with them. */
  readonly goesOn: boolean;
}

/** The enforcer says no, or nothing. */
export class EnforcerFailure extends CommandError {
  readonly code: EnforcerErrorCode;
  /** Of `too-many`: what would be ended. */
  readonly report: PassReport | undefined;

  /** @param place as of an EnforcerAccess */
  constructor(
    {
      code,
      message,
      report,
    }: { readonly code: EnforcerErrorCode; readonly message: string; readonly report?: PassReport | undefined },
    place: string,
    options?: ErrorOptions,
  ) {
    super(onOneLine(`${place}: ${message}`), CHECKS.has(code) ? EXIT.checkFailed : EXIT.usage, options);
    this.code = code;
    this.report = report;
  }
}

/** The enforcer works, and the answer is no. */
const CHECKS: ReadonlySet<EnforcerErrorCode> = new Set(['no-policy', 'moved', 'too-many']);
