/** An enforcer behind Lambda's invoke API, of which a test says what it answers, and the real client that asks it. */
import { LambdaClient } from '@aws-sdk/client-lambda';
import { boundedRequests } from '../../bounded-requests.ts';
import type { Enforcer } from '../enforcer.ts';
import { createLambdaEnforcer } from '../lambda-enforcer.ts';
import { connectionList, passReport } from './answers.ts';
import { type Invocation, type InvocationOutcome, startFakeLambda } from './fake-lambda.ts';

export const ENFORCER_NAME = 'client-vpn-policy-enforcer-test';

export interface TestEnforcer {
  readonly enforcer: Enforcer;
  readonly endpoint: string;
  /** Since `begin` was last called. */
  readonly invocations: readonly Invocation[];
  /** Forgets what was asked; from now on this is what becomes of an invocation. Default: nobody is in, nobody was ended. */
  begin(outcomeOf?: (invocation: Invocation) => InvocationOutcome | Promise<InvocationOutcome>): void;
  stop(): Promise<void>;
}

export async function startEnforcer(): Promise<TestEnforcer> {
  let answer: (invocation: Invocation) => InvocationOutcome | Promise<InvocationOutcome> = emptyAnswer;
  let begun = 0;
  const lambda = await startFakeLambda((invocation) => answer(invocation));
  const client = new LambdaClient({
    endpoint: lambda.endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
    requestHandler: boundedRequests(20_000),
  });
  return {
    enforcer: createLambdaEnforcer({ client, functionName: ENFORCER_NAME }),
    endpoint: lambda.endpoint,
    get invocations() {
      return lambda.invocations.slice(begun);
    },
    begin(outcomeOf = emptyAnswer) {
      begun = lambda.invocations.length;
      answer = outcomeOf;
    },
    async stop() {
      client.destroy();
      await lambda.stop();
    },
  };
}

function emptyAnswer({ request }: Invocation): InvocationOutcome {
  return { answer: request.task === 'list' ? connectionList([]) : passReport({ endpoints: [], connections: [] }) };
}
