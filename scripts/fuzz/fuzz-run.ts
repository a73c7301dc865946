/** Sends requests and judges every answer: no fault, every refusal a problem that leaves the policy alone, every write sound. */
import { SCHEMAS } from '../../admin-api/schemas/components.ts';
import { compile, type PolicyDocument } from '../../shared/engine/index.ts';
import { validatePolicy } from '../../shared/policy/index.ts';
import type { Random } from './random.ts';
import type { FuzzRequest, Learnt, RequestMaker } from './request-maker.ts';
import type { FuzzAnswer, FuzzTarget } from './target.ts';

export interface FuzzOptions {
  readonly target: FuzzTarget;
  readonly maker: RequestMaker;
  readonly random: Random;
  readonly requests: number;
  /** The policy to start from, and to go back to now and then, so that it stays small. */
  readonly policy: PolicyDocument;
  /** Milliseconds, for durations alone. */
  readonly clock: () => number;
  readonly onProgress?: (sent: number) => void;
}

export interface Finding {
  readonly what: string;
  /** The how manieth request it was, from 1. */
  readonly number: number;
  readonly request: FuzzRequest;
  readonly answer: FuzzAnswer;
}

export interface FuzzReport {
  readonly findings: readonly Finding[];
  /** How many answers had each status. */
  readonly statuses: ReadonlyMap<string, number>;
  /** How many refusals were of each kind of problem. */
  readonly problems: ReadonlyMap<string, number>;
  /** How many requests were made from each operation, and how many of them did what it is for. */
  readonly operations: ReadonlyMap<string, { readonly sent: number; readonly succeeded: number }>;
  readonly written: number;
  /** What no HTTP client could send, or a server in front of the API answered. */
  readonly unjudged: number;
  readonly slowest: { readonly ms: number; readonly operation: string };
}

/** The function's timeout in infra/admin-api-function.yml: what takes longer is a fault to who calls. */
const TOO_SLOW_MS = 28_000;
const REQUESTS_PER_POLICY = 150;

export async function runFuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { target, maker, random, requests, clock, onProgress } = options;
  const [statuses, problems] = [new Map<string, number>(), new Map<string, number>()];
  const operations = new Map(maker.operations.map(({ operationId }) => [operationId, { sent: 0, succeeded: 0 }]));
  const findings: Finding[] = [];
  const learnt: Learnt = { tags: new Map(), cursors: [], revision: 0 };
  let [written, unjudged] = [0, 0];
  let slowest = { ms: 0, operation: '' };

  for (let number = 1; number <= requests; number++) {
    if (number % REQUESTS_PER_POLICY === 1) {
      await publish(options);
      learnt.revision = await newestRevision(options);
    }
    const request = maker.make(learnt);
    const startedMs = clock();
    const answer = await target.send(request, random);
    const ms = clock() - startedMs;
    const before = learnt.revision;
    learnt.revision = await newestRevision(options);
    onProgress?.(number);
    if (answer === undefined || (!target.isInProcess && isOfServer(answer))) {
      unjudged++;
      continue;
    }
    if (ms > slowest.ms) slowest = { ms, operation: request.operation };
    count(statuses, String(answer.status));
    const told = parse(answer.body);
    if (answer.status >= 400)
      count(
        problems,
        String(field(told, 'type') ?? 'no problem')
          .split(':')
          .at(-1) ?? '',
      );
    const operation = operations.get(request.operation);
    if (operation !== undefined) {
      operation.sent++;
      if (answer.status < 400) operation.succeeded++;
    }
    const isWrite = answer.status < 300 && field(told, 'written') === true;
    if (isWrite) written++;
    learn(learnt, request, answer, told);

    const wrong = [
      ...judgeAnswer(request, answer, told),
      ...(ms > TOO_SLOW_MS ? [`it took ${Math.round(ms / 1000)} seconds`] : []),
      ...(isWrite ? judgeWrite(request, told, before, learnt.revision) : judgeNoWrite(before, learnt.revision)),
      ...(isWrite && target.isInProcess ? judgeCaller(request) : []),
      ...(isWrite ? judgePolicy(await read(options, '/v1/policy')) : []),
    ];
    for (const what of wrong) findings.push({ what, number, request, answer });
  }
  return { findings, statuses, problems, operations, written, unjudged, slowest };
}

/** A refusal of the server in front of the API, in a form of its own, without the headers that the API puts on everything. */
function isOfServer({ status, headers }: FuzzAnswer): boolean {
  return status >= 400 && status < 500 && headers['x-content-type-options'] === undefined;
}

function* judgeAnswer({ method }: FuzzRequest, answer: FuzzAnswer, told: unknown): Generator<string> {
  const { status, headers, body } = answer;
  if (status >= 500) yield `a fault: ${status}`;
  else if (status < 200 || (status >= 300 && status < 400 && status !== 304))
    yield `a status that nobody expects: ${status}`;
  if (headers['x-content-type-options'] !== 'nosniff' || headers['cache-control'] !== 'no-store') {
    yield 'the answer has not the headers that all have';
  }
  if (status === 304 && body !== '') yield 'a 304 with a body';
  if (status === 405 && !headers.allow) yield 'a 405 without Allow';
  if (status >= 400) {
    if (headers['content-type'] !== 'application/problem+json') yield `a refusal as ${headers['content-type']}`;
    else if (method === 'HEAD') return;
    else if (!SCHEMAS.Problem.safeParse(told).success) yield 'a problem of another shape than the document says';
    else if (field(told, 'status') !== status) yield 'a problem with another status than the answer';
  } else if (body !== '' && told === undefined && headers['content-type']?.includes('json')) {
    yield 'an answer that is not the JSON that it says';
  }
}

function* judgeWrite({ query }: FuzzRequest, told: unknown, before: number, after: number): Generator<string> {
  const revision = field(told, 'revision');
  if (after !== before + 1 || field(revision, 'number') !== after) {
    yield `a write that says revision ${field(revision, 'number')} took the policy from ${before} to ${after}`;
  }
  if (/(^|&)dryRun=true(&|$)/.test(query)) yield 'a dry run that wrote';
}

function* judgeCaller({ caller }: FuzzRequest): Generator<string> {
  if (['reader', 'nobody', 'none'].includes(caller)) yield `the caller ${caller} wrote`;
}

function* judgeNoWrite(before: number, after: number): Generator<string> {
  if (after !== before) yield `what says that it did not write took the policy from ${before} to ${after}`;
}

/** What the API accepts, the handler must serve. */
function* judgePolicy(document: unknown): Generator<string> {
  const validated = validatePolicy(document);
  if (!validated.ok) {
    yield `a policy was accepted that is not valid: ${validated.issues[0]?.message}`;
    return;
  }
  try {
    compile(validated.document);
  } catch (error) {
    yield `a policy was accepted that does not compile: ${error}`;
  }
}

function learn(learnt: Learnt, { path }: FuzzRequest, { headers }: FuzzAnswer, told: unknown): void {
  if (headers.etag !== undefined) learnt.tags.set(path, headers.etag);
  const next = field(told, 'next');
  if (typeof next === 'string') learnt.cursors.unshift(next);
  learnt.cursors.splice(20);
}

async function newestRevision(options: FuzzOptions): Promise<number> {
  const revision = field(await read(options, '/v1/health'), 'revision');
  return typeof revision === 'number' ? revision : 0;
}

async function read({ target, random }: FuzzOptions, path: string): Promise<unknown> {
  const answer = await target.send({ ...PLAIN, method: 'GET', path }, random);
  if (answer?.status !== 200) throw new Error(`GET ${path} is not answered: ${answer?.status} ${answer?.body}`);
  return parse(answer.body);
}

async function publish({ target, random, policy }: FuzzOptions): Promise<void> {
  const request = { ...PLAIN, method: 'PUT', path: '/v1/policy', query: 'confirm=lockout,tests' };
  const body = Buffer.from(JSON.stringify(policy));
  for (const precondition of [{ 'if-match': '*' }, { 'if-none-match': '*' }]) {
    const headers = { 'content-type': 'application/json', ...precondition };
    const answer = await target.send({ ...request, headers, body }, random);
    if (answer && answer.status < 300) return;
    if (answer?.status !== 412) throw new Error(`PUT /v1/policy is not answered: ${answer?.status} ${answer?.body}`);
  }
}

const PLAIN: FuzzRequest = {
  operation: 'none',
  method: 'GET',
  path: '/',
  query: '',
  headers: {},
  caller: 'operator',
};

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
