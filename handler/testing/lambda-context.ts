/** Lambda's context for an invocation in a test. */
import type { Context } from 'aws-lambda';

export function lambdaContext(remainingMs = 10_000): Context {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: 'AWSClientVPN-policy-test',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:AWSClientVPN-policy-test',
    memoryLimitInMB: '512',
    awsRequestId: '8f5c9f2e-0000-4000-8000-000000000000',
    logGroupName: '/aws/lambda/AWSClientVPN-policy-test',
    logStreamName: 'test',
    getRemainingTimeInMillis: () => remainingMs,
    done: () => {},
    fail: () => {},
    succeed: () => {},
  };
}
