/** Asks the enforcer through Lambda's invoke API. */
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { z } from 'zod';
import { connectionList, enforcerProblem, passReport } from './answer-schemas.ts';
import { type AskOptions, type Enforcer, EnforcerError } from './enforcer.ts';
import { lambdaFailure } from './lambda-failure.ts';
import type { EnforcerRequest } from './protocol.ts';

export interface LambdaEnforcerOptions {
  /** With bounded requests: the SDK by default waits for ever. */
  readonly client: LambdaClient;
  /** The function's name or ARN. */
  readonly functionName: string;
}

/**
 * Every call rejects with an EnforcerError alone. `unreachable` and `internal` of a pass or a termination leave open what was done:
 * the enforcer may have ended connections before, and may go on.
 */
export function createLambdaEnforcer({ client, functionName }: LambdaEnforcerOptions): Enforcer {
  const invoke = async (type: 'RequestResponse' | 'Event', request: EnforcerRequest, { signal }: AskOptions) => {
    const command = new InvokeCommand({
      FunctionName: functionName,
      InvocationType: type,
      Payload: JSON.stringify(request),
    });
    try {
      return await client.send(command, signal === undefined ? {} : { abortSignal: signal });
    } catch (error) {
      throw lambdaFailure(error, functionName);
    }
  };
  const ask = async <Answer>(request: EnforcerRequest, schema: z.ZodType<Answer>, options: AskOptions = {}) => {
    const { Payload, FunctionError } = await invoke('RequestResponse', request, options);
    const text = Payload?.transformToString() ?? '';
    if (FunctionError !== undefined) throw functionFailed(text);
    return readAnswer(text, schema);
  };
  return {
    list: (request, options) => ask({ ...request, task: 'list' }, connectionList, options),
    pass: (request, options) => ask({ ...request, task: 'pass' }, passReport, options),
    terminate: (request, options) => ask({ ...request, task: 'terminate' }, passReport, options),
    async passSoon(request, options = {}) {
      await invoke('Event', { ...request, task: 'pass' }, options);
    },
  };
}

function readAnswer<Answer>(text: string, schema: z.ZodType<Answer>): Answer {
  const value = parse(text);
  const problem = enforcerProblem.safeParse(value);
  if (problem.success) {
    const { code, message, report } = problem.data.problem;
    throw new EnforcerError(code, message, report === undefined ? {} : { report });
  }
  const answer = schema.safeParse(value);
  if (answer.success) return answer.data;
  const [issue] = answer.error.issues;
  const where = issue?.path.map(String).join('.') || 'it';
  // Never the value: it may be somebody's name.
  throw new EnforcerError('internal', `the enforcer's answer is not understood: ${where}: ${issue?.message}`);
}

/**
 * The function threw, or Lambda ended it (Lambda developer guide, "Understanding Lambda function errors"): nothing that the protocol has, so
 * its log says more.
 */
function functionFailed(text: string): EnforcerError {
  const value = parse(text);
  const said = ['errorType', 'errorMessage'].flatMap((key) => {
    const part: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
    return typeof part === 'string' && part !== '' ? [part.slice(0, MAX_SAID)] : [];
  });
  return new EnforcerError(
    'internal',
    `the enforcer failed${said.length > 0 ? ` (${said.join(': ')})` : ''}; its log says more`,
  );
}

const MAX_SAID = 300;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
