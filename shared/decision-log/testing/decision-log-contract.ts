/** What the decision log must do, whatever DynamoDB is behind it. */
import { type DynamoDBDocumentClient, GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDecisionsTable, localDocumentClient } from '../../store/testing/dynalite.ts';
import { type Fault, startFaultProxy } from '../../store/testing/fault-proxy.ts';
import type { DynamoDbUnderTest } from '../../store/testing/policy-store-contract.ts';
import {
  type ConnectOutcome,
  createDecisionLog,
  createDecisionSource,
  DecisionCursorError,
  type DecisionFacts,
  type DecisionLog,
  type DecisionQuery,
  type DecisionRecord,
  type DecisionSource,
  decisionRecord,
  endedRecord,
  endOf,
  idOfEnded,
  placeOf,
  pseudonyms,
} from '../index.ts';
import { ADMISSION, DECIDED_AT_MS, EVENT, endedFacts, facts, REFUSAL } from './facts.ts';
import { storeDecisions } from './store-decisions.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const RETENTION_DAYS = 90;
/** A list of seven days, the default, takes as many times the queries. */
const RECENT = { sinceMs: DECIDED_AT_MS };

/** Runs the contract on a DynamoDB; each test has a table of its own. */
export function decisionLogContract(name: string, start: () => Promise<DynamoDbUnderTest>): void {
  describe(`The decision log on ${name}`, () => {
    let dynamoDb: DynamoDbUnderTest;
    let client: DynamoDBDocumentClient;
    let tableName: string;
    let log: DecisionLog;
    let source: DecisionSource;
    let nowMs: number;
    let unreadable: Error[];

    beforeAll(async () => {
      dynamoDb = await start();
      client = localDocumentClient(dynamoDb.endpoint, { requestTimeoutMs: 10_000 });
    });
    beforeEach(async () => {
      tableName = await createDecisionsTable(client);
      nowMs = DECIDED_AT_MS + HOUR_MS;
      unreadable = [];
      // Nothing here is about the time-out, and machines may be slow.
      log = createDecisionLog({ client, tableName, timeoutMs: 20_000, retentionDays: RETENTION_DAYS });
      source = createDecisionSource({
        client,
        tableName,
        now: () => nowMs,
        onUnreadable: (error) => unreadable.push(error),
      });
    });
    afterAll(async () => {
      client.destroy();
      await dynamoDb.stop();
    });

    const put = async (...all: readonly DecisionFacts[]): Promise<DecisionRecord[]> => {
      const records = all.map(decisionRecord);
      for (const result of await Promise.all(records.map((record) => log.put(record)))) {
        expect(result).toEqual({ written: true });
      }
      return records;
    };
    const connection = (n: number, overrides: Partial<DecisionFacts> = {}, event: object = {}) =>
      facts({ ...EVENT, 'connection-id': `cvpn-connection-${n}`, ...event }, overrides);
    const listAll = async (query: DecisionQuery, from = source) => {
      const decisions: DecisionRecord[] = [];
      let cursor: string | undefined;
      let pages = 0;
      do {
        const page = await from.list({ ...query, cursor });
        expect(page.decisions.length).toBeLessThanOrEqual(query.limit ?? 100);
        decisions.push(...page.decisions);
        cursor = page.cursor;
        pages++;
      } while (cursor !== undefined);
      return { decisions, pages };
    };
    const ids = (records: readonly DecisionRecord[]) => records.map(({ id }) => id);
    const walked = async (walk: Parameters<DecisionSource['walk']>[0]) => {
      const records: DecisionRecord[] = [];
      for await (const record of source.walk(walk)) records.push(record);
      return records;
    };

    describe('keeps', () => {
      it('a decision whole, and finds it by its connection', async () => {
        const [record] = await put(facts());
        expect(await source.get('cvpn-connection-0aa11bb22cc33dd44')).toEqual(record);
        expect(record).toEqual({
          id: 'cvpn-connection-0aa11bb22cc33dd44',
          decidedAt: '2026-11-24T10:00:00.123Z',
          event: {
            'connection-id': 'cvpn-connection-0aa11bb22cc33dd44',
            'endpoint-id': 'cvpn-endpoint-0a1b2c3d4e5f67890',
            username: 'Batchi',
            platform: 'win',
            'platform-version': '10.0.22631',
            'public-ip': '203.0.113.9',
            'client-openvpn-version': '2.6.12',
            groups: ['staff', 'vpn-admins'],
            'schema-version': 'v3',
          },
          names: 'clear',
          outcome: 'refused',
          allow: false,
          effect: 'deny',
          decidedBy: 'rule',
          rules: ['block-leavers'],
          reported: ['try-it'],
          message: 'This user is not permitted.',
          postureStatuses: ['left'],
          endpoint: 'frankfurt',
          revision: 42,
          policyAgeMs: 1_200,
        });
      });

      it('the answer of a handler without a policy', async () => {
        const [record] = await put(
          facts(EVENT, { outcome: 'failed-closed', decision: undefined, cause: 'unreachable', message: 'Try again.' }),
        );
        expect(await source.get(EVENT['connection-id'])).toEqual(record);
        expect(record).toMatchObject({ allow: false, cause: 'unreachable', message: 'Try again.', rules: [] });
      });

      it('a refusal by a limit, and finds it by the limit', async () => {
        const [record] = await put(
          facts(EVENT, { decision: { ...REFUSAL, effect: 'deny', decidedBy: 'limit', rules: ['one-each'] } }),
        );
        expect(record).toMatchObject({ decidedBy: 'limit', rules: ['one-each'] });
        expect((await source.list({ ...RECENT, rule: 'one-each' })).decisions).toEqual([record]);
      });

      it('the first decision of a connection, and knows the second neither by its time nor by its rule', async () => {
        const [first] = await put(facts());
        await put(facts(EVENT, { decidedAtMs: DECIDED_AT_MS + 1, decision: { ...REFUSAL, rules: ['other'] } }));
        expect(await source.get(EVENT['connection-id'])).toEqual(first);
        expect((await source.list(RECENT)).decisions).toEqual([first]);
        expect((await source.list({ ...RECENT, rule: 'other' })).decisions).toEqual([]);
      });

      it.each<[string, unknown]>([
        ['an event that is null', null],
        ['an empty event', {}],
        ['an event that is a text', 'event'],
        ['attributes that are null', Object.fromEntries(Object.keys(EVENT).map((key) => [key, null]))],
        [
          'attributes that are empty',
          { ...Object.fromEntries(Object.keys(EVENT).map((key) => [key, ''])), groups: [] },
        ],
        ['names of nothing to see', { username: '\u200b\u0301', 'common-name': ' ' }],
        ['halves of characters', { username: 'a\ud800', 'common-name': '\udc00', groups: ['\ud83d'] }],
        ['control characters', { username: '\u0000\n\u001b[31m', platform: '\u0000' }],
        [
          'wrong types',
          { username: 7, 'common-name': ['x'], 'public-ip': {}, groups: 'staff', 'connection-id': false },
        ],
        ['a group of a wrong type', { groups: ['staff', 7] }],
        ['huge texts', Object.fromEntries(Object.keys(EVENT).map((key) => [key, '\u20ac'.repeat(512)]))],
        ['texts too long to be names', Object.fromEntries(Object.keys(EVENT).map((key) => [key, 'x'.repeat(900_000)]))],
        ['names that grow when folded', { username: '\ufdfa'.repeat(512) }],
        ['200 long groups', { groups: Array.from({ length: 200 }, (_, n) => `${n}-${'\u20ac'.repeat(500)}`) }],
      ])('%s', async (_, event) => {
        const [record] = await put(facts(event));
        const id = record?.id ?? '';
        expect(id).toBe('request:8f5c9f2e-0000-4000-8000-000000000000');
        expect(await source.get(id)).toEqual(record);
        expect((await source.list(RECENT)).decisions).toEqual([record]);
        expect((await source.list({ ...RECENT, rule: 'try-it' })).decisions).toEqual([record]);
        const name = [record?.event.username, record?.event['common-name']].find((text) => typeof text === 'string');
        if (typeof name === 'string') expect((await source.list({ user: name })).decisions).toEqual([record]);
      });

      it('the end of a connection beside its own decision, found by id, user, time, outcome and rule', async () => {
        const [admission] = await put(facts(EVENT, { outcome: 'admitted', decision: ADMISSION }));
        const end = endedRecord(endedFacts({ admission, endedAtMs: DECIDED_AT_MS + 1_000 }));
        const asked = { author: { type: 'iam', id: 'alice' }, reason: 'HR-77' };
        const other = endedRecord(
          endedFacts({ connection: { id: 'c-2', endpointId: 'e' }, refusal: undefined, by: 'operator', asked }),
        );
        for (const record of [end, other]) expect(await log.put(record)).toEqual({ written: true });
        // The first end stays.
        await log.put({ ...end, decidedAt: new Date(DECIDED_AT_MS + 2_000).toISOString(), rules: ['other'] });
        nowMs = DECIDED_AT_MS + 2 * HOUR_MS;

        expect(await source.get(EVENT['connection-id'])).toEqual(admission);
        expect(await source.get(idOfEnded(EVENT['connection-id']))).toEqual(end);
        expect(await source.get('ended:c-2')).toEqual(other);
        expect((await source.list(RECENT)).decisions).toEqual([other, end, admission]);
        expect((await source.list({ user: 'batchi' })).decisions).toEqual([end, admission]);
        expect((await source.list({ ...RECENT, outcome: 'ended' })).decisions).toEqual([other, end]);
        expect((await source.list({ ...RECENT, outcome: 'refused' })).decisions).toEqual([]);
        expect((await source.list({ ...RECENT, rule: 'block-leavers' })).decisions).toEqual([end]);
        expect((await source.list({ ...RECENT, rule: 'other' })).decisions).toEqual([]);
        expect((await listAll({ user: 'batchi', limit: 1 })).decisions).toEqual([end, admission]);
        expect(await walked({ sinceMs: DECIDED_AT_MS, untilMs: nowMs })).toEqual([admission, end, other]);

        expect(await endOf(source, admission as DecisionRecord)).toEqual(end);
        expect(await endOf(source, end)).toBeUndefined();
        expect(await endOf(source, decisionRecord(connection(3, { outcome: 'admitted', decision: ADMISSION })))).toBe(
          undefined,
        );
      });

      it('with an end for every item', async () => {
        await put(facts());
        const { Items = [] } = await client.send(new ScanCommand({ TableName: tableName }));
        const expiresAt = Math.floor((DECIDED_AT_MS + RETENTION_DAYS * DAY_MS) / 1_000);
        expect(Items.map((item) => item.expiresAt)).toEqual([expiresAt, expiresAt, expiresAt]);
      });
    });

    describe('finds', () => {
      it('nothing in an empty table', async () => {
        expect(await source.get('cvpn-connection-1')).toBeUndefined();
        for (const query of [{}, { user: 'batchi' }, { rule: 'x' }, { outcome: 'refused' as const }]) {
          expect(await listAll(query)).toMatchObject({ decisions: [] });
        }
        expect(await walked({ sinceMs: nowMs - DAY_MS, untilMs: nowMs })).toEqual([]);
      });

      it('nothing under what is no id', async () => {
        await put(facts());
        const none = ['', 'x'.repeat(3_000), 'a b', 'request:', 'ended:', 'ended:request:x', '#', 'CONNECTION#x'];
        for (const id of none) expect(await source.get(id)).toBeUndefined();
        expect(await source.getMany(none)).toEqual(new Map());
      });

      it('many by their ids, each asked for once, and none that are not there', async () => {
        const records = Array.from({ length: 450 }, (_, n) => decisionRecord(connection(n)));
        const end = endedRecord(endedFacts());
        await storeDecisions(client, tableName, [...records, end]);
        const asked = [...ids(records), end.id, 'cvpn-connection-none', 'cvpn-connection-7', ...ids(records)];
        const found = await source.getMany(asked);
        expect(found.size).toBe(451);
        expect(found).toEqual(new Map([...records, end].map((record) => [record.id, record])));
        expect(await source.getMany([])).toEqual(new Map());
      });

      it('all of many that DynamoDB answers in parts, and says so where it goes on throttling', async () => {
        const records = Array.from({ length: 250 }, (_, n) => decisionRecord(connection(n)));
        await storeDecisions(client, tableName, records);
        let fault: Fault | undefined;
        const proxy = await startFaultProxy(dynamoDb.endpoint, { faultFor: () => fault });
        const through = localDocumentClient(proxy.endpoint, { requestTimeoutMs: 10_000 });
        const behind = createDecisionSource({ client: through, tableName, now: () => nowMs });
        try {
          fault = { kind: 'partial-batch' };
          expect((await behind.getMany(ids(records))).size).toBe(250);
          // Three batches, each halved until one is left.
          expect(proxy.requests).toBeGreaterThan(3 * 6);
          fault = { kind: 'throttled', error: 'ProvisionedThroughputExceededException' };
          await expect(behind.getMany(ids(records))).rejects.toMatchObject({ code: 'store-unreachable' });
          fault = { kind: 'refused', error: 'AccessDeniedException' };
          await expect(behind.getMany(ids(records))).rejects.toMatchObject({ code: 'store-refused' });
          const signal = AbortSignal.abort();
          await expect(behind.getMany(ids(records), { signal })).rejects.toThrow();
        } finally {
          through.destroy();
          await proxy.stop();
        }
      });

      it('a user however the name is written, by the common name where there is no other, by the whole name only', async () => {
        const named = (n: number, username: string | null, commonName: string | null = null) =>
          connection(n, { decidedAtMs: DECIDED_AT_MS + n }, { username, 'common-name': commonName });
        await put(
          named(1, 'BATCHI'),
          named(2, 'bàtchi', 'laptop-7'),
          named(3, 'ｂａｔｃｈｉ'),
          named(4, 'CORP\\Batchi'),
          named(5, 'batchi@corp.example.com'),
          named(6, null, 'Laptop-7'),
          named(7, null),
        );
        const found = async (user: string) => ids((await source.list({ user })).decisions).map((id) => id.slice(-1));
        expect(await found('batchi')).toEqual(['3', '2', '1']);
        expect(await found('Bàtchi')).toEqual(['3', '2', '1']);
        expect(await found('corp\\batchi')).toEqual(['4']);
        expect(await found('batchi@CORP.example.com')).toEqual(['5']);
        expect(await found('laptop-7')).toEqual(['6']);
        expect(await found('')).toEqual([]);
      });

      it('a user under the pseudonym, by the name for who has the key, by the pseudonym for anybody', async () => {
        const key = 'k'.repeat(32);
        const pseudonym = pseudonyms(key).pseudonymOf('bàtchi');
        const [, hidden] = await put(
          connection(1),
          connection(2, { decidedAtMs: DECIDED_AT_MS + 5, names: 'pseudonyms' }, { username: pseudonym }),
        );
        const withKey = createDecisionSource({ client, tableName, pseudonymKey: key, now: () => nowMs });
        expect(ids((await withKey.list({ user: 'BATCHI' })).decisions)).toEqual([
          'cvpn-connection-2',
          'cvpn-connection-1',
        ]);
        for (const any of [withKey, source]) {
          expect((await any.list({ user: pseudonym })).decisions).toEqual([hidden]);
        }
        expect(ids((await source.list({ user: 'BATCHI' })).decisions)).toEqual(['cvpn-connection-1']);
      });

      it('what a rule refused, would have refused, or refused to no effect; not what it admitted', async () => {
        await put(
          connection(1),
          connection(2, {
            decidedAtMs: DECIDED_AT_MS + 1,
            outcome: 'admitted',
            decision: { ...ADMISSION, reported: ['try-it'] },
          }),
          connection(3, {
            decidedAtMs: DECIDED_AT_MS + 2,
            outcome: 'observed',
            decision: { ...REFUSAL, allow: true, observed: true },
          }),
          connection(4, { decidedAtMs: DECIDED_AT_MS + 3, outcome: 'admitted', decision: ADMISSION }),
        );
        const found = async (rule: string) =>
          ids((await source.list({ ...RECENT, rule })).decisions).map((id) => id.slice(-1));
        expect(await found('block-leavers')).toEqual(['3', '1']);
        expect(await found('try-it')).toEqual(['3', '2', '1']);
        expect(await found('staff')).toEqual([]);
        expect(await found('x'.repeat(2_000))).toEqual([]);
      });

      it('a decision of very many rules by the first that refused and by those on trial', async () => {
        const many = Array.from({ length: 300 }, (_, n) => `rule-${n}`);
        const [record] = await put(
          facts(EVENT, { decision: { ...REFUSAL, rules: many, reported: ['trial-1', 'trial-2'] } }),
        );
        expect(record).toMatchObject({ rulesCount: 300 });
        for (const rule of ['rule-0', 'rule-5', 'trial-2']) {
          expect((await source.list({ ...RECENT, rule })).decisions).toEqual([record]);
        }
        expect((await source.list({ ...RECENT, rule: 'rule-6' })).decisions).toEqual([]);
      });

      it('each outcome, each endpoint by id or name, and all filters together', async () => {
        const outcomes: ConnectOutcome[] = ['admitted', 'refused', 'observed', 'failed-closed', 'failed-open'];
        await put(
          ...outcomes.map((outcome, n) =>
            connection(n, {
              decidedAtMs: DECIDED_AT_MS + n,
              outcome,
              decision: outcome === 'admitted' ? ADMISSION : outcome.startsWith('failed') ? undefined : REFUSAL,
            }),
          ),
          connection(9, { decision: { ...REFUSAL, endpoint: 'tokyo' } }, { 'endpoint-id': 'cvpn-endpoint-2' }),
        );
        for (const [n, outcome] of outcomes.entries()) {
          const found = ids((await source.list({ ...RECENT, outcome, endpoint: EVENT['endpoint-id'] })).decisions);
          expect(found).toEqual([`cvpn-connection-${n}`]);
        }
        expect(ids((await source.list({ ...RECENT, endpoint: 'tokyo' })).decisions)).toEqual(['cvpn-connection-9']);
        expect(ids((await source.list({ ...RECENT, endpoint: 'cvpn-endpoint-2' })).decisions)).toEqual([
          'cvpn-connection-9',
        ]);
        const all = { user: 'batchi', rule: 'try-it', outcome: 'refused', endpoint: 'frankfurt' } as const;
        expect(ids((await source.list({ ...RECENT, ...all })).decisions)).toEqual(['cvpn-connection-1']);
        const { user, ...others } = all;
        expect(ids((await source.list({ ...RECENT, ...others })).decisions)).toEqual(['cvpn-connection-1']);
        expect(ids(await walked({ ...all, sinceMs: DECIDED_AT_MS, untilMs: nowMs }))).toEqual(['cvpn-connection-1']);
      });

      it('what is from since on and before until, to the millisecond', async () => {
        await put(...[0, 1, 2, 3].map((n) => connection(n, { decidedAtMs: DECIDED_AT_MS + n })));
        const range = { sinceMs: DECIDED_AT_MS + 1, untilMs: DECIDED_AT_MS + 3 };
        const expected = ['cvpn-connection-1', 'cvpn-connection-2'];
        for (const filter of [{}, { user: 'batchi' }, { rule: 'try-it' }]) {
          expect(ids((await source.list({ ...filter, ...range })).decisions)).toEqual(expected.toReversed());
          expect(ids(await walked({ ...filter, ...range }))).toEqual(expected);
        }
        expect((await source.list({ sinceMs: nowMs, untilMs: DECIDED_AT_MS })).decisions).toEqual([]);
      });

      it('nothing whose time is over, though DynamoDB has not deleted it yet', async () => {
        const [record] = await put(facts());
        nowMs = DECIDED_AT_MS + RETENTION_DAYS * DAY_MS - 1_000;
        expect(await source.get(EVENT['connection-id'])).toEqual(record);
        expect((await source.getMany([EVENT['connection-id']])).size).toBe(1);
        const range = { sinceMs: DECIDED_AT_MS, untilMs: DECIDED_AT_MS + 1 };
        expect((await source.list(range)).decisions).toEqual([record]);
        nowMs += 1_000;
        expect(await source.get(EVENT['connection-id'])).toBeUndefined();
        expect((await source.getMany([EVENT['connection-id']])).size).toBe(0);
        for (const filter of [{}, { user: 'batchi' }, { rule: 'try-it' }]) {
          expect((await source.list({ ...filter, ...range })).decisions).toEqual([]);
          expect(await walked({ ...filter, ...range })).toEqual([]);
        }
      });

      it('a decision of a newer program that says more, and passes over one that is not understood', async () => {
        const [first] = await put(facts(), connection(2, { decidedAtMs: DECIDED_AT_MS + 1 }));
        const change = async (id: string, changes: Record<string, unknown>) => {
          const Key = { pk: `CONNECTION#${id}`, sk: 'DECISION' };
          const { Item } = await client.send(new GetCommand({ TableName: tableName, Key }));
          await client.send(new PutCommand({ TableName: tableName, Item: { ...Item, ...changes } }));
        };
        await change(EVENT['connection-id'], { region: 'eu-central-1', event: { ...first?.event, 'device-id': 'x' } });
        await change('cvpn-connection-2', { allow: 'yes' });
        const found = (await source.list(RECENT)).decisions;
        expect(found).toEqual([{ ...first, event: { ...first?.event, 'device-id': 'x' } }]);
        const many = await source.getMany([EVENT['connection-id'], 'cvpn-connection-2']);
        expect([...many.values()]).toEqual(found);
        const said = 'The decision CONNECTION#cvpn-connection-2: allow is missing or is not what it should be';
        expect(unreadable.map(({ message }) => message)).toEqual([said, said]);
        await expect(source.get('cvpn-connection-2')).rejects.toMatchObject({ code: 'store-corrupt' });
        await change('cvpn-connection-2', { allow: true, kind: 'client-vpn-policy/decision@2' });
        await expect(source.get('cvpn-connection-2')).rejects.toMatchObject({ code: 'store-corrupt' });
      });
    });

    describe('tells in pages and in order', () => {
      it('2,600 decisions of six days, whatever the page, newest first; and oldest first in a walk', async () => {
        const records = Array.from({ length: 2_600 }, (_, n) =>
          connection(
            n,
            {
              // Uneven: some days full, some empty, some moments shared.
              decidedAtMs: DECIDED_AT_MS - Math.floor((n * n) / 13) * 1_000,
              outcome: n % 5 === 0 ? 'refused' : 'admitted',
              decision: n % 5 === 0 ? REFUSAL : ADMISSION,
            },
            { username: `user-${n % 40}` },
          ),
        ).map(decisionRecord);
        await storeDecisions(client, tableName, records);
        const oldestFirst = records.toSorted((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1));
        const newestFirst = oldestFirst.toReversed();
        const range = { sinceMs: DECIDED_AT_MS - 5 * DAY_MS, untilMs: nowMs };
        const inRange = (all: readonly DecisionRecord[]) =>
          all.filter(({ decidedAt }) => Date.parse(decidedAt) >= range.sinceMs);
        expect(inRange(records).length).toBeGreaterThan(2_300);

        expect((await listAll({ ...range, limit: 700 })).decisions).toEqual(inRange(newestFirst));
        const refused = inRange(newestFirst).filter(({ outcome }) => outcome === 'refused');
        expect((await listAll({ ...range, outcome: 'refused', limit: 190 })).decisions).toEqual(refused);
        expect((await listAll({ ...range, rule: 'try-it', limit: 333 })).decisions).toEqual(refused);
        const one = newestFirst.filter(({ event }) => event.username === 'user-7');
        expect((await listAll({ user: 'USER-7', limit: 7 })).decisions).toEqual(one);
        // A filter that hits nothing: pages without decisions, and an end.
        const { decisions, pages } = await listAll({ ...range, endpoint: 'nowhere' });
        expect(decisions).toEqual([]);
        expect(pages).toBeGreaterThan(1);

        expect(await walked(range)).toEqual(inRange(oldestFirst));
        const middle = inRange(oldestFirst)[1_500];
        expect(await walked({ ...range, after: middle && placeOf(middle) })).toEqual(inRange(oldestFirst).slice(1_501));
        for await (const first of source.walk(range)) {
          expect(first).toEqual(inRange(oldestFirst)[0]);
          break;
        }
      }, 300_000);

      it('many decisions of the same millisecond', async () => {
        const records = await put(...Array.from({ length: 25 }, (_, n) => connection(n)));
        const newestFirst = records.toSorted((one, other) => (placeOf(one) < placeOf(other) ? 1 : -1));
        for (const filter of [{}, { user: 'batchi' }, { rule: 'try-it' }]) {
          expect((await listAll({ ...RECENT, ...filter, limit: 3 })).decisions).toEqual(newestFirst);
        }
      });

      it('large decisions in pages that can be sent', async () => {
        const groups = Array.from({ length: 200 }, (_, n) => `${'"'.repeat(210)}${n}`);
        const records = Array.from({ length: 70 }, (_, n) => connection(n, {}, { groups })).map(decisionRecord);
        await storeDecisions(client, tableName, records);
        const { decisions, pages } = await listAll({ limit: 1_000 });
        expect(decisions.map(({ id }) => id).sort()).toEqual(records.map(({ id }) => id).sort());
        expect(pages).toBe(3);
        const page = JSON.stringify(await source.list({ limit: 1_000 }));
        expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThan(5 * 1024 * 1024);
      });

      it('what can be on record, however far the time asked for reaches: neither tomorrow nor beyond ten years', async () => {
        const records = await put(connection(1), connection(2, { decidedAtMs: nowMs + HOUR_MS }));
        const toCome = { sinceMs: DECIDED_AT_MS - DAY_MS, untilMs: Date.UTC(9999, 0) };
        expect(await source.list(toCome)).toEqual({ decisions: records.toReversed(), reachedMs: toCome.sinceMs });
        expect(await walked(toCome)).toEqual(records);
        const longAgo = { sinceMs: 0, untilMs: nowMs - 3_650 * DAY_MS };
        expect(await source.list(longAgo)).toEqual({ decisions: [], reachedMs: 0 });
        expect(await walked(longAgo)).toEqual([]);
      });

      it('years without a decision, in bounded pages that say how far they looked', async () => {
        const [record] = await put(facts());
        nowMs = DECIDED_AT_MS + 62 * DAY_MS;
        const query = { sinceMs: DECIDED_AT_MS };
        const first = await source.list(query);
        expect(first.decisions).toEqual([]);
        expect(first.reachedMs).toBeLessThan(nowMs);
        expect(first.reachedMs).toBeGreaterThan(DECIDED_AT_MS);
        expect(first.cursor).toBeDefined();
        expect((await listAll(query)).decisions).toEqual([record]);
        // Found in one page by user, however long ago, and by rule.
        expect((await source.list({ user: 'batchi' })).decisions).toEqual([record]);
        expect((await source.list({ ...query, rule: 'try-it' })).decisions).toEqual([record]);
      });

      it('the same query’s pages only: another’s cursor, or a made-up one, is an error', async () => {
        await put(...[1, 2, 3].map((n) => connection(n)));
        const { cursor = '' } = await source.list({ user: 'batchi', limit: 1 });
        await expect(source.list({ user: 'batchi', limit: 2, cursor })).resolves.toMatchObject({
          decisions: [{ id: 'cvpn-connection-2' }, { id: 'cvpn-connection-1' }],
        });
        const queries: DecisionQuery[] = [
          { user: 'other', cursor },
          { cursor },
          { user: 'batchi', outcome: 'refused', cursor },
          { user: 'batchi', sinceMs: 1, cursor },
          ...['', 'x', `${cursor}A`, cursor.slice(0, -2), 'x'.repeat(100_000)].map((made) => ({
            user: 'batchi',
            cursor: made,
          })),
        ];
        for (const query of queries) await expect(source.list(query)).rejects.toThrow(DecisionCursorError);
        const walk = source.walk({ sinceMs: 0, untilMs: nowMs, after: 'yesterday' });
        await expect(walk[Symbol.asyncIterator]().next()).rejects.toThrow(DecisionCursorError);
      });
    });

    it('says so where there is no such table', async () => {
      const nowhere = createDecisionSource({ client, tableName: 'no-such-table', now: () => nowMs });
      const refused = { code: 'store-refused' };
      await expect(nowhere.get('cvpn-connection-1')).rejects.toMatchObject(refused);
      await expect(nowhere.getMany(['cvpn-connection-1'])).rejects.toMatchObject(refused);
      await expect(nowhere.list({})).rejects.toMatchObject(refused);
      await expect(
        nowhere
          .walk({ sinceMs: nowMs - 1, untilMs: nowMs })
          [Symbol.asyncIterator]()
          .next(),
      ).rejects.toMatchObject(refused);
      const logNowhere = createDecisionLog({ client, tableName: 'no-such-table', timeoutMs: 20_000, retentionDays: 1 });
      const result = await logNowhere.put(decisionRecord(facts()));
      expect(result).toMatchObject({ written: false, cause: 'refused', error: refused });
    });
  });
}
