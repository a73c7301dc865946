/**
 * Writers and readers at once, all of whose requests may meet a fault; afterwards the history is judged: no update is lost, nothing is
 * older than it may be, and the order of the revisions is the order in which things happened.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import {
  CommitOutcomeUnknownError,
  createPolicyCache,
  currentPolicy,
  DynamoDbPolicySource,
  DynamoDbPolicyStore,
  StoreError,
  writePolicy,
} from '../../../shared/store/index.ts';
import { createRulesTable, localDocumentClient } from '../../../shared/store/testing/dynalite.ts';
import {
  FAULT_KINDS,
  type FaultProxy,
  isEventuallyConsistent,
  type PutTimes,
  startFaultProxy,
} from '../../../shared/store/testing/fault-proxy.ts';
import { Random } from '../../fuzz/random.ts';
import { dynamoDbToTry } from '../local-dynamodb.ts';
import { countFigure, type SoakContext, type SoakPart, type SoakResult } from '../part.ts';
import { FaultCount, randomFault } from '../random-fault.ts';
import {
  type CachedReadSeen,
  judge,
  type ReadSeen,
  type RevisionSeen,
  type State,
  type WriteSeen,
} from './check-history.ts';

export const history: SoakPart = {
  name: 'history',
  title: 'concurrent writers and readers under faults: no lost update, no stale read, one order',
  run: (context) =>
    tryHistory(context, {
      forMs: context.isShort ? 12_000 : 300_000,
      writers: 8,
      readers: 4,
      cachedReaders: 8,
      faultProbability: 0.12,
    }),
};

export interface HistoryOptions {
  readonly forMs: number;
  readonly writers: number;
  /** Strongly consistent ones. */
  readonly readers: number;
  /** Half of them meet faults. */
  readonly cachedReaders: number;
  /** Of each request of those that meet faults. */
  readonly faultProbability: number;
  /** Changes the clients of writers: to try whether what they break is seen. */
  readonly spoilWriter?: ((client: DynamoDBDocumentClient) => void) | undefined;
}

/** Short, so that there are many of them in a minute. */
const TTL_MS = 300;
const CHECK_MS = 150;
const MAX_STALE_MS = 3_000;
/** What a busy machine may take between an answer and the note of it. */
const SLACK_MS = 150;
/** A request that has no answer for so long is sent again; some faults take longer, so that requests are carried out when nobody waits for them. */
const REQUEST_TIMEOUT_MS = 300;
const MOST_LATE_MS = 900;
const WRITE_DEADLINE_MS = 3_000;

export async function tryHistory(
  { seed, progress }: Pick<SoakContext, 'seed' | 'progress'>,
  options: HistoryOptions,
): Promise<SoakResult> {
  const dynamoDb = await dynamoDbToTry();
  const faults = new FaultCount();
  const puts: PutTimes = new Map();
  const proxies: FaultProxy[] = [];
  const clients: DynamoDBDocumentClient[] = [];
  let behindWhereItMustNot = 0;

  /** A client of its own; @param probability of a fault at each request */
  const clientOf = async (name: string, probability: number): Promise<DynamoDBDocumentClient> => {
    const random = new Random(seed ^ hashOf(name));
    const proxy = await startFaultProxy(dynamoDb.endpoint, {
      faultFor: () => (random.chance(probability) ? randomFault(random, FAULT_KINDS, MOST_LATE_MS) : undefined),
      puts,
      onExchange({ fault, request }) {
        faults.add(fault);
        // Only parts, which never change, may be read from a replica that is behind.
        if (isEventuallyConsistent(request) && request.operation !== 'BatchGetItem') behindWhereItMustNot++;
      },
    });
    proxies.push(proxy);
    const client = localDocumentClient(proxy.endpoint, { requestTimeoutMs: REQUEST_TIMEOUT_MS, maxAttempts: 2 });
    clients.push(client);
    return client;
  };

  const direct = localDocumentClient(dynamoDb.endpoint, { requestTimeoutMs: 30_000 });
  try {
    const tableName = await createRulesTable(direct);
    const store = new DynamoDbPolicyStore({ client: direct, tableName });
    await writeAs(store, 'nobody', 'nobody-0');
    const writes: WriteSeen[] = [];
    const reads: ReadSeen[] = [];
    const cachedReads: CachedReadSeen[] = [];
    const until = performance.now() + options.forMs;
    const named = (count: number, name: string) => Array.from({ length: count }, (_, place) => `${name}-${place + 1}`);
    const isQuiet = (place: number) => place % 2 === 0;

    await Promise.all([
      ...named(options.writers, 'writer').map(async (name) => {
        const client = await clientOf(name, options.faultProbability);
        options.spoilWriter?.(client);
        await write(new DynamoDbPolicyStore({ client, tableName }), name, until, writes);
      }),
      ...named(options.readers, 'reader').map(async (name, place) => {
        const client = await clientOf(name, isQuiet(place) ? 0 : options.faultProbability);
        await read(new DynamoDbPolicyStore({ client, tableName }), name, until, reads);
      }),
      ...named(options.cachedReaders, 'cached reader').map(async (name, place) => {
        const client = await clientOf(name, isQuiet(place) ? 0 : options.faultProbability);
        await readCached(new DynamoDbPolicySource({ client, tableName }), name, until, cachedReads);
      }),
      tellOften(until, () =>
        progress(`${writes.length} writes, ${reads.length + cachedReads.length} reads, ${faults.total} faults`),
      ),
    ]);
    // What is late arrives now.
    await sleep(MOST_LATE_MS + 200);

    const verified = await store.verify();
    const revisions = await allRevisions(store);
    const judged = judge({
      revisions,
      writes,
      reads,
      cachedReads,
      freshMs: TTL_MS + CHECK_MS + SLACK_MS,
      staleMs: MAX_STALE_MS + CHECK_MS + SLACK_MS,
    });
    // A run that tried nothing proves nothing.
    const untried = Object.entries({ faults, writes, reads, cachedReads })
      .filter(([, seen]) => ('length' in seen ? seen.length : seen.total) === 0)
      .map(([what]) => `there were no ${what}`);
    const failures = [
      ...judged.failures,
      ...untried,
      ...verified.findings.map((finding) => `verify: ${finding.key}: ${finding.message}`),
      ...(behindWhereItMustNot > 0 ? [`${behindWhereItMustNot} reads that must be consistent did not ask for it`] : []),
    ];
    const outcomes = (was: WriteSeen['outcome']['was']) => writes.filter(({ outcome }) => outcome.was === was).length;
    return {
      figures: [
        { what: 'DynamoDB', figure: dynamoDb.name },
        {
          what: 'writers, readers, caches',
          figure: `${options.writers}, ${options.readers}, ${options.cachedReaders}`,
        },
        countFigure('faults injected', faults.total),
        { what: 'of these', figure: faults.text },
        countFigure('writes tried', writes.length),
        countFigure('acknowledged', outcomes('acknowledged')),
        countFigure('told that nothing was written', outcomes('refused')),
        countFigure('told that it is not known', outcomes('unknown')),
        countFigure('revisions', revisions.length),
        countFigure('strongly consistent reads', reads.length),
        countFigure('reads of caches', cachedReads.length),
        countFigure('of these marked as stale', cachedReads.filter(({ stale }) => stale).length),
        countFigure('lost updates', judged.lostUpdates),
        countFigure('stale reads beyond the TTL', judged.staleBeyondBound),
        {
          what: `furthest behind of a cached read, with a TTL of ${TTL_MS} ms and ${CHECK_MS} ms for a check`,
          figure: `${Math.round(Math.max(0, judged.worstBehindMs))} ms`,
        },
      ],
      failures,
    };
  } finally {
    for (const client of [...clients, direct]) client.destroy();
    for (const proxy of proxies) await proxy.stop();
    await dynamoDb.stop();
  }
}

async function write(store: DynamoDbPolicyStore, client: string, until: number, seen: WriteSeen[]): Promise<void> {
  for (let count = 1; performance.now() < until; count++) {
    const id = `${client}-${count}`;
    const begunAt = performance.now();
    const outcome = await writeAs(store, client, id);
    seen.push({ client, id, begunAt, endedAt: performance.now(), outcome });
  }
}

/** Puts an id in the writer's place, through the gate of all writes. */
async function writeAs(store: DynamoDbPolicyStore, writer: string, id: string): Promise<WriteSeen['outcome']> {
  try {
    const { written, revision } = await writePolicy(store, {
      change: (current) => withState({ ...stateOf(current?.document), [writer]: id }),
      author: { type: 'local', id: writer },
      reason: id,
      confirm: [],
      now: Date.now,
      deadlineMs: WRITE_DEADLINE_MS,
    });
    if (!written || !revision) throw new Error(`INVARIANT: ${id} changes the policy`);
    return { was: 'acknowledged', revision: revision.number };
  } catch (error) {
    if (error instanceof CommitOutcomeUnknownError) return { was: 'unknown' };
    if (error instanceof StoreError) return { was: 'refused' };
    throw error;
  }
}

async function read(store: DynamoDbPolicyStore, client: string, until: number, seen: ReadSeen[]): Promise<void> {
  while (performance.now() < until) {
    const begunAt = performance.now();
    const loaded = await currentPolicy(store).catch((error: unknown) => {
      if (error instanceof StoreError) return undefined;
      throw error;
    });
    const endedAt = performance.now();
    if (loaded) {
      seen.push({ client, begunAt, endedAt, revision: loaded.revision.number, state: stateOf(loaded.document) });
    }
    await sleep(5);
  }
}

async function readCached(
  source: DynamoDbPolicySource,
  client: string,
  until: number,
  seen: CachedReadSeen[],
): Promise<void> {
  const cache = createPolicyCache({
    source,
    compile: stateOf,
    ttlMs: TTL_MS,
    refreshTimeoutMs: CHECK_MS,
    maxStaleMs: MAX_STALE_MS,
    retryAfterFailureMs: 200,
    retryEmptyHandedMs: 50,
    reserveMs: 0,
    now: () => performance.now(),
  });
  while (performance.now() < until) {
    const begunAt = performance.now();
    const inHand = await cache.get({ remainingMs: 1_000 });
    const endedAt = performance.now();
    if (inHand.status === 'ready') {
      const { revision, policy: state, stale } = inHand;
      seen.push({ client, begunAt, endedAt, revision, state, stale });
    }
    await sleep(10);
  }
}

async function allRevisions(store: DynamoDbPolicyStore): Promise<RevisionSeen[]> {
  const seen: RevisionSeen[] = [];
  let before: number | undefined;
  do {
    const page = await store.revisions({ before, limit: 100 });
    for (const revision of page.revisions) {
      seen.push({ number: revision.number, state: stateOf((await store.load(revision)).document) });
    }
    before = page.next;
  } while (before !== undefined);
  return seen.reverse();
}

/** Each writer has a rule of its own, whose message says what it wrote last. */
function withState(state: State): PolicyDocument {
  const rules = Object.entries(state)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, message]) => ({ id, effect: 'deny' as const, match: { users: [`user-of-${id}`] }, message }));
  return { version: 1, defaultEffect: 'allow', rules };
}

function stateOf(document: PolicyDocument | undefined): State {
  return Object.fromEntries(
    (document?.rules ?? []).map(({ id, ...rule }) => [id, 'message' in rule ? `${rule.message}` : '']),
  );
}

async function tellOften(until: number, tell: () => void): Promise<void> {
  while (performance.now() < until) {
    await sleep(Math.max(0, Math.min(5_000, until - performance.now())));
    tell();
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash;
}
