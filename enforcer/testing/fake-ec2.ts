/**
 * EC2 as far as the connections at Client VPN endpoints go, as an HTTP server that speaks its query protocol, written from the EC2 API
 * reference ("DescribeClientVpnConnections", "TerminateClientVpnConnections", "Error codes for the Amazon EC2 API").
 */
import type { ReceivedRequest, TestAnswer } from '../../shared/testing/http-server.ts';
import { ec2Refusal, type Parameters, startQueryServer } from '../../shared/testing/query-protocol.ts';
import { type BucketSize, createThrottle, DOCUMENTED_BUCKETS } from './fake-buckets.ts';
import { createFakeConnections, type FakeConnections } from './fake-connections.ts';
import { answerDescribe } from './fake-describe.ts';
import { type AnswerForEnded, answerTerminate } from './fake-terminate.ts';

export interface FakeEc2Options {
  /** Ids of Client VPN endpoints; a connection that is added brings its own along. */
  readonly endpoints?: readonly string[];
  /** Default: a free one. */
  readonly port?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Token buckets by action, or those that AWS documents. Default: none, nothing is throttled. */
  readonly throttling?: 'documented' | Readonly<Record<string, BucketSize>>;
  /**
   * What a termination of one that has ended gets. AWS's reference does not say: an error, a status of `terminated`, or an empty list.
   * Default: the error.
   */
  readonly ended?: AnswerForEnded;
}

export type FakeAction = 'DescribeClientVpnConnections' | 'TerminateClientVpnConnections';

/**
 * `silence`: no answer ever comes. `cut`: the connection breaks before the answer. `cut-after`: it breaks once the action is done.
 * `malformed`: success, in half of an XML document. `foreign`: success, in a page of some other server.
 */
export type FakeFailure =
  | 'InternalError'
  | 'RequestLimitExceeded'
  | 'UnauthorizedOperation'
  | 'silence'
  | 'cut'
  | 'cut-after'
  | 'malformed'
  | 'foreign';

export interface FakeCall {
  readonly action: string;
  readonly parameters: Parameters;
  readonly atMs: number;
  /** `done`, the code of EC2's error, or the failure that was asked for. */
  readonly outcome: string;
}

export interface FakeEc2 {
  /** As the SDK finds it: `AWS_ENDPOINT_URL_EC2`. */
  readonly url: string;
  readonly connections: FakeConnections;
  /** All calls that came, in order. */
  readonly calls: readonly FakeCall[];
  /** The next so many calls of an action go wrong. */
  failNext(action: FakeAction, failure: FakeFailure, times?: number): void;
  /** Runs before each call is looked at: something happens between two calls. */
  beforeCall: (action: string, parameters: Parameters) => void;
  stop(): Promise<void>;
}

export async function startFakeEc2({
  endpoints = [],
  port = 0,
  now = Date.now,
  throttling = {},
  ended = 'error',
}: FakeEc2Options = {}): Promise<FakeEc2> {
  const connections = createFakeConnections(endpoints, now);
  const mayGoOn = createThrottle(throttling === 'documented' ? DOCUMENTED_BUCKETS : throttling, now);
  const failures = new Map<string, FakeFailure[]>();
  const calls: FakeCall[] = [];

  const act = (action: string, parameters: Parameters): TestAnswer => {
    switch (action) {
      case 'DescribeClientVpnConnections':
        return answerDescribe(parameters, connections);
      case 'TerminateClientVpnConnections':
        return answerTerminate(parameters, connections, ended);
      default:
        return ec2Refusal(400, 'InvalidAction', `The action ${action} is not valid for this web service.`);
    }
  };

  const answer = (parameters: Parameters, request: ReceivedRequest): TestAnswer => {
    const { Action: action = '' } = parameters;
    fake.beforeCall(action, parameters);
    const failure = failures.get(action)?.shift();
    const told =
      refusedSignature(request) ??
      (failure === undefined ? undefined : failed(failure, () => act(action, parameters))) ??
      (mayGoOn(action) ? act(action, parameters) : failed('RequestLimitExceeded'));
    calls.push({ action, parameters, atMs: now(), outcome: failure ?? outcomeOf(told) });
    return told;
  };

  const server = await startQueryServer(answer, { port });
  const fake: FakeEc2 = {
    url: server.url,
    connections,
    calls,
    failNext(action, failure, times = 1) {
      failures.set(action, [...(failures.get(action) ?? []), ...Array<FakeFailure>(times).fill(failure)]);
    },
    beforeCall: () => {},
    stop: () => server.stop(),
  };
  return fake;
}

/** Looks only whether there is a signature for this service. */
function refusedSignature({ headers }: ReceivedRequest): TestAnswer | undefined {
  const signed = /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/[a-z0-9-]+\/ec2\/aws4_request, SignedHeaders=/;
  return signed.test(headers.authorization ?? '')
    ? undefined
    : ec2Refusal(401, 'AuthFailure', 'AWS was not able to validate the provided access credentials');
}

function failed(failure: FakeFailure, act: () => unknown = () => {}): TestAnswer {
  switch (failure) {
    case 'InternalError':
      return ec2Refusal(500, failure, 'An internal error has occurred');
    case 'RequestLimitExceeded':
      return ec2Refusal(503, failure, 'Request limit exceeded.');
    case 'UnauthorizedOperation':
      return ec2Refusal(
        403,
        failure,
        `You are not authorized to perform this operation. Encoded authorization failure message: ${'x'.repeat(2_000)}`,
      );
    case 'silence':
      return 'silence';
    case 'cut':
      return 'break';
    case 'cut-after':
      act();
      return 'break';
    case 'malformed':
      return {
        status: 200,
        headers: { 'content-type': 'text/xml' },
        body: '<?xml version="1.0"?>\n<Response><connections><item>',
      };
    case 'foreign':
      return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html><body>Please log in</body></html>' };
  }
}

function outcomeOf(answer: TestAnswer): string {
  if (typeof answer === 'string') return answer;
  return answer.status === 200 ? 'done' : (/<Code>(.*)<\/Code>/.exec(String(answer.body))?.[1] ?? '');
}
