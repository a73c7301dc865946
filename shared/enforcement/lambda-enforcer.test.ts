/** The enforcer behind Lambda's invoke API: the real client against a server that plays it. */
import '../testing/errors-of-node.ts';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { boundedRequests } from '../bounded-requests.ts';
import { SECRETS, startRepeatingAws } from '../testing/repeating-aws.ts';
import type { EnforcerError } from './enforcer.ts';
import { createLambdaEnforcer } from './lambda-enforcer.ts';
import { connectionList, passReport, standingConnection } from './testing/answers.ts';
import { type FakeLambda, type InvocationOutcome, startFakeLambda } from './testing/fake-lambda.ts';

const NAME = 'client-vpn-policy-enforcer-test';
const BY = { author: { type: 'iam', id: 'AROAEXAMPLE:alice' }, reason: 'HR-77' };

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function enforcerAt(endpoint: string, { timeoutMs = 20_000, maxAttempts = 1 } = {}) {
  const client = new LambdaClient({
    endpoint,
    region: 'eu-central-1',
    credentials: {
      accessKeyId: SECRETS.AWS_ACCESS_KEY_ID,
      secretAccessKey: SECRETS.AWS_SECRET_ACCESS_KEY,
      sessionToken: SECRETS.AWS_SESSION_TOKEN,
    },
    maxAttempts,
    requestHandler: boundedRequests(timeoutMs),
  });
  closing.push(() => client.destroy());
  return createLambdaEnforcer({ client, functionName: NAME });
}

async function startWith(outcome: InvocationOutcome, timeoutMs?: number) {
  const lambda: FakeLambda = await startFakeLambda(() => outcome);
  closing.push(() => lambda.stop());
  return { lambda, enforcer: enforcerAt(lambda.endpoint, timeoutMs === undefined ? {} : { timeoutMs }) };
}

function failure(asked: Promise<unknown>): Promise<EnforcerError> {
  return asked.then(
    () => {
      throw new Error('there was an answer');
    },
    (error: EnforcerError) => error,
  );
}

describe('a request', () => {
  it('for a list is answered with the connections', async () => {
    const answer = connectionList([
      standingConnection(1),
      standingConnection(2, {
        endpointName: 'frankfurt',
        commonName: 'laptop-7',
        publicIp: '203.0.113.9',
        platform: 'win',
        admitted: { at: '2026-11-24T01:00:00.000Z', revision: 4, rules: ['staff'] },
        standing: { verdict: 'grace', rules: ['night'], endsAt: '2026-11-24T03:10:00.000Z' },
      }),
    ]);
    const { lambda, enforcer } = await startWith({ answer });

    expect(await enforcer.list({ user: 'batchi', wouldRefuse: true, withinMs: 9_000 })).toEqual(answer);
    expect(lambda.invocations).toEqual([
      {
        functionName: NAME,
        type: 'RequestResponse',
        request: { task: 'list', user: 'batchi', wouldRefuse: true, withinMs: 9_000 },
      },
    ]);
  });

  it.each(['pass', 'terminate'] as const)('for a %s is answered with its report', async (task) => {
    const { lambda, enforcer } = await startWith({ answer: passReport({ connectionsCount: 1 }) });
    const request = { by: BY, dryRun: true };

    expect(await enforcer[task](request)).toEqual(passReport({ connectionsCount: 1 }));
    expect(lambda.invocations).toEqual([
      { functionName: NAME, type: 'RequestResponse', request: { ...request, task } },
    ]);
  });

  it('for a pass soon is not waited for', async () => {
    const { lambda, enforcer } = await startWith({ answer: 'nobody reads it' });

    expect(await enforcer.passSoon({ confirm: { revision: 7 } })).toBeUndefined();
    expect(lambda.invocations).toEqual([
      { functionName: NAME, type: 'Event', request: { task: 'pass', confirm: { revision: 7 } } },
    ]);
  });

  it('takes what a newer enforcer says beyond this, and leaves it out', async () => {
    const { enforcer } = await startWith({ answer: { ...passReport(), weather: 'fine' } });

    expect(await enforcer.pass({})).toEqual(passReport());
  });
});

describe('a problem of the enforcer', () => {
  it('is an error with its code, its message and the report', async () => {
    const report = passReport({ dryRun: true });
    const { enforcer } = await startWith({ answer: { problem: { code: 'too-many', message: '7 of 9', report } } });

    const error = await failure(enforcer.terminate({ refusedBy: ['night'], by: BY }));

    expect(error).toMatchObject({ name: 'EnforcerError', code: 'too-many', message: '7 of 9', report });
  });

  it('may come without a report', async () => {
    const { enforcer } = await startWith({ answer: { problem: { code: 'no-policy', message: 'none is published' } } });

    expect(await failure(enforcer.list({}))).toMatchObject({ code: 'no-policy', report: undefined });
  });
});

describe('no answer of the protocol', () => {
  it.each<[string, InvocationOutcome, string, RegExp]>([
    ['text', { answer: '<html>' }, 'internal', /answer is not understood/],
    ['nothing', { answer: '' }, 'internal', /answer is not understood/],
    ['null', { answer: null }, 'internal', /answer is not understood/],
    ['a report', { answer: passReport() }, 'internal', /answer is not understood: connections\.0\./],
    [
      'an unknown problem',
      { answer: { problem: { code: 'odd', message: '' } } },
      'internal',
      /answer is not understood/,
    ],
    [
      'a crash',
      { crash: { errorType: 'Sandbox.Timedout', errorMessage: 'Task timed out after 60.00 seconds' } },
      'internal',
      /the enforcer failed \(Sandbox\.Timedout: Task timed out after 60\.00 seconds\)/,
    ],
    ['a crash that says nothing', { crash: {} }, 'internal', /the enforcer failed; its log/],
    [
      'no right',
      { error: 'AccessDeniedException', status: 403, message: 'User x is not authorized to perform: y' },
      'not-permitted',
      /lambda:InvokeFunction.*User x is not authorized/,
    ],
    ['unknown credentials', { error: 'UnrecognizedClientException', status: 403 }, 'not-permitted', /Unrecognized/],
    [
      'no such function',
      { error: 'ResourceNotFoundException', status: 404 },
      'not-configured',
      /no function client-vpn/,
    ],
    ['a throttle', { error: 'TooManyRequestsException', status: 429 }, 'unreachable', /busy/],
    ['a fault of Lambda', { error: 'ServiceException', status: 500 }, 'unreachable', /ServiceException/],
    ['a broken connection', 'break', 'unreachable', /not answered \(ECONNRESET\)/],
  ])('%s is told as what it is', async (_, outcome, code, message) => {
    const { enforcer } = await startWith(outcome);

    const error = await failure(enforcer.list({}));

    expect(error).toMatchObject({ name: 'EnforcerError', code });
    expect(error.message).toMatch(message);
  });

  it('is not waited for longer than the client waits', async () => {
    const { enforcer } = await startWith('silence', 100);

    expect(await failure(enforcer.pass({}))).toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/not answered \(/),
    });
  });

  it('is not waited for after the signal', async () => {
    const { enforcer } = await startWith('silence');

    const error = await failure(enforcer.passSoon({}, { signal: AbortSignal.timeout(100) }));

    expect(error).toMatchObject({ code: 'unreachable', message: expect.stringMatching(/not answered/) });
  });

  it('is not waited for after the signal, even where Lambda says when to try again', async () => {
    // The next try never comes.
    jest.useFakeTimers({ doNotFake: ['Date', 'nextTick', 'queueMicrotask', 'setImmediate', 'performance', 'hrtime'] });
    closing.push(() => jest.useRealTimers());
    const lambda = await startFakeLambda(() => ({ error: 'TooManyRequestsException', status: 429, retryAfter: 60 }));
    closing.push(() => lambda.stop());

    const asked = enforcerAt(lambda.endpoint, { maxAttempts: 2 }).passSoon({}, { signal: AbortSignal.timeout(300) });

    expect(await failure(asked)).toMatchObject({ code: 'unreachable', message: expect.stringMatching(/not answered/) });
    expect(lambda.invocations).toHaveLength(1);
  });

  it('tells a refused event, too', async () => {
    const { enforcer } = await startWith({ error: 'AccessDeniedException', status: 403 });

    expect(await failure(enforcer.passSoon({}))).toMatchObject({ code: 'not-permitted' });
  });

  it('never repeats what was signed', async () => {
    const aws = await startRepeatingAws();
    closing.push(() => aws.stop());

    const error = await failure(enforcerAt(aws.endpoint).list({}));

    expect(aws.asked()).toBe(1);
    expect(error).toMatchObject({ code: 'not-permitted' });
    const told = [error.message, String(error.cause), JSON.stringify(error.cause)].join();
    for (const secret of Object.values(SECRETS)) expect(told).not.toContain(secret);
  });
});
