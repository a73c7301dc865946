/** A function's bundle in a process of its own, as in a new sandbox of Lambda. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { NO_AWS_ACCOUNT } from './no-aws-account.ts';
import { startRuntimeApi } from './runtime-api.ts';

/** What the process measured while it loaded the bundle, a policy that it reads meanwhile included. */
export interface Loaded {
  readonly loadMs: number;
  /** From the start of the process until it was loaded. */
  readonly sinceStartMs: number;
  readonly loadCpuMs: number;
  readonly rssBytes: number;
}

/** What the process measured of one invocation. */
export interface Invoked {
  readonly ms: number;
  /** What the process computed meanwhile, garbage collection and the like included. */
  readonly cpuMs: number;
  /** From the start of the process to the answer. */
  readonly sinceStartMs: number;
  readonly rssBytes: number;
  readonly answer: unknown;
}

export interface FunctionProcess {
  readonly loaded: Loaded;
  invoke(event: unknown): Promise<Invoked>;
  end(): Promise<void>;
}

type Environment = Readonly<Record<string, string>>;

const BOOTSTRAP = join(import.meta.dirname, 'bootstrap.mjs');

/** Loads a bundle and ends. */
export async function loadOnce(bundle: string, env: Environment): Promise<Loaded> {
  const { lines, ended } = start(bundle, env);
  const loaded = await lines.next();
  await ended;
  return loaded as Loaded;
}

/** Loads a bundle and waits for invocations. @param onPrinted told each line that the function prints: its logs and metrics */
export async function startFunction(
  bundle: string,
  env: Environment,
  onPrinted?: (line: string) => void,
): Promise<FunctionProcess> {
  const api = await startRuntimeApi();
  const { lines, ended, kill } = start(bundle, { ...env, AWS_LAMBDA_RUNTIME_API: api.address }, onPrinted);
  const loaded = (await lines.next()) as Loaded;
  return {
    loaded,
    async invoke(event) {
      // A process that ends gives no answer, also where it has told what it measured.
      const died = ended.then(() => {
        throw new Error('The function’s process has ended');
      });
      const [answer, measured] = await Promise.race([Promise.all([api.invoke(event), lines.next()]), died]);
      return { ...(measured as Omit<Invoked, 'answer'>), answer };
    },
    async end() {
      kill();
      await ended.catch(() => {});
      await api.stop();
    },
  };
}

function start(bundle: string, env: Environment, onPrinted?: (line: string) => void) {
  const child = spawn(process.execPath, [BOOTSTRAP, bundle], {
    env: {
      ...NO_AWS_ACCOUNT,
      AWS_LAMBDA_FUNCTION_NAME: 'AWSClientVPN-policy-bench',
      ...env,
    },
    stdio: ['ignore', onPrinted ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  let told = '';
  child.stderr?.on('data', (chunk) => {
    told += chunk;
  });
  // Node's console writes errors there: the logger's error lines.
  if (onPrinted) {
    for (const output of [child.stdout, child.stderr]) {
      if (output) createInterface({ input: output }).on('line', onPrinted);
    }
  }
  const ended = once(child, 'close').then(([code]) => {
    if (code !== 0) throw new Error(`The function's process ended with ${code}: ${told}`);
  });
  // Whoever waits for a line hears of it.
  ended.catch(() => {});
  const measured = createInterface({ input: child.stdio[3] as Readable })[Symbol.asyncIterator]();
  return {
    lines: {
      async next(): Promise<unknown> {
        const line = await measured.next();
        if (!line.done) return JSON.parse(line.value);
        await ended;
        throw new Error('The function’s process has ended');
      },
    },
    ended,
    kill: () => child.kill(),
  };
}
