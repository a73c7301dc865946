/** Starts the local stack for a test, as `npm start` does, on free ports. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { findFreePort } from '../free-port.ts';

export interface LocalStackProcess {
  readonly httpPort: number;
  readonly lambdaPort: number;
  readonly dynamoDbPort: number;
  /** What it has printed so far. */
  printed(): string;
  /** Sends the signal (default SIGINT, which is Ctrl-C) and resolves with the exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
  /** Resolves with the exit code when it ends by itself. */
  readonly exitCode: Promise<number | null>;
}

/** What it prints when all is up. */
const READY = 'is ready';

/** Resolves when it is ready; rejects, with what it printed, where it ends before. The caller must `end` it. */
export async function startLocalStack(env: Readonly<Record<string, string>> = {}): Promise<LocalStackProcess> {
  const stack = await runLocalStack(env);
  if (!stack.printed().includes(READY))
    throw new Error(`The local stack has ended before it was ready:\n${stack.printed()}`);
  return stack;
}

/** Resolves when it is ready or has ended. */
export async function runLocalStack(env: Readonly<Record<string, string>> = {}): Promise<LocalStackProcess> {
  const [httpPort, lambdaPort, dynamoDbPort] = [await findFreePort(), await findFreePort(), await findFreePort()];
  const ports = { PORT: String(httpPort), LAMBDA_PORT: String(lambdaPort), DYNAMODB_PORT: String(dynamoDbPort) };
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/local-stack.ts'], {
    cwd: resolve(__dirname, '../../..'),
    env: { PATH: process.env.PATH, ...ports, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const exitCode = once(child, 'exit').then(() => child.exitCode);
  const ready = new Promise<void>((done) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (text.includes(READY)) done();
      });
    }
  });
  await Promise.race([ready, exitCode]);
  return {
    httpPort,
    lambdaPort,
    dynamoDbPort,
    printed: () => text,
    exitCode,
    end(signal = 'SIGINT') {
      child.kill(signal);
      return exitCode;
    },
  };
}
