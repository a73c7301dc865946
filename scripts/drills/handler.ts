/** The connect handler of a drill: what Client VPN would be answered, and what would stand in the log and among the metrics. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { NO_AWS_ACCOUNT } from '../../bench/invocation/no-aws-account.ts';

export interface Connected {
  readonly allow: boolean;
  readonly message: string;
  /** The decision's own line in the log. */
  readonly line: LogLine;
  /** Error lines beside it. */
  readonly errors: readonly LogLine[];
  /** Those that an alarm may watch. */
  readonly metrics: readonly string[];
}

export type LogLine = Readonly<Record<string, unknown>>;

export interface DrillHandler {
  connect(event: Readonly<Record<string, unknown>>, nowMs: number): Promise<Connected>;
  stop(): Promise<void>;
}

const PROCESS_FILE = fileURLToPath(new URL('handler-process.mjs', import.meta.url));

/** Metrics that every decision has, and that tell nothing by being there. */
const OF_EVERY_DECISION = ['Admitted', 'Refused', 'DecisionDuration', 'PolicyAge', 'RefusalsByRule'];

export async function startHandler(
  bundle: string,
  env: Readonly<Record<string, string>>,
  nowMs: number,
): Promise<DrillHandler> {
  const child: ChildProcess = fork(PROCESS_FILE, [bundle, String(nowMs)], {
    env: {
      PATH: process.env.PATH,
      ...NO_AWS_ACCOUNT,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      // dynalite shares the machine with everything else.
      DECISION_LOG_TIMEOUT_MS: '2000',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      printed += chunk.toString('utf8');
    });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`The handler's process has ended: ${printed}`);
  });
  ended.catch(() => {});
  const next = async (): Promise<unknown> => (await Promise.race([once(child, 'message'), ended]))[0];
  await next();
  return {
    async connect(event, atMs) {
      const answered = next();
      child.send({ event, nowMs: atMs });
      const answer = Object(await answered);
      const id = event['connection-id'];
      const isTold = () => linesOf(printed).some((line) => line.connectionId === id);
      // The pipe is not the channel that the answer comes through.
      while (!isTold()) await Promise.race([once(child.stdout ?? child, 'data'), ended]);
      const lines = linesOf(printed);
      printed = '';
      return {
        allow: answer.allow === true,
        message: String(answer['error-msg-on-denied-connection']),
        line: lines.find((line) => line.connectionId === id) ?? {},
        errors: lines.filter((line) => line.level === 'ERROR' && line.connectionId !== id),
        metrics: [...new Set(lines.flatMap(metricNames))].filter((name) => !OF_EVERY_DECISION.includes(name)).sort(),
      };
    },
    async stop() {
      child.kill('SIGKILL');
      await ended.catch(() => {});
    },
  };
}

function linesOf(printed: string): readonly LogLine[] {
  return printed
    .slice(0, printed.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): LogLine => JSON.parse(line));
}

/** Of a line in CloudWatch's embedded metric format. */
function metricNames(line: LogLine): readonly string[] {
  const directives: unknown = Object(line._aws).CloudWatchMetrics;
  if (!Array.isArray(directives)) return [];
  return directives.flatMap(({ Metrics }) => Metrics.map(({ Name }: { readonly Name: string }) => Name));
}
