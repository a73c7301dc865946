/**
 * A function that does nothing, in a serverless offline of its own: what it takes to be answered by it is what serverless offline
 * and the machine cost at that time.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { findFreePort } from '../../local-stack/free-port.ts';
import { LOCAL_HOST, LOCAL_STAGE, localEnvironment } from '../../local-stack/settings.ts';

export const TRIVIAL_FUNCTION = 'trivial';

export interface TrivialFunction {
  readonly lambdaPort: number;
  stop(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SERVERLESS = fileURLToPath(new URL('../../local-stack/offline-process.js', import.meta.url));
const START_TIMEOUT_MS = 55_000;

const ANSWER = {
  allow: true,
  'error-msg-on-denied-connection': '',
  'posture-compliance-statuses': [],
  'schema-version': 'v3',
};

export async function startTrivialFunction(): Promise<TrivialFunction> {
  // Within the checkout, so that Node finds serverless offline from there.
  await mkdir(join(ROOT, '.cache'), { recursive: true });
  const folder = await mkdtemp(join(ROOT, '.cache', 'trivial-function-'));
  const [http, lambda] = [await findFreePort(), await findFreePort()];
  const service = {
    service: 'trivial',
    frameworkVersion: '4',
    plugins: ['serverless-offline'],
    provider: { name: 'aws', runtime: 'nodejs24.x' },
    functions: { trivial: { handler: 'index.handler', name: TRIVIAL_FUNCTION } },
    custom: {
      'serverless-offline': {
        host: LOCAL_HOST,
        httpPort: http,
        lambdaPort: lambda,
        terminateIdleLambdaTime: 3600,
        noSponsor: true,
      },
    },
  };
  await writeFile(join(folder, 'serverless.yml'), stringify(service));
  await writeFile(join(folder, 'index.mjs'), `export const handler = async () => (${JSON.stringify(ANSWER)});\n`);
  const child = spawn(process.execPath, [SERVERLESS, 'offline', '--stage', LOCAL_STAGE], {
    cwd: folder,
    env: localEnvironment({ PATH: process.env.PATH }, { http, lambda, dynamoDb: 1 }),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let printed = '';
  // Only what it says at the start is ever told.
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      if (printed.length < 10_000) printed += chunk.toString('utf8');
    });
  const ended = once(child, 'exit');
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await firstAnswer(child, lambda);
  } catch (error) {
    await stop();
    throw new Error(`The trivial function did not start: ${printed}`, { cause: error });
  }
  return { lambdaPort: lambda, stop };
}

async function firstAnswer(child: ChildProcess, lambdaPort: number): Promise<void> {
  const url = `http://${LOCAL_HOST}:${lambdaPort}/2015-03-31/functions/${TRIVIAL_FUNCTION}/invocations`;
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    const response = await fetch(url, { method: 'POST', body: '{}' }).catch(() => undefined);
    if (response?.ok) return;
    await delay(100);
  }
  throw new Error('there was no answer');
}
