import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectValidResponse } from '../shared/client-vpn/testing/expect-valid-response.ts';
import { type LocalStackProcess, runLocalStack, startLocalStack } from './local-stack/testing/start-local-stack.ts';

let stack: LocalStackProcess;

beforeAll(async () => {
  stack = await startLocalStack();
}, 60_000);

afterAll(() => stack.end('SIGKILL'));

describe('npm start', () => {
  it('says that it is ready and where everything is, and prints four commands to try', () => {
    const printed = stack.printed();
    expect(printed).toContain('is ready');
    expect(printed).toContain(`http://127.0.0.1:${stack.dynamoDbPort}`);
    expect(printed).toContain(
      `aws lambda invoke --endpoint-url http://127.0.0.1:${stack.lambdaPort} --region us-east-1 --function-name AWSClientVPN-policy-local`,
    );
    expect(printed).toMatch(
      new RegExp(`^DYNAMODB_PORT=${stack.dynamoDbPort} npm run -s vpn-policy -- evaluate --local`, 'm'),
    );
    expect(printed).toMatch(
      new RegExp(`DYNAMODB_PORT=${stack.dynamoDbPort} npm run -s vpn-policy -- seed --local`, 'm'),
    );
    expect(printed).toContain(`curl -sS 'http://127.0.0.1:${stack.httpPort}/v1/rules?reason=`);
  });

  it('answers on Lambda’s invoke API from the seeded policy, which blocks Batchi', async () => {
    const response = await fetch(
      `http://127.0.0.1:${stack.lambdaPort}/2015-03-31/functions/AWSClientVPN-policy-local/invocations`,
      {
        method: 'POST',
        body: JSON.stringify({ username: 'Batchi', 'public-ip': '203.0.113.10', 'schema-version': 'v3' }),
      },
    );
    const answer: unknown = await response.json();
    expectValidResponse(answer, 'v3');
    expect(answer.allow).toBe(false);
  });

  it('listens on 127.0.0.1 only', async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    for (const { address } of others) {
      for (const port of portsOf(stack)) expect(await accepts(address, port)).toBe(false);
    }
    for (const port of portsOf(stack)) expect(await accepts('127.0.0.1', port)).toBe(true);
  });

  it.each(['PORT', 'LAMBDA_PORT', 'DYNAMODB_PORT'])(
    'names %s where that port is taken',
    async (variable) => {
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      const address = other.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const second = await runLocalStack({ [variable]: String(port) });
      expect(await second.exitCode).toBe(1);
      expect(second.printed()).toBe(
        `Port ${port} on 127.0.0.1 is taken. Set ${variable} to another one: ${variable}=${port + 10} npm start\n`,
      );
      other.close();
    },
    30_000,
  );

  it('ends with all that it started on Ctrl-C', async () => {
    expect(await stack.end('SIGINT')).toBe(0);
    for (const port of portsOf(stack)) expect(await accepts('127.0.0.1', port)).toBe(false);
  }, 15_000);
});

function portsOf({ httpPort, lambdaPort, dynamoDbPort }: LocalStackProcess): number[] {
  return [httpPort, lambdaPort, dynamoDbPort];
}

async function accepts(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  const connected = await Promise.race([
    once(socket, 'connect').then(() => true),
    new Promise<false>((resolve) => socket.once('error', () => resolve(false))),
  ]).catch(() => false);
  socket.destroy();
  return connected;
}
