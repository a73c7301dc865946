/**
 * Packaged handlers decide while their store fails, writers write through faults of their own, and somebody damages the table. Every answer
 * must be the decision of a revision that was in force within the bounds of docs/operating.md, or the refusal that it names.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundleAsPackaged, FUNCTIONS } from '../../../bench/bundle-size/bundle.ts';
import { DynamoDbPolicyStore } from '../../../shared/store/index.ts';
import { createDecisionsTable, createRulesTable, localDocumentClient } from '../../../shared/store/testing/dynalite.ts';
import type { Exchange, PutTimes } from '../../../shared/store/testing/fault-proxy.ts';
import { Random } from '../../fuzz/random.ts';
import { dynamoDbToTry } from '../local-dynamodb.ts';
import { watchPauses } from '../machine-pauses.ts';
import type { SoakContext, SoakPart, SoakResult } from '../part.ts';
import { FaultCount } from '../random-fault.ts';
import { damageUntil } from './damage-until.ts';
import {
  type Disturbance,
  type HandlerSettings,
  judgeAnswers,
  type RevisionTimes,
  type Surroundings,
} from './judge-answers.ts';
import { bomb } from './policies.ts';
import { allDocuments, documentFaults, rememberingDecisions } from './revision-documents.ts';
import { runSandbox } from './sandbox.ts';
import { storeFaultsResult } from './store-faults-result.ts';
import type { Climate } from './weather.ts';
import { writerClient, writeUntil } from './writers.ts';

export const storeFaults: SoakPart = {
  name: 'store-faults',
  title: 'handlers decide and writers write while the store fails and is damaged',
  run: (context) => tryStoreFaults(context, context.isShort ? 18_000 : 600_000),
};

/** TTLs as short as settings can be, so that there are many checks in a minute. */
const HANDLERS: readonly (HandlerSettings & { readonly name: string })[] = [
  { name: 'deny', ttlMs: 1_000, maxStaleMs: 4_000, onPolicyUnavailable: 'deny', recordMs: 0 },
  { name: 'allow', ttlMs: 1_000, maxStaleMs: 3_000, onPolicyUnavailable: 'allow', recordMs: 0 },
  { name: 'records', ttlMs: 2_000, maxStaleMs: 3_600_000, onPolicyUnavailable: 'deny', recordMs: 150 },
];
const HANDLER_CLIMATE: Climate = { calmMs: [500, 7_000], stormMs: [300, 6_000], mostLateMs: 1_500 };
const LIVES_MS = [4_000, 25_000] as const;
const PAUSE_MS = 40;
const WRITERS = 3;

export async function tryStoreFaults({ seed, progress }: SoakContext, forMs: number): Promise<SoakResult> {
  const dynamoDb = await dynamoDbToTry();
  const folder = await mkdtemp(join(tmpdir(), 'soak-store-faults-'));
  const direct = localDocumentClient(dynamoDb.endpoint, { requestTimeoutMs: 30_000 });
  // It takes this process some seconds: before anything waits for it.
  const bytes = bomb();
  const pauses = watchPauses();
  const faults = new FaultCount();
  const puts: PutTimes = new Map();
  const revisionTimes = new Map<number, RevisionTimes>();
  const watchRevisions = (exchange: Exchange) => {
    const times = revisionPut(exchange);
    if (times) revisionTimes.set(times.number, times);
  };
  try {
    const bundle = join(folder, 'handler.mjs');
    await bundleAsPackaged(FUNCTIONS.connect, bundle);
    const rulesTable = await createRulesTable(direct);
    const decisionsTable = await createDecisionsTable(direct);
    const until = Date.now() + forMs;
    const damage: Disturbance[] = [];
    const marks: string[] = [];
    const restarts = HANDLERS.map(() => 0);

    const sandboxes = HANDLERS.map(({ name, ...settings }, place) =>
      runSandbox(
        {
          name,
          settings,
          bundle,
          dynamoDb: dynamoDb.endpoint,
          rulesTable,
          decisionsTable,
          seed: seed + 10 * place,
          climate: HANDLER_CLIMATE,
          livesMs: LIVES_MS,
          pauseMs: PAUSE_MS,
          puts,
          faults,
          marks: () => marks,
          restarts: () => restarts[place] ?? 0,
        },
        until,
      ),
    );
    // Handlers that nobody waits for until the end must not end the process before.
    for (const sandbox of sandboxes) sandbox.catch(() => {});

    // Some connections come before the first policy.
    await sleep(1_500);
    const written = Array.from({ length: WRITERS }, async (_, place) => {
      const client = await writerClient(dynamoDb.endpoint, seed + 100 + place, { puts, faults, watchRevisions });
      try {
        return await writeUntil(until, client.client, rulesTable, new Random(seed + 200 + place), `writer-${place}`);
      } finally {
        await client.stop();
      }
    });
    const damaged = damageUntil(until, direct, rulesTable, new Random(seed + 300), {
      handlers: HANDLERS.length,
      bomb: bytes,
      damage,
      marks,
      restart: (place) => {
        restarts[place] = (restarts[place] ?? 0) + 1;
      },
    });
    const told = tellOften(until, () =>
      progress(`${faults.total} faults, ${revisionTimes.size} revisions, ${damage.length} damages`),
    );
    const [handled, writers, damages] = await Promise.all([
      Promise.all(sandboxes),
      Promise.all(written),
      damaged,
      told,
    ]);

    const stoodStill = pauses.stop();
    const store = new DynamoDbPolicyStore({ client: direct, tableName: rulesTable });
    const verified = await store.verify();
    const documents = await allDocuments(store);
    const surroundings: Surroundings = {
      revisions: revisionTimes,
      supersededAt: supersession(revisionTimes),
      pauses: stoodStill,
      decide: rememberingDecisions(documents),
    };
    const judged = handled.flatMap(({ runs }) =>
      runs.map((run) => judgeAnswers({ ...run, disturbances: [...run.disturbances, ...damage] }, surroundings)),
    );
    return storeFaultsResult(judged, handled, {
      dynamoDb: dynamoDb.name,
      faults,
      damages,
      writers,
      findings: [
        ...verified.findings
          .filter(({ code }) => code !== 'foreign-item')
          .map(({ key, message }) => `verify: ${key}: ${message}`),
        ...documentFaults(documents),
      ],
      pausesMs: stoodStill.reduce((sum, pause) => sum + pause.until - pause.from, 0),
    });
  } finally {
    pauses.stop();
    direct.destroy();
    await rm(folder, { recursive: true });
    await dynamoDb.stop();
  }
}

/** When a later revision was certainly there: numbers that an item of others held are passed over. */
function supersession(times: ReadonlyMap<number, RevisionTimes>): Surroundings['supersededAt'] {
  const numbers = [...times.keys()].sort((a, b) => a - b);
  return (revision) => {
    const next = numbers.find((number) => number > revision);
    return (next === undefined ? undefined : times.get(next)?.certainlyAt) ?? Number.POSITIVE_INFINITY;
  };
}

function revisionPut({ request, answered, forwardedAt, answeredAt }: Exchange) {
  if (request.operation !== 'PutItem' || answered?.status !== 200) return undefined;
  const digits = /"sk":\{"S":"REVISION#(\d{10})"\}/.exec(JSON.stringify(request.body))?.[1];
  if (digits === undefined || forwardedAt === undefined || answeredAt === undefined) return undefined;
  return { number: Number(digits), notBefore: forwardedAt, certainlyAt: answeredAt };
}

async function tellOften(until: number, tell: () => void): Promise<void> {
  while (Date.now() < until) {
    await sleep(Math.max(0, Math.min(5_000, until - Date.now())));
    tell();
  }
}
