/**
 * Packaged handlers decide while their store fails, writers write through faults of their own, and somebody damages the table. Every answer
 * must be the decision of a revision that was in force within the bounds of docs/operating.md, or the refusal that it names.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { bundleAsPackaged, FUNCTIONS } from '../../../bench/bundle-size/bundle.ts';
import { median } from '../../../bench/median.ts';
import { readRequest } from '../../../shared/client-vpn/index.ts';
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import { referenceDecide } from '../../../shared/engine/reference/reference-evaluator.ts';
import { DynamoDbPolicyStore, StoreError, writePolicy } from '../../../shared/store/index.ts';
import { createDecisionsTable, createRulesTable, localDocumentClient } from '../../../shared/store/testing/dynalite.ts';
import { type Exchange, type PutTimes, startFaultProxy } from '../../../shared/store/testing/fault-proxy.ts';
import { Random } from '../../fuzz/random.ts';
import { dynamoDbToTry } from '../local-dynamodb.ts';
import { watchPauses } from '../machine-pauses.ts';
import { countFigure, type SoakContext, type SoakPart, type SoakResult } from '../part.ts';
import { FaultCount } from '../random-fault.ts';
import { DAMAGES, type DamageKind, damageTable } from './damage.ts';
import {
  type AnswersJudged,
  type Disturbance,
  type HandlerSettings,
  judgeAnswers,
  type RevisionTimes,
  type Surroundings,
} from './judge-answers.ts';
import { bomb, changedPolicy, firstPolicy } from './policies.ts';
import { runSandbox, type SandboxRuns } from './sandbox.ts';
import { type Climate, weather } from './weather.ts';

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
const WRITER_CLIMATE: Climate = { calmMs: [500, 3_000], stormMs: [200, 2_000], mostLateMs: 4_000 };
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
    return result(judged, handled, {
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

interface Written {
  readonly tried: number;
  readonly acknowledged: number;
  /** What no fault of the store explains. */
  readonly faults: readonly string[];
}

interface Told {
  readonly dynamoDb: string;
  readonly faults: FaultCount;
  readonly damages: ReadonlyMap<string, number>;
  readonly writers: readonly Written[];
  readonly findings: readonly string[];
  readonly pausesMs: number;
}

function result(judged: readonly AnswersJudged[], handled: readonly SandboxRuns[], told: Told): SoakResult {
  const sum = (of: (one: AnswersJudged) => number) => judged.reduce((total, one) => total + of(one), 0);
  const most = (of: (one: AnswersJudged) => number) => Math.max(0, ...judged.map(of));
  const refused = new Map<string, number>();
  for (const { refusedWithoutPolicy } of judged) {
    for (const [cause, count] of refusedWithoutPolicy) refused.set(cause, (refused.get(cause) ?? 0) + count);
  }
  const refusals = [...refused.values()].reduce((total, count) => total + count, 0);
  const decided = sum((one) => one.decided);
  const admitted = sum((one) => one.admittedWithoutPolicy);
  const inconsistentReads = handled.reduce((total, one) => total + one.inconsistentReads, 0);
  const decidedMs = judged.flatMap((one) => one.decidedMs);
  const slowestMs = decidedMs.reduce((slowest, ms) => Math.max(slowest, ms), 0);
  const listed = (counts: ReadonlyMap<string, number>) =>
    [...counts].map(([what, count]) => `${what} ${count.toLocaleString('en')}`).join(', ');
  return {
    figures: [
      { what: 'DynamoDB', figure: told.dynamoDb },
      countFigure('faults injected', told.faults.total),
      { what: 'of these', figure: told.faults.text },
      countFigure(
        'times the table was damaged',
        [...told.damages.values()].reduce((total, count) => total + count, 0),
      ),
      { what: 'of these', figure: listed(told.damages) },
      countFigure('handlers started', judged.length),
      countFigure('answers', decided + refusals + admitted),
      countFigure('by a policy', decided),
      countFigure(
        'of these by one that was marked as stale',
        sum((one) => one.stale),
      ),
      countFigure('refused for want of a policy', refusals),
      { what: 'of these', figure: listed(refused) },
      countFigure('admitted for want of one, by ON_POLICY_UNAVAILABLE=allow', admitted),
      countFigure(
        'writes tried',
        told.writers.reduce((total, { tried }) => total + tried, 0),
      ),
      countFigure(
        'acknowledged',
        told.writers.reduce((total, { acknowledged }) => total + acknowledged, 0),
      ),
      countFigure(
        'wrong decisions',
        sum((one) => one.wrong),
      ),
      countFigure(
        'policies older than they may be',
        sum((one) => one.tooOld),
      ),
      countFigure(
        'malformed answers',
        sum((one) => one.malformed),
      ),
      { what: 'median answer with a policy in hand', figure: `${median(decidedMs).toFixed(1)} ms` },
      { what: 'slowest', figure: `${slowestMs.toFixed(0)} ms` },
      {
        what: 'slowest answer without a policy in hand',
        figure: `${most((one) => one.slowestWithoutPolicyMs).toFixed(0)} ms`,
      },
      {
        what: 'longest from the end of a fault to the end of what it did (no new try for 5 s)',
        figure: `${(most((one) => one.slowestRecoveryMs) / 1_000).toFixed(1)} s`,
      },
      {
        what: 'most memory of a handler, bombs included',
        figure: `${(Math.max(...handled.map((one) => one.mostResidentBytes)) / 2 ** 20).toFixed(0)} MB`,
      },
      { what: 'the machine stood still for', figure: `${(told.pausesMs / 1_000).toFixed(1)} s` },
    ],
    failures: [
      ...judged.flatMap(({ failures }) => failures),
      ...told.findings,
      ...told.writers.flatMap(({ faults }) => faults),
      ...(inconsistentReads > 0 ? [`${inconsistentReads} reads that must be consistent did not ask for it`] : []),
      // A run that tried nothing proves nothing.
      ...(told.faults.total === 0 ? ['no fault was injected'] : []),
      ...(told.damages.size === 0 ? ['the table was never damaged'] : []),
      ...(told.writers.every(({ acknowledged }) => acknowledged === 0) ? ['no write was acknowledged'] : []),
      ...(decided === 0 ? ['nothing was decided by a policy'] : []),
    ],
  };
}

async function writerClient(
  dynamoDb: string,
  seed: number,
  watched: {
    readonly puts: PutTimes;
    readonly faults: FaultCount;
    readonly watchRevisions: (exchange: Exchange) => void;
  },
) {
  const faultAt = weather(new Random(seed), WRITER_CLIMATE, Date.now());
  const proxy = await startFaultProxy(dynamoDb, {
    faultFor: ({ at }) => faultAt(at),
    puts: watched.puts,
    onExchange(exchange) {
      watched.faults.add(exchange.fault);
      watched.watchRevisions(exchange);
    },
  });
  const client = localDocumentClient(proxy.endpoint, { requestTimeoutMs: 1_000 });
  return {
    client,
    async stop() {
      // What is late arrives before the table is looked at.
      await sleep(WRITER_CLIMATE.mostLateMs + 500);
      client.destroy();
      await proxy.stop();
    },
  };
}

async function writeUntil(
  until: number,
  client: DynamoDBDocumentClient,
  tableName: string,
  random: Random,
  name: string,
): Promise<Written> {
  const store = new DynamoDbPolicyStore({ client, tableName });
  let [tried, acknowledged] = [0, 0];
  const faults: string[] = [];
  while (Date.now() < until) {
    tried++;
    const note = `${name} ${tried}`;
    try {
      await writePolicy(store, {
        change: (current) => (current ? changedPolicy(current.document, random, note) : firstPolicy(random)),
        author: { type: 'local', id: name },
        reason: note,
        confirm: ['lockout'],
        now: Date.now,
        deadlineMs: 5_000,
      });
      acknowledged++;
    } catch (error) {
      // Every change is one that the checks take: what is refused was made of something that nobody wrote.
      if (!(error instanceof StoreError)) faults.push(`${note}: ${error}`);
    }
    await sleep(random.integer(100, 900));
  }
  return { tried, acknowledged, faults };
}

interface DamageDone {
  readonly bomb: Buffer;
  readonly damage: Disturbance[];
  readonly marks: string[];
  /** Starts one of the handlers anew: while it has the policy in hand it needs no part of it. */
  restart(handler: number): void;
}

/** How long damage lasts, in milliseconds: at least, at most. A damaged part is met by who starts meanwhile, which takes a second. */
function durationOf(kind: DamageKind): readonly [number, number] {
  if (kind.startsWith('foreign')) return [200, 400];
  return kind.startsWith('part') ? [2_000, 4_000] : [600, 2_500];
}

/** @returns how often each kind was done */
async function damageUntil(
  until: number,
  client: DynamoDBDocumentClient,
  tableName: string,
  random: Random,
  { bomb: bytes, damage, marks, restart }: DamageDone,
): Promise<ReadonlyMap<string, number>> {
  const done = new Map<string, number>();
  const store = new DynamoDbPolicyStore({ client, tableName });
  while ((await store.head()) === undefined && Date.now() < until) await sleep(100);
  const table = { client, tableName, random, bomb: bytes };
  let untried = [...DAMAGES];
  for (;;) {
    await sleep(random.integer(200, 1_500));
    if (untried.length === 0) untried = [...DAMAGES];
    const [kind = DAMAGES[0]] = untried.splice(random.integer(0, untried.length - 1), 1);
    const lastsMs = random.integer(...durationOf(kind));
    // Damage that nobody could meet is none.
    if (Date.now() + lastsMs >= until) return done;
    const from = Date.now();
    const { harms, mark, mend } = await damageTable(table, kind);
    const certainlyFrom = Date.now();
    const isHarmful = harms !== 'nobody';
    if (isHarmful) marks.push(mark);
    if (harms === 'all') restart(random.integer(0, HANDLERS.length - 1));
    if (harms === 'some') for (const place of HANDLERS.keys()) restart(place);
    await sleep(lastsMs);
    const certainlyUntil = Date.now();
    await mend();
    if (isHarmful) damage.push({ kind: 'damage', from, until: Date.now() });
    if (harms === 'all') damage.push({ kind: 'unreadable-head', from: certainlyFrom, until: certainlyUntil });
    done.set(kind, (done.get(kind) ?? 0) + 1);
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

async function allDocuments(store: DynamoDbPolicyStore): Promise<ReadonlyMap<number, PolicyDocument>> {
  const documents = new Map<number, PolicyDocument>();
  let before: number | undefined;
  do {
    const page = await store.revisions({ before, limit: 100 });
    for (const revision of page.revisions) documents.set(revision.number, (await store.load(revision)).document);
    before = page.next;
  } while (before !== undefined);
  return documents;
}

/** No writer takes up what damage says: no change that is made here opens the VPN for everybody. */
function documentFaults(documents: ReadonlyMap<number, PolicyDocument>): string[] {
  return [...documents].flatMap(([number, { defaultEffect }]) =>
    defaultEffect === 'deny' ? [] : [`revision ${number} was made of a damaged policy`],
  );
}

/** What the reference evaluator says. The policies know no times, so that a connection's user and address say it all. */
function rememberingDecisions(documents: ReadonlyMap<number, PolicyDocument>): Surroundings['decide'] {
  const known = new Map<string, { readonly allow: boolean; readonly message: string }>();
  return (revision, event, atMs) => {
    const document = documents.get(revision);
    if (document === undefined) return undefined;
    const key = `${revision} ${event.username} ${event['public-ip']}`;
    let decision = known.get(key);
    if (decision === undefined) {
      const anyConnection = { ...event, 'connection-id': ID };
      const { allow, message = '' } = referenceDecide(document, readRequest(anyConnection), atMs);
      decision = { allow, message };
      known.set(key, decision);
    }
    const { allow, message } = decision;
    return { allow, message: message.replaceAll(ID, String(event['connection-id'])) };
  };
}

/** In the place of a connection's id. */
const ID = 'cvpn-connection-of-anybody';

async function tellOften(until: number, tell: () => void): Promise<void> {
  while (Date.now() < until) {
    await sleep(Math.max(0, Math.min(5_000, until - Date.now())));
    tell();
  }
}
