/** Refusals and faults as RFC 9457 problem details: every kind with its stable `type`, status and title. */

/** Every kind of problem. Its `type` is `urn:client-vpn-policy:problem:<code>`; codes never change their meaning. */
export const PROBLEMS = {
  'bad-path': [400, 'The path is not written plainly'],
  'bad-query': [400, 'The query is not understood'],
  'bad-header': [400, 'A header is not understood'],
  'bad-json': [400, 'The body is not JSON that can be read'],
  'bad-cursor': [400, 'The cursor is not one of this list'],
  'bad-request': [400, 'The request is not understood'],
  'no-caller': [403, 'The caller is not known'],
  'foreign-request': [403, 'The local stack answers this machine only'],
  forbidden: [403, 'The caller may not do this'],
  'no-such-path': [404, 'There is nothing at this path'],
  'no-policy': [404, 'No policy has been published yet'],
  'no-such-rule': [404, 'There is no such rule'],
  'no-such-set': [404, 'There is no such set'],
  'no-such-revision': [404, 'There is no such revision'],
  'never-applied': [404, 'Nothing was applied from this file'],
  'no-such-decision': [404, 'There is no such decision'],
  'no-decision-log': [404, 'No decisions are kept'],
  'no-such-connection': [404, 'There is no such active connection'],
  'no-enforcer': [404, 'No enforcer is deployed'],
  'method-not-allowed': [405, 'The path does not take this method'],
  'already-exists': [409, 'It exists already'],
  'revert-conflict': [409, 'What the change touched has changed since'],
  'apply-conflict': [409, 'The file and others have changed the same'],
  'precondition-failed': [412, 'It is not as the precondition says'],
  'body-too-large': [413, 'The body is too large'],
  'answer-too-large': [413, 'The answer would be too large'],
  'policy-too-large': [413, 'The policy would be too large'],
  'history-too-long': [413, 'The history is too long for the time that an answer may take'],
  'unsupported-media-type': [415, 'The body is of a type that is not taken here'],
  invalid: [422, 'What was sent is not valid'],
  'tests-failed': [422, 'A policy test fails'],
  'confirmation-needed': [422, 'This must be confirmed'],
  'precondition-required': [428, 'A precondition is required'],
  internal: [500, 'The API failed'],
  'not-configured': [500, 'The API is not set up'],
  'store-refused': [500, 'The policy store refused the API'],
  'store-corrupt': [500, 'The policy store holds what nobody wrote'],
  'enforcer-not-set-up': [500, 'The enforcer is not set up'],
  'enforcer-failed': [500, 'The enforcer failed'],
  'store-unreachable': [503, 'The policy store cannot be reached'],
  'commit-outcome-unknown': [503, 'Whether the change was made is not known'],
  'write-contention': [503, 'Too many others are writing'],
  'enforcer-unavailable': [503, 'The enforcer cannot do it now'],
} as const satisfies Readonly<Record<string, readonly [status: number, title: string]>>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One mistake, told with its place in what was sent and in the policy that would have come of it. */
export interface ProblemError {
  /** Stable, kebab-case. */
  readonly code: string;
  /** What is wrong, and what is accepted. */
  readonly message: string;
  /** The place in the body as people write it; absent where the body does not contain it. */
  readonly path?: string;
  /** The same as a JSON Pointer (RFC 6901). */
  readonly pointer?: string;
  /** The place in the policy document; absent where there is none. */
  readonly documentPath?: string;
  readonly documentPointer?: string;
  /** In the body, from 1. */
  readonly line?: number;
  readonly column?: number;
}

export interface ProblemOptions {
  readonly errors?: readonly ProblemError[] | undefined;
  /** Members of its own that the kind of problem has (RFC 9457, section 3.2). */
  readonly members?: Readonly<Record<string, unknown>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly cause?: unknown;
}

/** Ends a request with a problem. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly errors: readonly ProblemError[];
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail what happened this time, and what the caller can do */
  constructor(
    code: ProblemCode,
    detail: string,
    { errors = [], members = {}, headers = {}, cause }: ProblemOptions = {},
  ) {
    super(detail, cause === undefined ? undefined : { cause });
    this.code = code;
    this.errors = errors;
    this.members = members;
    this.headers = headers;
  }

  get status(): number {
    return PROBLEMS[this.code][0];
  }
}

export const PROBLEM_TYPE_PREFIX = 'urn:client-vpn-policy:problem:';
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** More than anybody reads; a policy can have a mistake in each of its entries. */
const MAX_ERRORS = 100;

/** The answer that tells of a problem. `requestId` names the occurrence: the log line has it too. */
export function problemResponse(problem: Problem, requestId: string | undefined): Response {
  const [status, title] = PROBLEMS[problem.code];
  const { errors } = problem;
  const body = {
    type: `${PROBLEM_TYPE_PREFIX}${problem.code}`,
    title,
    status,
    detail: problem.message,
    ...(requestId !== undefined && { instance: `urn:client-vpn-policy:request:${encodeURIComponent(requestId)}` }),
    ...(errors.length > 0 && { errors: errors.slice(0, MAX_ERRORS) }),
    ...(errors.length > MAX_ERRORS && { errorsInAll: errors.length }),
    ...problem.members,
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': PROBLEM_MEDIA_TYPE, ...problem.headers },
  });
}
