/**
 * Kills a writer at every single request of a write, once before the request reaches DynamoDB and once after it was carried out.
 * The policy is then the old or the new one, whole; the history is in order; the next writer succeeds.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import { canonicalJson, currentPolicy, DynamoDbPolicyStore } from '../../../shared/store/index.ts';
import { createRulesTable, localDocumentClient } from '../../../shared/store/testing/dynalite.ts';
import { bundleCommand } from '../../build/bundle-command.ts';
import { dynamoDbToTry } from '../local-dynamodb.ts';
import { countFigure, type SoakContext, type SoakPart, type SoakResult } from '../part.ts';
import { type KillPoint, type KillStep, runAndKill } from './killed-command.ts';
import { blockRule, publishRule, type Scenario, scenarios, withRule } from './scenarios.ts';

export const kill: SoakPart = {
  name: 'kill',
  title: 'a writer is killed at every request of a write: the policy is the old or the new one',
  run: (context) => {
    const { isShort } = context;
    return killWriters(context, { scenarios: scenarios(isShort ? 600 : 8_000), readsTwice: !isShort });
  },
};

const ROOT = join(import.meta.dirname, '..', '..', '..');
const STEPS: readonly KillStep[] = ['request', 'answer'];
/** Most of a run is a process that starts. */
const AT_ONCE = 2;

export interface KillOptions {
  readonly scenarios: readonly Scenario[];
  /** Whether a read is killed on both sides, too: it leaves the same either way. */
  readonly readsTwice: boolean;
  /** Looks at what a killed writer left. Default `leftWhole`. */
  readonly look?: typeof leftWhole;
}

/** One table and folder for each run. */
interface Bench {
  readonly program: string;
  readonly folder: string;
  readonly dynamoDb: string;
  readonly client: DynamoDBDocumentClient;
}

export async function killWriters(
  { progress }: Pick<SoakContext, 'progress'>,
  { scenarios, readsTwice, look = leftWhole }: KillOptions,
): Promise<SoakResult> {
  const dynamoDb = await dynamoDbToTry();
  const folder = await mkdtemp(join(tmpdir(), 'soak-kill-'));
  const client = localDocumentClient(dynamoDb.endpoint, { requestTimeoutMs: 30_000 });
  const program = join(folder, 'vpn-policy.mjs');
  const bench: Bench = { program, folder, dynamoDb: dynamoDb.endpoint, client };
  const failures: string[] = [];
  const points: { readonly name: string; readonly requests: number; readonly old: number; readonly next: number }[] =
    [];
  try {
    await bundleCommand(ROOT, program);
    for (const scenario of scenarios) {
      const whole = await runWhole(bench, scenario);
      const kills = whole.operations.flatMap((operation, place) => {
        const steps = readsTwice || operation === 'PutItem' ? STEPS : STEPS.slice(0, 1);
        return steps.map((step) => ({ request: place + 1, step }));
      });
      progress(`${scenario.name}: ${whole.operations.length} requests, ${kills.length} kills`);
      const found = await eachOf(kills, AT_ONCE, async (point) => {
        const left = await killOnce(bench, scenario, point);
        // A policy of which something is missing is an error to whoever reads it.
        const faults = await look(left, whole).catch((error: unknown) => [String(error)]);
        const at = `${scenario.name}, killed ${point.step === 'request' ? 'before' : 'after'} request ${point.request} (${whole.operations[point.request - 1]})`;
        failures.push(...faults.map((fault) => `${at}: ${fault}`));
        return typeof left.inForce === 'object' ? left.inForce.revision : undefined;
      });
      const next = found.filter((revision) => revision === whole.next.revision).length;
      points.push({ name: scenario.name, requests: whole.operations.length, old: found.length - next, next });
    }
  } finally {
    client.destroy();
    await rm(folder, { recursive: true });
    await dynamoDb.stop();
  }
  return {
    figures: [
      { what: 'DynamoDB', figure: dynamoDb.name },
      countFigure(
        'kill points',
        points.reduce((sum, { old, next }) => sum + old + next, 0),
      ),
      ...points.map(({ name, requests, old, next }) => ({
        what: `${name}: ${requests} requests`,
        figure: `${old + next} kills: ${old} left the old policy, ${next} the new one`,
      })),
      countFigure('policies left in part, histories out of order, writers that could not go on', failures.length),
    ],
    failures,
  };
}

interface InForce {
  readonly revision: number;
  readonly document: PolicyDocument;
}

/** What a write does when nobody kills it. */
export interface WholeRun {
  readonly operations: readonly string[];
  /** Undefined where there was no policy. */
  readonly old: InForce | undefined;
  readonly next: InForce;
}

/** What a killed writer left. */
export interface Left {
  readonly wasKilled: boolean;
  /** A text where it could not be read: why. */
  readonly inForce: InForce | string | undefined;
  readonly store: DynamoDbPolicyStore;
}

async function runWhole(bench: Bench, scenario: Scenario): Promise<WholeRun> {
  const { store, tableName, folder } = await prepare(bench, scenario);
  const old = await inForceIn(store);
  const run = await runAndKill({ ...bench, folder, tableName, args: scenario.command });
  const next = await inForceIn(store);
  if (run.exitCode !== 0 || next === undefined || next.revision === old?.revision) {
    throw new Error(`vpn-policy ${scenario.command.join(' ')} wrote nothing: ${run.stderr}`);
  }
  return { operations: run.operations, old, next };
}

async function killOnce(bench: Bench, scenario: Scenario, killAt: KillPoint): Promise<Left> {
  const { store, tableName, folder } = await prepare(bench, scenario);
  const { killed } = await runAndKill({ ...bench, folder, tableName, args: scenario.command, killAt });
  const inForce = await inForceIn(store).catch((error: unknown) => String(error));
  return { wasKilled: killed, inForce, store };
}

async function prepare({ client, folder: above }: Bench, scenario: Scenario) {
  const tableName = await createRulesTable(client);
  const store = new DynamoDbPolicyStore({ client, tableName });
  const folder = join(above, tableName);
  await mkdir(folder);
  await scenario.prepare(store, folder);
  return { store, tableName, folder };
}

async function inForceIn(store: DynamoDbPolicyStore): Promise<InForce | undefined> {
  const loaded = await currentPolicy(store);
  return loaded && { revision: loaded.revision.number, document: loaded.document };
}

/** What is wrong with what a killed writer left. */
export async function leftWhole({ wasKilled, inForce, store }: Left, { old, next }: WholeRun): Promise<string[]> {
  if (!wasKilled) return ['the writer was not killed: it made fewer requests than without'];
  if (typeof inForce === 'string') return [`the policy cannot be read: ${inForce}`];
  const faults: string[] = [];
  const is = (state: InForce | undefined) =>
    state?.revision === inForce?.revision &&
    canonicalJson(state?.document ?? null) === canonicalJson(inForce?.document ?? null);
  if (!is(old) && !is(next)) faults.push(`revision ${inForce?.revision} is neither the old policy nor the new one`);
  const verified = await store.verify();
  if (verified.findings.length > 0) faults.push(`verify finds ${JSON.stringify(verified.findings[0])}`);
  // Whoever comes next, with the same parts and with others.
  const later = 'written-afterwards';
  const written = await publishRule(store, later);
  const expected = withRule(inForce?.document ?? { version: 1, defaultEffect: 'allow' }, blockRule(later));
  if (canonicalJson(written) !== canonicalJson(expected))
    faults.push('the next write did not start from what was left');
  const after = await inForceIn(store);
  if (after?.revision !== (inForce?.revision ?? 0) + 1) faults.push(`the next write made revision ${after?.revision}`);
  if (!(await store.verify()).ok) faults.push('verify finds faults after the next write');
  return faults;
}

/** Works on each, so many at a time; results in order. */
async function eachOf<T, R>(items: readonly T[], atOnce: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [place, item] of queue) results[place] = await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
