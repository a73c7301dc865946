/** A million decisions of the packaged handler, each of another user, by policies that change: its memory does not grow. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleAsPackaged, FUNCTIONS } from '../../../bench/bundle-size/bundle.ts';
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import { DynamoDbPolicyStore } from '../../../shared/store/index.ts';
import {
  createDecisionsTable,
  createRulesTable,
  localDocumentClient,
  startDynalite,
} from '../../../shared/store/testing/dynalite.ts';
import { countFigure, type SoakContext, type SoakPart, type SoakResult } from '../part.ts';
import { type Decided, decideInRounds, type Sample } from './decide-in-rounds.ts';
import { slope } from './slope.ts';

export interface Extent {
  readonly rounds: number;
  readonly decisionsARound: number;
  readonly recordedARound: number;
  /** By how many bytes a decision may make the memory grow that is in use. */
  readonly mostBytesADecision: number;
}

/** 2 bytes a decision are 2 MB in a million: a busy VPN's handler would grow by that in weeks, and no sandbox lives so long. */
const LONG: Extent = { rounds: 200, decisionsARound: 5_000, recordedARound: 100, mostBytesADecision: 2 };
/**
 * In so few rounds what the engine learns of itself counts as growth. Whoever keeps one thing of each decision is found all the same:
 * the smallest object with a text takes more.
 */
const SHORT: Extent = { rounds: 10, decisionsARound: 5_000, recordedARound: 100, mostBytesADecision: 100 };

export const memory: SoakPart = {
  name: 'memory',
  title: 'decisions of the packaged handler by changing policies: its memory does not grow',
  async run(context) {
    const folder = await mkdtemp(join(tmpdir(), 'soak-memory-'));
    const dynamoDb = await startDynalite();
    try {
      const bundle = join(folder, 'handler.mjs');
      await bundleAsPackaged(FUNCTIONS.connect, bundle);
      return await measure(context, bundle, dynamoDb.endpoint);
    } finally {
      await dynamoDb.stop();
      await rm(folder, { recursive: true });
    }
  },
};

async function measure(context: SoakContext, bundle: string, endpoint: string): Promise<SoakResult> {
  const extent = context.isShort ? SHORT : LONG;
  const client = localDocumentClient(endpoint);
  try {
    const tableName = await createRulesTable(client);
    const store = new DynamoDbPolicyStore({ client, tableName });
    const decided = await decideInRounds({
      bundle,
      env: {
        AWS_ENDPOINT_URL_DYNAMODB: endpoint,
        RULES_TABLE: tableName,
        DECISIONS_TABLE: await createDecisionsTable(client),
        POLICY_TTL_SECONDS: '1',
      },
      ...extent,
      async publish(round) {
        const label = `Round ${round}`;
        await store.commit({
          prepare: () => ({ document: policyOf(round, label), summary: label }),
          author: { type: 'local', id: 'soak' },
          reason: label,
        });
        return label;
      },
      onRound: ({ decisions, inUse }) => context.progress(`${decisions} decisions, ${megabytes(inUse)} in use`),
    });
    return judge(decided, extent);
  } finally {
    client.destroy();
  }
}

/** Some of it is of the round alone: every part is read and compiled anew. */
function policyOf(round: number, label: string): PolicyDocument {
  const leavers = Array.from({ length: 2_000 }, (_, number) => `left-${round}-${number}`);
  const blocks = Array.from({ length: 200 }, (_, number) => ({
    id: `block-${number}`,
    effect: 'deny' as const,
    match: { identities: [`nobody-${round}-${number}`], sourceIps: [`192.0.2.${number}`] },
  }));
  const nights = Array.from({ length: 5 }, (_, number) => ({
    id: `night-${number}`,
    effect: 'deny' as const,
    match: {
      groups: ['night'],
      windows: [{ cron: `${round % 60} ${number} * * *`, duration: 'PT1H', timezone: 'Asia/Tokyo' }],
    },
  }));
  return {
    version: 1,
    defaultEffect: 'allow',
    sets: { leavers: { kind: 'user', entries: leavers } },
    rules: [
      { id: 'round', effect: 'deny', match: { platforms: ['linux'] }, message: `${label}: {username}.` },
      { id: 'leavers', effect: 'deny', match: { identities: ['@leavers'] } },
      ...blocks,
      ...nights,
    ],
  };
}

/** What is loaded and learnt once is there after a fifth of the rounds. */
const WARM_UP = 0.2;

/** The figures, and a failure where memory grows or an answer was wrong. */
export function judge({ samples, wrong, example }: Decided, extent: Extent): SoakResult {
  const warm = samples.slice(Math.ceil(samples.length * WARM_UP));
  const [first, last] = [warm[0], warm.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError('nothing was measured');
  const grows = slopeOf(warm, ({ inUse }) => inUse);
  const failures = [];
  if (grows > extent.mostBytesADecision)
    failures.push(`memory grows by ${grows.toFixed(1)} bytes a decision, more than ${extent.mostBytesADecision}`);
  if (wrong > 0) failures.push(`${wrong} wrong answers, the first: ${example}`);
  const cpuMs = samples.reduce((sum, sample) => sum + sample.cpuMs, 0);
  const figures = [
    countFigure('decisions, each of another user', last.decisions),
    countFigure('of them put on record', extent.recordedARound * extent.rounds),
    countFigure('changes of the policy', extent.rounds),
    { what: 'in use after the warm-up, and at the end', figure: `${megabytes(first.inUse)}, ${megabytes(last.inUse)}` },
    { what: 'growth of what is in use, a decision', figure: `${grows.toFixed(2)} bytes` },
    { what: 'growth of what is in use, a million decisions', figure: megabytes(grows * 1e6) },
    { what: 'resident after the warm-up, and at the end', figure: `${megabytes(first.rss)}, ${megabytes(last.rss)}` },
    {
      what: 'growth of what is resident, a million decisions',
      figure: megabytes(slopeOf(warm, ({ rss }) => rss) * 1e6),
    },
    { what: 'processor time a decision', figure: `${((cpuMs * 1_000) / last.decisions).toFixed(0)} µs` },
    countFigure('wrong answers', wrong),
  ];
  return { figures, failures };
}

function slopeOf(samples: readonly Sample[], bytes: (sample: Sample) => number): number {
  return slope(samples.map((sample) => [sample.decisions, bytes(sample)]));
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}
