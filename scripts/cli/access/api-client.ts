/** Sends requests to the admin API: signed, bounded in time, tried again where that is sure to do no harm. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { shown } from '../../../shared/engine/index.ts';
import { errorFacts } from '../error-facts.ts';
import { CommandError } from '../exit-code.ts';
import type { Surroundings } from '../surroundings.ts';
import { onOneLine } from '../terminal/output.ts';
import { type ApiProblem, problem } from './api-answers.ts';
import { apiCredentials } from './api-credentials.ts';
import { type ApiFailure, noAnswerError, refusedError, wrapped } from './api-failure.ts';
import type { ApiAddress } from './policy-address.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'PUT' | 'POST';
  /** From the API's root, without a slash in front: `v1/policy`. */
  readonly path: string;
  /** Undefined values are left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /**
   * False for what can be sent again whatever became of it: reading, and writes that write nothing. `connections`: it ends connections, and
   * changes nothing of the policy.
   */
  readonly changes: boolean | 'connections';
}

export type ApiAnswer<T> =
  | { readonly ok: true; readonly body: T }
  /** One of the problems that the caller expects. */
  | { readonly ok: false; readonly problem: ApiProblem };

export interface ApiClient {
  /** `the API https://…` */
  readonly place: string;
  /**
   * Sends a request and checks the answer's shape.
   * @param expected the codes of problems that the caller knows what to do with; all others throw
   * Throws a CommandError.
   */
  call<T>(request: ApiRequest, shape: z.ZodType<T>, expected?: readonly string[]): Promise<ApiAnswer<T>>;
}

/** The API takes no more. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
const TIMEOUT_MS = 35_000;
const TRIES = 3;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
/**
 * Problems that may be gone the next time: nothing was changed, and what the enforcer was to end may be asked for twice. Other invocations
 * may have taken all that Lambda lets the account run at once.
 */
const PASSING = ['store-unreachable', 'write-contention', 'enforcer-unavailable'];

interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export function createApiClient(
  address: ApiAddress,
  { now, apiTimeoutMs = TIMEOUT_MS }: Pick<Surroundings, 'now' | 'apiTimeoutMs'>,
): ApiClient {
  const credentials = apiCredentials(address, now);
  const place = `the API ${address.url.href.replace(/\/$/, '')}`;

  const send = async (request: ApiRequest): Promise<HttpAnswer> => {
    const { method, path, query = {}, headers = {}, body } = request;
    const url = new URL(path, address.url);
    url.search = queryText(query);
    const text = body === undefined ? undefined : JSON.stringify(body);
    if (text !== undefined) checkSize(text, place);
    const about = { accept: 'application/json', ...(text !== undefined && { 'content-type': 'application/json' }) };
    const proven = await credentials.prove({ method, url, headers: { ...about, ...headers }, body: text });
    try {
      const response = await fetch(url, {
        method,
        headers: { ...proven },
        ...(text !== undefined && { body: text }),
        // Nobody else is shown the signature or the token.
        redirect: 'manual',
        signal: AbortSignal.timeout(apiTimeoutMs),
      });
      return { status: response.status, headers: response.headers, text: await textOf(response) };
    } catch (error) {
      if (error instanceof EndlessAnswer) throw notOurAnswer(place, request, error.message);
      throw new NoAnswer(error);
    }
  };

  return {
    place,
    async call(request, shape, expected = []) {
      for (let tries = 1; ; tries++) {
        const last = tries === TRIES;
        const failure: ApiFailure = { place, request, credentials: credentials.describe() };
        let answer: HttpAnswer;
        try {
          answer = await send(request);
        } catch (error) {
          if (!(error instanceof NoAnswer)) throw error;
          if (last || request.changes || !isBroken(error.cause))
            throw noAnswerError(error.cause, failure, apiTimeoutMs);
          await sleep(pauseMs(tries, undefined));
          continue;
        }
        const { status, headers, text } = answer;
        const json = parsed(text);
        const found = readProblem(json, headers);
        if (!last && isWorthAnother(status, found, request)) {
          await sleep(pauseMs(tries, headers.get('retry-after')));
          continue;
        }
        if (found !== undefined && expected.includes(found.code)) return { ok: false, problem: found };
        if (status !== 200 && status !== 201) {
          throw refusedError(
            { ...failure, credentials: credentials.describe() },
            { status, headers, json, problem: found },
          );
        }
        const read = shape.safeParse(json);
        if (read.success) return { ok: true, body: read.data };
        throw notOurAnswer(place, request, json === undefined ? undefined : faultIn(read.error));
      }
    },
  };
}

/** @param fault what is wrong with it; undefined where it is no JSON */
function notOurAnswer(place: string, { method, path }: ApiRequest, fault: string | undefined): CommandError {
  const detail = fault === undefined ? '' : ` (${onOneLine(fault)})`;
  return new CommandError(
    `${place} answers ${method} /${path} with nothing that this vpn-policy knows${detail}: is it the admin API of client-vpn-policy, and of this version?`,
  );
}

function faultIn({ issues: [issue] }: z.ZodError): string | undefined {
  return issue && [...issue.path.map(String), issue.message].join(': ');
}

/** More than the API ever answers: Lambda lets 6 MB pass. */
const MAX_ANSWER_MB = 16;

/** The body, as long as it is of a length that the API's can have: what is packed unpacks to any. */
async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_MB * 1024 * 1024) throw new EndlessAnswer(`more than ${MAX_ANSWER_MB} MB`);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

class EndlessAnswer extends Error {
  override readonly name = 'EndlessAnswer';
}

/** There was no whole answer; the cause says why. */
class NoAnswer extends Error {
  override readonly name = 'NoAnswer';

  constructor(cause: unknown) {
    super('no answer', { cause });
  }
}

/** The connection was there and broke. */
function isBroken(error: unknown): boolean {
  const { code } = errorFacts(wrapped(error));
  return ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(code);
}

function isWorthAnother(status: number, found: ApiProblem | undefined, { changes }: ApiRequest): boolean {
  if (status === 429) return true; // it was not let in
  if (found !== undefined && PASSING.includes(found.code)) return true;
  return !changes && found === undefined && status >= 500;
}

function pauseMs(tries: number, retryAfter: string | null | undefined): number {
  const asked = /^\d{1,5}$/.test(retryAfter ?? '') ? Number(retryAfter) * 1_000 : undefined;
  return Math.min(asked ?? Math.random() * FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS);
}

/** As RFC 3986 has it, and so as a signature wants it: a blank is no plus. */
function queryText(query: NonNullable<ApiRequest['query']>): string {
  return Object.entries(query)
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${encoded(key, value)}`]))
    .join('&');
}

function encoded(key: string, text: string): string {
  if (!text.isWellFormed()) {
    throw new CommandError(
      `the ${key} ${shown(text)} has half of a character (a lone surrogate), which no URL can hold`,
    );
  }
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

function checkSize(text: string, place: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_BODY_BYTES) return;
  throw new CommandError(
    `this is ${(bytes / 1024 / 1024).toFixed(1)} MB, and ${place} takes at most 4: write it straight to the table with --table NAME`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readProblem(json: unknown, headers: Headers): ApiProblem | undefined {
  if (!headers.get('content-type')?.startsWith('application/problem+json')) return undefined;
  return problem.safeParse(json).data;
}
