/** A lane: one process with the packaged handler in it, a rules table of its own, and events until it has had its share. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { NO_AWS_ACCOUNT } from '../../../bench/invocation/no-aws-account.ts';
import type { LocalDynamoDb } from '../../../shared/store/testing/dynalite.ts';

export interface LaneOptions {
  readonly name: string;
  /** The handler's module. */
  readonly bundle: string;
  readonly rulesTable: string;
  /** Settings of the handler, as environment variables. */
  readonly settings: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly policies: number;
  readonly momentsPerPolicy: number;
  readonly eventsPerMoment: number;
  /** The lane ends when so many were found. */
  readonly mostFailures: number;
}

/** What was counted; sums of several lanes are made by adding. */
export interface LaneCounts {
  readonly events: number;
  readonly policies: number;
  readonly moments: number;
  readonly admitted: number;
  readonly refused: number;
  readonly observed: number;
  /** Decided by a rule, and not by a default. */
  readonly byRule: number;
  /** At least one rule in report mode applied. */
  readonly reported: number;
  readonly v1: number;
  readonly v2: number;
  readonly v3: number;
  /** With at least one attribute that cannot be read. */
  readonly malformed: number;
  /** Handed in as only a caller in the same process could: getters, proxies, no object at all. */
  readonly exotic: number;
  /** Messages of which the end of the refusal was looked up in the reference. */
  readonly untils: number;
  readonly logLines: number;
  /** Decisions that were not put on record in time, as may happen. */
  readonly recordsLate: number;
  readonly throws: number;
  readonly malformedAnswers: number;
  readonly disagreements: number;
  readonly badLogLines: number;
}

export interface LaneReport {
  readonly counts: LaneCounts;
  /** The most computing that an answer took, the best of three tries. */
  readonly slowestMs: number;
  readonly failures: readonly string[];
}

export type LaneMessage =
  | { readonly type: 'progress'; readonly events: number }
  | { readonly type: 'done'; readonly report: LaneReport };

/** Runs a lane to its end. Rejects when its process ends before. */
export async function runLane(
  options: LaneOptions,
  dynamoDb: LocalDynamoDb,
  progress: (events: number) => void,
): Promise<LaneReport> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'lane-process.ts'), JSON.stringify(options)],
    {
      env: {
        PATH: process.env.PATH,
        ...NO_AWS_ACCOUNT,
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.endpoint,
        AWS_LAMBDA_FUNCTION_NAME: 'AWSClientVPN-policy-soak',
        RULES_TABLE: options.rulesTable,
        // Long enough that a batch of events is decided without asking the store in between; no policy grows too old.
        POLICY_TTL_SECONDS: '3600',
        MAX_STALE_SECONDS: '604800',
        ...options.settings,
      },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    },
  );
  let told = '';
  child.stderr?.on('data', (chunk) => {
    told = `${told}${chunk}`.slice(-4_000);
  });
  let report: LaneReport | undefined;
  child.on('message', (message: LaneMessage) => {
    if (message.type === 'progress') progress(message.events);
    else report = message.report;
  });
  const [code] = await once(child, 'close');
  if (report === undefined) throw new Error(`The lane "${options.name}" ended with ${code} and no report: ${told}`);
  return report;
}
