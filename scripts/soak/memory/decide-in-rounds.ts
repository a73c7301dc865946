/** A function's bundle in a process of its own that decides round after round, each by another policy. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { NO_AWS_ACCOUNT } from '../../../bench/invocation/no-aws-account.ts';

export interface Rounds {
  readonly bundle: string;
  /** The function's own; nothing of the caller's but the search path comes along. */
  readonly env: Readonly<Record<string, string>>;
  readonly rounds: number;
  readonly decisionsARound: number;
  /** Of the decisions of a round so many are put on record. */
  readonly recordedARound: number;
  /** Puts the policy of a round in force; gives what its refusals begin with. */
  readonly publish: (round: number) => Promise<string>;
  readonly onRound?: (sample: Sample) => void;
}

/** After a round and a full garbage collection. */
export interface Sample {
  /** Decisions so far. */
  readonly decisions: number;
  /** Bytes of the heap in use, and of what is kept outside of it. */
  readonly inUse: number;
  /** Bytes that the process has in memory. */
  readonly rss: number;
  /** What the round's decisions took of the processor, in milliseconds. */
  readonly cpuMs: number;
}

export interface Decided {
  readonly samples: readonly Sample[];
  readonly wrong: number;
  /** The first answer that was wrong, with its event. */
  readonly example: string | undefined;
}

const PROCESS_FILE = fileURLToPath(new URL('decide-process.mjs', import.meta.url));

export async function decideInRounds(options: Rounds): Promise<Decided> {
  const { rounds, decisionsARound, recordedARound, publish, onRound = () => {} } = options;
  const child = start(options);
  try {
    await child.next();
    const samples: Sample[] = [];
    let [number, wrong] = [1, 0];
    let example: string | undefined;
    for (let round = 1; round <= rounds; round++) {
      const label = await publish(round);
      let cpuMs = 0;
      for (const [count, recording] of [
        [recordedARound, true],
        [decisionsARound - recordedARound, false],
      ] as const) {
        const done = readDone(await child.carryOut({ first: number, count, label, recording }));
        number += count;
        wrong += done.wrong;
        example ??= done.example;
        cpuMs += done.cpuMs;
        if (!recording) samples.push({ decisions: number - 1, inUse: done.inUse, rss: done.rss, cpuMs });
      }
      const last = samples.at(-1);
      if (last !== undefined) onRound(last);
    }
    return { samples, wrong, example };
  } finally {
    await child.end();
  }
}

function start({ bundle, env }: Rounds) {
  const child: ChildProcess = fork(PROCESS_FILE, [bundle], {
    execArgv: ['--expose-gc'],
    env: {
      PATH: process.env.PATH,
      ...NO_AWS_ACCOUNT,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      ...env,
    },
    // The function logs a line or two for each decision.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let told = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    told = `${told}${chunk.toString('utf8')}`.slice(-4_000);
  });
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`The deciding process has ended (${signal ?? code}): ${told}`);
  });
  // Whoever waits for an answer hears of it.
  ended.catch(() => {});
  const next = async (): Promise<unknown> => (await Promise.race([once(child, 'message'), ended]))[0];
  return {
    next,
    carryOut(order: { first: number; count: number; label: string; recording: boolean }) {
      const answer = next();
      child.send(order);
      return answer;
    },
    async end() {
      child.kill('SIGKILL');
      await ended.catch(() => {});
    },
  };
}

function readDone(done: unknown) {
  const { wrong, example, inUse, rss, cpuMs } = Object(done);
  if (![wrong, inUse, rss, cpuMs].every(Number.isFinite))
    throw new Error(`The process answered ${JSON.stringify(done)}`);
  return {
    wrong: Number(wrong),
    example: typeof example === 'string' ? example : undefined,
    inUse: Number(inUse),
    rss: Number(rss),
    cpuMs: Number(cpuMs),
  };
}
