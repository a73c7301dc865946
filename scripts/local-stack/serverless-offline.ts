/** Runs `serverless offline` from the real serverless.yml: Lambda's invoke API and the admin API, the real bundles behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  LOCAL_FUNCTION,
  LOCAL_STAGE,
  type LocalPorts,
  LocalStackError,
  localAdminApi,
  localEnvironment,
  localLambdaEndpoint,
} from './settings.ts';

const PROCESS_FILE = fileURLToPath(new URL('offline-process.js', import.meta.url));
const SERVICE_FOLDER = fileURLToPath(new URL('../../', import.meta.url));

/**
 * It cannot play IAM's authorizer and does not start with one; and it passes only `AWS_…` variables on unless told to pass
 * all, `LOCAL_STACK` among them. These stand here and not in serverless.yml, so that nobody who starts it by hand has an API
 * without an authorizer in front of a real table.
 */
const OPTIONS = ['--noAuth', '--localEnvironment'];

/** Parameters of serverless.yml that the environment may set here: a shorter TTL lets a change be seen at once, the enforcer wants endpoints. */
const PARAMETERS = {
  POLICY_TTL_SECONDS: 'policyTtlSeconds',
  DECISION_LOG_TIMEOUT_MS: 'decisionLogTimeoutMs',
  SESSIONS_TIMEOUT_MS: 'sessionsTimeoutMs',
  ENFORCER_ENDPOINTS: 'enforcerEndpoints',
  ENFORCER_MODE: 'enforcerMode',
  ENFORCER_MAX_SHARE: 'enforcerMaxShare',
  ENFORCER_SCHEDULE: 'enforcerSchedule',
  ENFORCER_DESCRIBE_PER_SECOND: 'enforcerDescribePerSecond',
  ENFORCER_TERMINATE_PER_SECOND: 'enforcerTerminatePerSecond',
} as const;

function parameterOptions(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(PARAMETERS).flatMap(([variable, parameter]) => {
    const value = env[variable] ?? '';
    return value === '' ? [] : ['--param', `${parameter}=${value}`];
  });
}

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
 * Starts it and waits until the handler and the admin API have answered for the first time. What it prints meanwhile is kept back and told only
 * where the start fails; from then on its output, the handler's log lines among it, goes to `output`.
 */
export async function startServerlessOffline(
  env: Readonly<Record<string, string | undefined>>,
  ports: LocalPorts,
  output: NodeJS.WritableStream,
): Promise<ServerlessOffline> {
  const child = spawn(
    process.execPath,
    [PROCESS_FILE, 'offline', '--stage', LOCAL_STAGE, ...OPTIONS, ...parameterOptions(env)],
    {
      cwd: SERVICE_FOLDER,
      env: localEnvironment(env, ports),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  const printed = keepOutput(child);
  const ended = once(child, 'exit').then(() => {});
  const stop = () => end(child, ended);
  try {
    await Promise.all([firstDecision(child, ports), firstHealth(child, ports)]);
    await delay(POLL_MS); // for what the first answers still have to log
  } catch (error) {
    await stop();
    const reason = error instanceof Error ? error.message : String(error);
    throw new LocalStackError(`serverless offline did not start: ${reason}\n\n${printed.text()}`);
  }
  printed.passOnTo(output);
  return { ended, stop };
}

/** Invokes the handler, as the first caller would. */
async function firstDecision(child: ChildProcess, ports: LocalPorts): Promise<void> {
  const url = `${localLambdaEndpoint(ports)}/2015-03-31/functions/${LOCAL_FUNCTION}/invocations`;
  const body = JSON.stringify({ 'connection-id': 'cvpn-connection-local-stack-start' });
  const answer = await firstAnswer(child, url, { method: 'POST', body });
  if (!/"allow":(true|false)/.test(answer)) throw new Error(`the handler answered ${answer}`);
}

async function firstHealth(child: ChildProcess, ports: LocalPorts): Promise<void> {
  const answer = await firstAnswer(child, `${localAdminApi(ports)}/v1/health`, { method: 'GET' });
  if (!answer.includes('"status":"ok"')) throw new Error(`the admin API answered ${answer}`);
}

/** Asks until there is an answer; rejects when the process ends or a minute is over. */
async function firstAnswer(child: ChildProcess, url: string, request: RequestInit): Promise<string> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('the process ended');
    const signal = AbortSignal.timeout(deadline - Date.now());
    const response = await fetch(url, { ...request, signal }).catch(() => undefined);
    if (response !== undefined) return response.text();
    await delay(POLL_MS);
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
