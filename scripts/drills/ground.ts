/**
 * Where drills take place: the tables of the stack in a DynamoDB of this process, the packaged handler, the `vpn-policy` program, and a
 * clock that is set. Everything that is done is put on record as a step.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleAsPackaged, FUNCTIONS } from '../../bench/bundle-size/bundle.ts';
import { type Folder, makeFolder } from '../cli/testing/folder.ts';
import { NOW } from '../cli/testing/run-cli.ts';
import { runLine, type Typed } from '../cli/testing/run-line.ts';
import { DrillFailed } from './drill-failed.ts';
import { type Connected, type DrillHandler, startHandler } from './handler.ts';
import { DECISIONS_TABLE, type Region, RULES_TABLE, startRegion } from './region.ts';
import type { Step } from './step.ts';

const POLICY_FILE = 'policies/example.yaml';

export interface Ground {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Lets time go by. */
  pass(ms: number): void;
  /** The first one, `eu-central-1`, is there already. */
  openRegion(name: string): Promise<Region>;
  readonly home: Region;
  /** Something happens. */
  happens(what: string): void;
  /** Runs a command line as it would be typed; gives its exit code and what it printed. @param by who types it */
  type(line: string, options?: TypeOptions): Promise<Typed>;
  /** A handler as a new sandbox has it. @param table default: the stack's own */
  newHandler(options?: { readonly region?: Region; readonly table?: string }): Promise<DrillHandler>;
  /** Somebody connects, and what they are answered is shown. */
  connects(handler: DrillHandler, who: string, from: string, told?: string): Promise<Connected>;
  /** Holds the drill to what it is to show. */
  must(holds: boolean, what: string): void;
}

export interface TypeOptions {
  /** Default tanaka@laptop. */
  readonly by?: string;
  /** Default: home. */
  readonly region?: Region;
  /** What it is to exit with. Default 0. */
  readonly exits?: number;
}

export interface PreparedGround {
  readonly ground: Ground;
  readonly steps: readonly Step[];
  close(): Promise<void>;
}

/** @param root the checkout; @param onStep is told of each step as it ends */
export async function prepareGround(root: string, onStep: (step: Step) => void = () => {}): Promise<PreparedGround> {
  const folder = await makeFolder();
  const bundle = join(folder.path, 'handler.mjs');
  await bundleAsPackaged(FUNCTIONS.connect, bundle);
  await folder.file('policy.yaml', await readFile(join(root, POLICY_FILE)));
  const closing: (() => Promise<void>)[] = [() => folder.remove()];
  const steps: Step[] = [];
  let nowMs = Date.parse(NOW);
  let connections = 0;

  const record = (step: Step) => {
    steps.push(step);
    onStep(step);
  };

  async function openRegion(name: string): Promise<Region> {
    const { region, close } = await startRegion(name);
    closing.push(close);
    return region;
  }

  const home = await openRegion('eu-central-1');
  const must = (holds: boolean, what: string) => {
    if (!holds) throw new DrillFailed(what);
  };

  const ground: Ground = {
    get nowMs() {
      return nowMs;
    },
    pass(ms) {
      nowMs += ms;
    },
    openRegion,
    home,
    happens: (what) => record({ line: `# ${what}`, printed: '' }),
    async type(line, { by, region = home, exits = 0 } = {}) {
      const typed = await runTyped(line, { by, region, nowMs, folder });
      record({ line: `${by === undefined ? '' : `${by.split('@')[0]} `}$ ${line}`, printed: typed.printed });
      must(typed.exitCode === exits, `${line} exits with ${typed.exitCode}, not ${exits}`);
      return typed;
    },
    async newHandler({ region = home, table = RULES_TABLE } = {}) {
      const env = {
        AWS_REGION: region.name,
        AWS_ENDPOINT_URL_DYNAMODB: region.proxy.endpoint,
        RULES_TABLE: table,
        DECISIONS_TABLE,
      };
      const handler = await startHandler(bundle, env, nowMs);
      closing.unshift(handler.stop);
      return handler;
    },
    async connects(handler, who, from, told = `${who} connects from ${from}`) {
      const event = {
        'connection-id': `cvpn-connection-${(++connections).toString(16).padStart(17, '0')}`,
        'endpoint-id': 'cvpn-endpoint-0a1b2c3d4e5f67890',
        username: who,
        'public-ip': from,
        'schema-version': 'v3',
      };
      const connected = await handler.connect(event, nowMs);
      record({ line: `# ${told}`, printed: answerText(connected) });
      return connected;
    },
    must,
  };
  return {
    ground,
    steps,
    async close() {
      for (const close of closing.splice(0)) await close();
    },
  };
}

/** What the user gets, by which policy, and what whoever watches sees. */
function answerText({ allow, message, line, errors, metrics }: Connected): string {
  const { revision, policyAgeMs, policyStale, cause } = line;
  const by =
    revision === undefined
      ? `no policy (${cause})`
      : `revision ${revision}, confirmed ${Math.round(Number(policyAgeMs) / 1_000)} s ago`;
  return [
    allow ? 'admitted' : `refused: ${message}`,
    `  by ${by}${policyStale === true ? ', stale' : ''}`,
    ...errors.map(
      (error) => `  error in the log: ${error.message}${error.cause === undefined ? '' : ` (${error.cause})`}`,
    ),
    ...(metrics.length === 0 ? [] : [`  metrics: ${metrics.join(', ')}`]),
    '',
  ].join('\n');
}

interface LineOptions {
  readonly by: string | undefined;
  readonly region: Region;
  readonly nowMs: number;
  readonly folder: Folder;
}

async function runTyped(line: string, { by, region, nowMs, folder }: LineOptions): Promise<Typed> {
  const { exitCode, printed } = await inFolder(folder.path, () =>
    runLine(line, {
      env: {
        RULES_TABLE,
        DECISIONS_TABLE,
        AWS_REGION: region.name,
        AWS_ENDPOINT_URL_DYNAMODB: region.proxy.endpoint,
        NO_COLOR: '1',
      },
      nowMs,
      ...(by !== undefined && { user: by }),
    }),
  );
  return { exitCode, printed: printed.replaceAll(`at ${region.proxy.endpoint}`, `in ${region.name}`) };
}

/** Commands find their files where they are typed. */
async function inFolder<T>(folder: string, act: () => Promise<T>): Promise<T> {
  const before = process.cwd();
  process.chdir(folder);
  try {
    return await act();
  } finally {
    process.chdir(before);
  }
}
