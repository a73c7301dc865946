/** Runs `serverless offline` from the real serverless.yml: Lambda's invoke API with the real bundle behind it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  LOCAL_FUNCTION,
  LOCAL_HOST,
  LOCAL_STAGE,
  type LocalPorts,
  LocalStackError,
  localEnvironment,
} from './settings.ts';

const PROCESS_FILE = fileURLToPath(new URL('offline-process.js', import.meta.url));
const SERVICE_FOLDER = fileURLToPath(new URL('../../', import.meta.url));

const START_TIMEOUT_MS = 55_000;
const STOP_TIMEOUT_MS = 6_000;
const POLL_MS = 100;

export interface ServerlessOffline {
  /** Settles when the process has ended by itself or was stopped. */
  readonly ended: Promise<void>;
  /** Ends the process and all that it started. */
  stop(): Promise<void>;
}

/**
 * Starts it and waits until the handler has answered a first event. What it prints meanwhile is kept back and told only
 * where the start fails; from then on its output, the handler's log lines among it, goes to `output`.
 */
export async function startServerlessOffline(
  env: Readonly<Record<string, string | undefined>>,
  ports: LocalPorts,
  output: NodeJS.WritableStream,
): Promise<ServerlessOffline> {
  const child = spawn(process.execPath, [PROCESS_FILE, 'offline', '--stage', LOCAL_STAGE], {
    cwd: SERVICE_FOLDER,
    env: localEnvironment(env, ports),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const printed = keepOutput(child);
  const ended = once(child, 'exit').then(() => {});
  const stop = () => end(child, ended);
  try {
    await firstAnswer(child, ports);
    await delay(POLL_MS); // for what the first answer still has to log
  } catch (error) {
    await stop();
    const reason = error instanceof Error ? error.message : String(error);
    throw new LocalStackError(`serverless offline did not start: ${reason}\n\n${printed.text()}`);
  }
  printed.passOnTo(output);
  return { ended, stop };
}

/** Invokes the handler, as the first caller would, until it answers; rejects when the process ends or a minute is over. */
async function firstAnswer(child: ChildProcess, ports: LocalPorts): Promise<void> {
  const url = `http://${LOCAL_HOST}:${ports.lambda}/2015-03-31/functions/${LOCAL_FUNCTION}/invocations`;
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('the process ended');
    const response = await fetch(url, {
      method: 'POST',
      body: JSON.stringify({ 'connection-id': 'cvpn-connection-local-stack-start' }),
      signal: AbortSignal.timeout(deadline - Date.now()),
    }).catch(() => undefined);
    if (response === undefined) {
      await delay(POLL_MS);
      continue;
    }
    const answer = await response.text();
    if (!/"allow":(true|false)/.test(answer)) throw new Error(`the handler answered ${answer}`);
    return;
  }
  throw new Error(`no answer within ${START_TIMEOUT_MS / 1000} seconds`);
}

function keepOutput(child: ChildProcess): { text(): string; passOnTo(output: NodeJS.WritableStream): void } {
  const chunks: Buffer[] = [];
  let write = (chunk: Buffer): unknown => chunks.push(chunk);
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => write(chunk));
  return {
    text: () => Buffer.concat(chunks).toString('utf8').trim(),
    passOnTo(output) {
      chunks.length = 0;
      write = (chunk) => output.write(chunk);
    },
  };
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(killer);
}
