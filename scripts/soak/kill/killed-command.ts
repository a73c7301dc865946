/** Runs a command against a table through a proxy, and kills it (SIGKILL) at a request of it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { devNull } from 'node:os';
import { NO_AWS_ACCOUNT } from '../../../bench/invocation/no-aws-account.ts';
import { startFaultProxy } from '../../../shared/store/testing/fault-proxy.ts';

/** `request`: before the request is sent on to DynamoDB. `answer`: after it was carried out, before its answer goes back. */
export type KillStep = 'request' | 'answer';

export interface KillPoint {
  /** 1, 2, 3 … */
  readonly request: number;
  readonly step: KillStep;
}

export interface CommandToKill {
  /** The bundled command. */
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly dynamoDb: string;
  readonly tableName: string;
  /** Default: it is let live. */
  readonly killAt?: KillPoint | undefined;
}

export interface CommandRun {
  readonly killed: boolean;
  readonly exitCode: number | null;
  /** What was asked for, in the order in which it came. */
  readonly operations: readonly string[];
  readonly stderr: string;
}

export async function runAndKill(command: CommandToKill): Promise<CommandRun> {
  const { program, args, folder, dynamoDb, tableName, killAt } = command;
  const operations: string[] = [];
  let killed = false;
  const proxy = await startFaultProxy(dynamoDb, {
    before: async (step, { number, operation }) => {
      if (step === 'request') operations[number - 1] = operation;
      const isPoint = number === killAt?.request && step === killAt.step;
      if (isPoint) {
        killed = true;
        child.kill('SIGKILL');
        await exited;
      }
      // Nothing of it goes on; nor does what a dead process still had to say.
      if (killed && (isPoint || step === 'request')) throw new Error('The process that asked was killed');
    },
  });
  const child = spawn(
    process.execPath,
    [program, ...args, '--table', tableName, '--region', 'us-east-1', '--endpoint', proxy.endpoint],
    { cwd: folder, env: ENVIRONMENT, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const exited = once(child, 'exit');
  try {
    const [exitCode] = (await exited) as [number | null];
    return { killed, exitCode, operations, stderr };
  } finally {
    await proxy.stop();
  }
}

const ENVIRONMENT = { PATH: process.env.PATH, HOME: devNull, ...NO_AWS_ACCOUNT };
