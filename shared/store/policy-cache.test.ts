/** The cache in front of a real store: dynalite, behind a proxy that breaks, stalls and counts. Time is an argument. */

import { randomBytes } from 'node:crypto';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { PolicyDocument } from '../engine/index.ts';
import { DynamoDbPolicySource } from './dynamodb-policy-source.ts';
import { DynamoDbPolicyStore } from './dynamodb-policy-store.ts';
import { createPolicyCache, type PolicyCacheEvent, type PolicyCacheOptions } from './policy-cache.ts';
import { encodeRevision, revisionKey } from './revision.ts';
import { createRulesTable, type LocalDynamoDb, localDocumentClient, startDynalite } from './testing/dynalite.ts';
import { AUTHOR, bigPolicy, blockedUsers, policyThatBlocks } from './testing/policies.ts';
import { startTcpProxy, type TcpProxy } from './testing/tcp-proxy.ts';

const SECOND = 1_000;
const TTL = 10 * SECOND;
const HOUR = 3_600 * SECOND;

/** Compiles to the names of the users that it blocks; a policy that blocks `poison` does not compile. */
function compile(document: PolicyDocument): string[] {
  const users = blockedUsers(document);
  if (users.includes('poison')) throw new Error('an unknown condition');
  return users;
}

describe('The policy cache', () => {
  let dynalite: LocalDynamoDb;
  let client: DynamoDBDocumentClient;
  let proxy: TcpProxy;
  let tableName: string;
  let store: DynamoDbPolicyStore;
  let source: DynamoDbPolicySource;
  let now: number;
  let events: PolicyCacheEvent[];

  beforeAll(async () => {
    dynalite = await startDynalite();
    client = localDocumentClient(dynalite.endpoint);
  });
  beforeEach(async () => {
    proxy = await startTcpProxy(dynalite.port);
    tableName = await createRulesTable(client);
    store = new DynamoDbPolicyStore({ client, tableName });
    source = new DynamoDbPolicySource({ client: localDocumentClient(proxy.endpoint, { maxAttempts: 1 }), tableName });
    now = Date.parse('2026-11-24T10:00:00Z');
    events = [];
  });
  afterEach(() => proxy.stop());
  afterAll(() => dynalite.stop());

  const makeCache = (options: Partial<PolicyCacheOptions<string[]>> = {}) =>
    createPolicyCache({
      source,
      compile,
      now: () => now,
      // Wide, so that a busy machine changes no result.
      refreshTimeoutMs: 10 * SECOND,
      random: () => 0,
      onEvent: (event) => events.push(event),
      ...options,
    });
  const get = (cache: ReturnType<typeof makeCache>) => cache.get({ remainingMs: 30 * SECOND });
  const publish = async (document: PolicyDocument) => {
    await store.commit({ prepare: () => ({ document, summary: '' }), author: AUTHOR, reason: '' });
  };
  const typesOf = (list: readonly PolicyCacheEvent[]) => list.map(({ type }) => type);
  const queries = () => proxy.operations.filter((operation) => operation === 'Query').length;

  describe('while the store answers', () => {
    it('asks once for many callers at once, and no more until the TTL has run out', async () => {
      await publish(policyThatBlocks('batchi'));
      const cache = makeCache();
      const answers = await Promise.all(Array.from({ length: 50 }, () => get(cache)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['ready']));
      now += TTL - 1;
      expect(await get(cache)).toMatchObject({
        status: 'ready',
        policy: ['batchi'],
        revision: 1,
        checkedAgeMs: TTL - 1,
        stale: false,
      });
      expect(proxy.operations).toEqual(['Query', 'BatchGetItem']);
    });

    it('asks with one query and no more when nothing changed', async () => {
      await publish(policyThatBlocks('batchi'));
      const cache = makeCache();
      await get(cache);
      now += TTL;
      await Promise.all([get(cache), get(cache)]);
      expect(proxy.operations).toEqual(['Query', 'BatchGetItem', 'Query']);
      expect(typesOf(events)).toEqual(['refreshed', 'unchanged']);
    });

    it('obeys a change within one TTL', async () => {
      await publish(policyThatBlocks('a'));
      const cache = makeCache();
      await get(cache);
      await publish(policyThatBlocks('b'));
      now += TTL;
      expect(await get(cache)).toMatchObject({ policy: ['b'], revision: 2, checkedAgeMs: 0 });
      expect(events.at(-1)).toEqual({ type: 'refreshed', revision: 2, previous: 1 });
    });

    it('reads only the parts that are new', async () => {
      const big = bigPolicy(2_000, 20_000);
      await publish(big);
      const asked: string[] = [];
      const counting = localDocumentClient(dynalite.endpoint);
      counting.middlewareStack.add(
        (next) => (args) => {
          const { RequestItems } = args.input as { RequestItems?: Record<string, { Keys: unknown[] }> };
          if (RequestItems) asked.push(`${RequestItems[tableName]?.Keys.length} parts`);
          return next(args);
        },
        { step: 'initialize' },
      );
      const cache = makeCache({ source: new DynamoDbPolicySource({ client: counting, tableName }) });
      await get(cache);
      await publish({ ...big, defaultMessage: 'Ask the help desk.' });
      now += TTL;
      expect(await get(cache)).toMatchObject({ revision: 2 });
      expect(Number.parseInt(asked[0] ?? '', 10)).toBeGreaterThan(4);
      expect(asked.slice(1)).toEqual(['1 parts']);
    });

    it('comes by a policy that takes longer to read than a check may, over several checks', async () => {
      await publish(policyThatBlocks('a'));
      const noise = Array.from({ length: 60_000 }, () => randomBytes(32).toString('base64'));
      const sets = { noise: { kind: 'user', entries: noise } } as const;
      const slow = localDocumentClient(dynalite.endpoint);
      let first: Promise<unknown> | undefined;
      slow.middlewareStack.add(
        (next) => async (args) => {
          if (!('RequestItems' in args.input)) return next(args);
          // The first batch of each check is answered; with the others the time runs out.
          if (first) {
            await first;
            throw Object.assign(new Error('too slow'), { name: 'TimeoutError' });
          }
          const answer = next(args);
          first = answer;
          return answer;
        },
        { step: 'initialize' },
      );
      const cache = makeCache({ source: new DynamoDbPolicySource({ client: slow, tableName }) });
      await get(cache);
      await publish({ ...policyThatBlocks('b'), sets });
      let checks = 0;
      let answer = await get(cache);
      for (; checks < 20 && answer.status === 'ready' && answer.revision === 1; checks++) {
        now += TTL;
        first = undefined;
        answer = await get(cache);
      }
      expect(answer).toMatchObject({ status: 'ready', policy: ['b'], revision: 2, stale: false });
      expect(checks).toBeGreaterThan(1);
    }, 30_000);

    it('takes some jitter off the TTL, never adds to it', async () => {
      await publish(policyThatBlocks('a'));
      const cache = makeCache({ random: () => 1, jitter: 0.2 });
      await get(cache);
      now += 0.8 * TTL - 1;
      await get(cache);
      expect(queries()).toBe(1);
      now += 1;
      await get(cache);
      expect(queries()).toBe(2);
    });

    it('takes a clock that stepped back as expired', async () => {
      await publish(policyThatBlocks('a'));
      const cache = makeCache();
      await get(cache);
      now -= HOUR;
      expect(await get(cache)).toMatchObject({ status: 'ready', stale: false });
      expect(queries()).toBe(2);
      now += SECOND;
      await get(cache);
      expect(queries()).toBe(2);
    });

    it('says that no policy is published yet, asks each time, and serves the first one at once', async () => {
      const cache = makeCache();
      expect(await get(cache)).toEqual({ status: 'unavailable', cause: 'empty' });
      await publish(policyThatBlocks('a'));
      expect(await get(cache)).toMatchObject({ status: 'ready', policy: ['a'] });
      expect(typesOf(events)).toEqual(['empty', 'refreshed']);
    });

    it('tells of items of others', async () => {
      await publish(policyThatBlocks('a'));
      await client.send(
        new PutCommand({ TableName: tableName, Item: { pk: 'POLICY', sk: revisionKey(2), note: 'mine' } }),
      );
      expect(await get(makeCache())).toMatchObject({ status: 'ready', revision: 1 });
      expect(events[0]).toEqual({ type: 'foreign-item', key: revisionKey(2) });
    });

    it('does without a TTL', async () => {
      await publish(policyThatBlocks('a'));
      const cache = makeCache({ ttlMs: 0, maxStaleMs: 0 });
      for (const _ of [1, 2]) expect(await get(cache)).toMatchObject({ status: 'ready', stale: false });
      expect(queries()).toBe(2);
    });
  });

  describe('while the store is down', () => {
    it('serves the last good policy until it is too old, then says so, and is fresh within one TTL when the store is back', async () => {
      await publish(policyThatBlocks('a'));
      const cache = makeCache({ maxStaleMs: HOUR });
      await get(cache);
      proxy.mode = 'refuse';
      now += TTL;
      expect(await get(cache)).toMatchObject({ status: 'ready', policy: ['a'], stale: true, checkedAgeMs: TTL });
      expect(events.at(-1)).toMatchObject({ type: 'failed', cause: 'unreachable' });
      now += HOUR - TTL - 1;
      expect(await get(cache)).toMatchObject({ status: 'ready', stale: true });
      now += 1;
      expect(await get(cache)).toMatchObject({
        status: 'unavailable',
        cause: 'expired',
        failure: 'unreachable',
        revision: 1,
        checkedAgeMs: HOUR,
      });
      await publish(policyThatBlocks('b'));
      proxy.mode = 'pass';
      now += TTL;
      expect(await get(cache)).toMatchObject({ status: 'ready', policy: ['b'], stale: false });
    });

    it('does not try again for five seconds after a failure', async () => {
      await publish(policyThatBlocks('a'));
      const cache = makeCache();
      await get(cache);
      proxy.mode = 'refuse';
      now += TTL;
      await Promise.all([get(cache), get(cache)]);
      now += 5 * SECOND - 1;
      await get(cache);
      expect(typesOf(events)).toEqual(['refreshed', 'failed']);
      now += 1;
      await get(cache);
      expect(typesOf(events)).toEqual(['refreshed', 'failed', 'failed']);
    });

    it('says that the store cannot be reached when none was ever loaded, and tries again after a second', async () => {
      await publish(policyThatBlocks('a'));
      const cache = makeCache();
      proxy.mode = 'refuse';
      expect(await get(cache)).toMatchObject({
        status: 'unavailable',
        cause: 'unreachable',
        error: { code: 'store-unreachable' },
      });
      proxy.mode = 'pass';
      now += SECOND - 1;
      expect(await get(cache)).toMatchObject({ status: 'unavailable', cause: 'unreachable' });
      now += 1;
      expect(await get(cache)).toMatchObject({ status: 'ready' });
    });

    it('tries again at once after a failure that nobody waited for', async () => {
      await publish(policyThatBlocks('a'));
      const cache = makeCache();
      proxy.mode = 'refuse';
      expect(await cache.get({ remainingMs: 30 * SECOND, beforehand: true })).toMatchObject({ cause: 'unreachable' });
      proxy.mode = 'pass';
      expect(await get(cache)).toMatchObject({ status: 'ready' });
    });

    it('forgets no age when the clock steps back', async () => {
      await publish(policyThatBlocks('a'));
      const cache = makeCache({ maxStaleMs: HOUR });
      await get(cache);
      proxy.mode = 'refuse';
      for (let step = 0; step < 3; step++) {
        now += HOUR / 3;
        await get(cache);
        now -= HOUR / 3;
        await get(cache);
      }
      expect(await get(cache)).toMatchObject({ status: 'unavailable', cause: 'expired', checkedAgeMs: HOUR });
    });

    it('gives up a slow store at the bound, answers stale, and leaves no request behind', async () => {
      await publish(policyThatBlocks('a'));
      const cache = makeCache({ refreshTimeoutMs: 30 });
      await get(cache);
      await publish(policyThatBlocks('b'));
      proxy.mode = 'stall';
      now += TTL;
      const answers = await Promise.all([get(cache), get(cache)]);
      expect(answers).toMatchObject([
        { policy: ['a'], stale: true },
        { policy: ['a'], stale: true },
      ]);
      expect(queries()).toBe(2);
      expect(events.at(-1)).toMatchObject({ type: 'failed', cause: 'unreachable' });
      proxy.mode = 'pass';
      // On a busy machine an answer too can take longer than the bound.
      let answer = await get(cache);
      while (answer.status === 'ready' && answer.stale) {
        now += TTL;
        answer = await get(cache);
      }
      expect(answer).toMatchObject({ policy: ['b'], revision: 2 });
    });

    it('waits for its first policy only as long as the invocation can', async () => {
      // Long enough for the query to leave on a busy machine, far less than the client's own limits.
      const cache = makeCache({ reserveMs: 100 });
      proxy.mode = 'stall';
      expect(await cache.get({ remainingMs: 600 })).toMatchObject({ status: 'unavailable', cause: 'unreachable' });
      expect(await cache.get({ remainingMs: 100 })).toMatchObject({ status: 'unavailable', cause: 'unreachable' });
      expect(queries()).toBe(1);
    });

    it('ends a wait by the signal', async () => {
      proxy.mode = 'stall';
      const cache = makeCache();
      const answer = cache.get({ remainingMs: 60 * SECOND, signal: AbortSignal.timeout(20) });
      expect(await answer).toMatchObject({ status: 'unavailable', cause: 'unreachable' });
      expect(await cache.get({ remainingMs: SECOND, signal: AbortSignal.abort() })).toMatchObject({
        status: 'unavailable',
      });
    });
  });

  describe('when what the store holds is damaged', () => {
    const damages: [string, () => Promise<void>][] = [
      ['a policy that does not compile', () => publish(policyThatBlocks('b', 'poison'))],
      [
        'a marked head that cannot be read',
        async () => {
          const Item = { pk: 'POLICY', sk: revisionKey(2), kind: 'client-vpn-policy/revision@1' };
          await client.send(new PutCommand({ TableName: tableName, Item }));
        },
      ],
      [
        'a policy in a newer language',
        async () => {
          const head = await store.revision(1);
          const Item = { ...encodeRevision({ ...head, number: 2, languageVersion: 2, writeId: 'newer' }) };
          await client.send(new PutCommand({ TableName: tableName, Item }));
        },
      ],
    ];

    it.each(damages)('keeps the last good policy until it is too old: %s', async (_, damage) => {
      await publish(policyThatBlocks('a'));
      const cache = makeCache({ maxStaleMs: HOUR });
      await get(cache);
      await damage();
      now += TTL;
      expect(await get(cache)).toMatchObject({ status: 'ready', policy: ['a'], revision: 1, stale: true });
      expect(events.at(-1)).toMatchObject({ type: 'failed', cause: 'corrupt' });
      now += HOUR;
      expect(await get(cache)).toMatchObject({ status: 'unavailable', cause: 'expired', failure: 'corrupt' });
    });

    it.each(damages)('has no policy when none was loaded before: %s', async (_, damage) => {
      await publish(policyThatBlocks('a'));
      await damage();
      expect(await get(makeCache())).toMatchObject({ status: 'unavailable', cause: 'corrupt' });
    });

    it('takes a head that vanished as damage, never as a policy that was not published yet', async () => {
      await publish(policyThatBlocks('a'));
      let emptied = false;
      const vanishing = {
        head: () => (emptied ? Promise.resolve(undefined) : source.head()),
        load: source.load.bind(source),
      };
      const cache = makeCache({ source: vanishing, maxStaleMs: HOUR });
      await get(cache);
      emptied = true;
      now += TTL;
      expect(await get(cache)).toMatchObject({ status: 'ready', policy: ['a'], stale: true });
      now += HOUR;
      expect(await get(cache)).toMatchObject({ status: 'unavailable', cause: 'expired', failure: 'corrupt' });
    });

    it.each([true, false])(
      'takes no answer for no word on damage seen before; a policy in hand: %s',
      async (inHand) => {
        await publish(policyThatBlocks('a'));
        const cache = makeCache({ maxStaleMs: HOUR });
        if (inHand) await get(cache);
        await publish(policyThatBlocks('poison'));
        now += TTL;
        await get(cache);
        proxy.mode = 'refuse';
        now += HOUR;
        const failure = inHand ? { cause: 'expired', failure: 'corrupt' } : { cause: 'corrupt' };
        expect(await get(cache)).toMatchObject({ ...failure, error: { code: 'store-corrupt' } });
        expect(events.at(-1)).toMatchObject({ type: 'failed', cause: 'unreachable' });
        await publish(policyThatBlocks('b'));
        proxy.mode = 'pass';
        now += TTL;
        expect(await get(cache)).toMatchObject({ status: 'ready', policy: ['b'] });
        proxy.mode = 'refuse';
        now += HOUR;
        expect(await get(cache)).toMatchObject({ cause: 'expired', failure: 'unreachable' });
      },
    );

    it('reads a policy that does not compile once, and serves the next one', async () => {
      await publish(policyThatBlocks('a'));
      const cache = makeCache();
      await get(cache);
      await publish(policyThatBlocks('poison'));
      for (let tries = 0; tries < 3; tries++) {
        now += TTL;
        await get(cache);
      }
      expect(proxy.operations.filter((operation) => operation === 'BatchGetItem')).toHaveLength(2);
      await publish(policyThatBlocks('c'));
      now += TTL;
      expect(await get(cache)).toMatchObject({ policy: ['c'], stale: false });
    });

    it('takes a store that says no as no outage', async () => {
      const nowhere = new DynamoDbPolicySource({ client, tableName: 'no-such-table' });
      expect(await get(makeCache({ source: nowhere }))).toMatchObject({
        cause: 'corrupt',
        error: { code: 'store-refused' },
      });
    });
  });

  it('never rejects, whatever the source throws and whoever listens', async () => {
    for (const thrown of [new TypeError('a bug'), 'text', undefined]) {
      const broken = { head: () => Promise.reject(thrown), load: () => Promise.reject(thrown) };
      const onEvent = () => {
        throw new Error('nobody takes it');
      };
      expect(await get(makeCache({ source: broken, onEvent }))).toMatchObject({
        status: 'unavailable',
        cause: 'corrupt',
      });
    }
    const throwing = {
      head: () => {
        throw new Error('at once');
      },
      load: () => Promise.reject(new Error()),
    };
    expect(await get(makeCache({ source: throwing }))).toMatchObject({ status: 'unavailable', cause: 'corrupt' });
  });
});
