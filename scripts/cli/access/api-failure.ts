/** The API's refusals and silences in an operator's terms: what failed, where, what to do. */
import { withoutRequest } from '../../../shared/without-request.ts';
import { errorFacts } from '../error-facts.ts';
import { CommandError } from '../exit-code.ts';
import { onOneLine } from '../terminal/output.ts';
import type { ApiProblem } from './api-answers.ts';
import type { ApiRequest } from './api-client.ts';
import { NO_TLS, UNTRUSTED, untrusted } from './tls-failure.ts';
import { outcomeUnknown } from './write-outcomes.ts';

/** What was asked of whom. */
export interface ApiFailure {
  readonly place: string;
  readonly request: { readonly method: string; readonly path: string; readonly changes: ApiRequest['changes'] };
  /** Whose credentials were shown. */
  readonly credentials: string;
}

export interface RefusedAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The body; undefined where it is no JSON. */
  readonly json: unknown;
  /** Where the body is a problem of the admin API. */
  readonly problem: ApiProblem | undefined;
}

/** There came no answer, or not all of it. */
export function noAnswerError(error: unknown, { place, request }: ApiFailure, timeoutMs: number): CommandError {
  const cause = wrapped(error);
  const { code, name, message } = errorFacts(cause);
  const tell = (text: string) => new CommandError(text, undefined, { cause });
  if (code === 'ECONNREFUSED')
    return tell(`nothing answers at ${place}: check --api; --table goes straight to the table`);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return tell(`cannot find ${place}: check --api and the network`);
  if (UNTRUSTED.test(code)) return tell(untrusted(place, code, '--api'));
  if (NO_TLS.test(code)) return tell(`${place} does not speak TLS (${code}): check --api`);
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return tell(`no answer from ${place}: check --api and the network`);
  if (request.changes) return tell(unknownOutcome(place, request));
  const what = name === 'TimeoutError' ? `within ${timeoutMs / 1_000} s` : `(${onOneLine(code || message)})`;
  return tell(`no answer from ${place} ${what}: try again; --table goes straight to the table`);
}

/** The API, or what stands in front of it, said no. */
export function refusedError(failure: ApiFailure, answer: RefusedAnswer): CommandError {
  const { place, request } = failure;
  const { status, problem } = answer;
  if (problem !== undefined) return new CommandError(onOneLine(problemText(failure, problem)));
  return new CommandError(onOneLine(unknownAnswerText()));

  function unknownAnswerText(): string {
    const said = saidIn(answer);
    if (status === 401) return tellUnauthorized(failure, said);
    if (status === 403) return tellForbidden(failure, said);
    if (status === 413) return `${place} finds this too large: write it straight to the table with --table NAME`;
    if (status === 429) return `${place} has too many requests (429): try again later`;
    if (status >= 500 && request.changes) return unknownOutcome(place, request);
    if (status >= 500) return `${place} failed (${status}${said}): try again; --table goes straight to the table`;
    const location = answer.headers.get('location');
    if (location !== null) return `${place} leads elsewhere (${status} to ${location}): is that the API's URL?`;
    return `${place} answers ${request.method} /${request.path} with ${status}${said}: is that the URL of the admin API, with its stage where it has one?`;
  }
}

function unknownOutcome(place: string, { changes }: Pick<ApiRequest, 'changes'>): string {
  if (changes !== 'connections') return outcomeUnknown(place, undefined);
  return `no answer from ${place}: some connections may have been ended; vpn-policy connections shows which stand`;
}

/** What gateways say: `{"message":"Forbidden"}`. */
function saidIn({ json }: RefusedAnswer): string {
  const message: unknown = typeof json === 'object' && json !== null ? Reflect.get(json, 'message') : undefined;
  return typeof message === 'string' ? `: ${withoutRequest(message).slice(0, 300)}` : '';
}

function tellUnauthorized({ place, credentials }: ApiFailure, said: string): string {
  return credentials === 'the token'
    ? `${place} does not accept the token (401${said}): it may have expired; get a new one for --token or VPN_POLICY_TOKEN`
    : `${place} wants a token (401${said}): give --token or set VPN_POLICY_TOKEN`;
}

function tellForbidden({ place, credentials }: ApiFailure, said: string): string {
  return credentials === 'the token'
    ? `${place} does not let the token in (403${said}): it may lack a scope that the API wants`
    : `${place} does not let in ${credentials} (403${said}): it needs execute-api:Invoke on this API, --region must be the API's, and the clock must be right`;
}

function problemText({ place, credentials, request }: ApiFailure, { code, detail, revision }: ApiProblem): string {
  switch (code) {
    case 'forbidden':
      return `${place} does not allow this to ${credentials}: ${detail} ADMIN_ACCESS of the API gives permissions`;
    case 'no-caller':
    case 'foreign-request':
      return `${place} does not know who calls: ${detail}`;
    case 'no-such-path':
    case 'method-not-allowed':
      return `${place} has nothing for ${request.method} /${request.path}: check --api, and whether the API is older than this vpn-policy`;
    case 'body-too-large':
    case 'answer-too-large':
      return `this is more than ${place} takes or gives at once: go straight to the table with --table NAME`;
    case 'policy-too-large':
    case 'history-too-long':
      return detail;
    case 'commit-outcome-unknown':
      return outcomeUnknown(place, revision);
    case 'store-corrupt':
    case 'store-refused':
    case 'not-configured':
    case 'internal':
      return `${place} failed: ${detail}`;
    case 'store-unreachable':
    case 'write-contention':
      return `${place} cannot do it now: ${detail}`;
    default:
      return `${place} does not take what this vpn-policy sends (${code}): ${detail} Are they of one version?`;
  }
}

/** `fetch` wraps what went wrong. */
export function wrapped(error: unknown): unknown {
  const cause: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'cause') : undefined;
  return cause ?? error;
}
