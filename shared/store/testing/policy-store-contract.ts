/** What every policy store must do, whatever DynamoDB is behind it. */
import { randomBytes } from 'node:crypto';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { PolicyDocument } from '../../engine/index.ts';
import { MAX_SOURCE_BYTES } from '../applied-source.ts';
import { DynamoDbPolicyStore } from '../dynamodb-policy-store.ts';
import {
  CommitOutcomeUnknownError,
  LanguageVersionError,
  RevisionNotFoundError,
  StoreCorruptError,
  StoreRefusedError,
  StoreUnreachableError,
  WriteContentionError,
} from '../errors.ts';
import { itemSize } from '../item-size.ts';
import { encodeRevision, hashRevision, type Revision, revisionKey } from '../revision.ts';
import { createRulesTable, localDocumentClient } from './dynalite.ts';
import { AUTHOR, bigPolicy, blockedUsers, blockRule, policyThatBlocks } from './policies.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

export interface DynamoDbUnderTest {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Runs the contract on a DynamoDB; each test has a table of its own. */
export function policyStoreContract(name: string, start: () => Promise<DynamoDbUnderTest>): void {
  describe(`The policy store on ${name}`, () => {
    let dynamoDb: DynamoDbUnderTest;
    let client: DynamoDBDocumentClient;
    let tableName: string;
    let store: DynamoDbPolicyStore;

    beforeAll(async () => {
      dynamoDb = await start();
      client = localDocumentClient(dynamoDb.endpoint, { requestTimeoutMs: 10_000 });
    });
    beforeEach(async () => {
      tableName = await createRulesTable(client);
      store = new DynamoDbPolicyStore({ client, tableName });
    });
    afterAll(() => dynamoDb.stop());

    const publish = async (document: PolicyDocument, to = store, reason = 'because'): Promise<Revision> => {
      const summary = `blocks ${blockedUsers(document).join(', ')}`;
      const result = await to.commit({ prepare: () => ({ document, summary }), author: AUTHOR, reason });
      if (!result.written) throw new Error('nothing was written');
      return result.revision;
    };
    /** Applies a file; `document` is the policy that came of it. */
    const apply = (source: string, file: PolicyDocument, document = file, to = store) =>
      to.commit({
        prepare: () => ({ document, summary: `applied ${source}`, applied: { source, document: file } }),
        author: AUTHOR,
        reason: '',
      });
    const current = async () => {
      const head = await store.head();
      return head && (await store.load(head)).document;
    };
    const put = (item: Record<string, unknown>) => client.send(new PutCommand({ TableName: tableName, Item: item }));
    const item = async (pk: string, sk: string) => {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: { pk, sk }, ConsistentRead: true }),
      );
      if (!Item) throw new Error(`no item ${pk} ${sk}`);
      return Item;
    };
    const blobItem = ({ contents }: Revision, position = 0) => {
      const part = 'parts' in contents ? contents.parts[position] : contents.index;
      if (!part) throw new Error(`no part ${position}`);
      return item(`BLOB#${part.hash}`, 'BLOB');
    };
    const itemCount = async () => {
      const { Count } = await client.send(
        new ScanCommand({ TableName: tableName, Select: 'COUNT', ConsistentRead: true }),
      );
      return Count;
    };

    describe('publishes', () => {
      it('has no head before the first policy', async () => {
        expect(await store.head()).toBeUndefined();
        expect(await store.revisions()).toEqual({ revisions: [] });
        expect(await store.verify()).toEqual({ ok: true, revisions: 0, parts: 0, findings: [] });
      });

      it('gives back what was published, and tells who, when and why', async () => {
        const document = policyThatBlocks('batchi', 'ügur');
        const revision = await publish(document);
        expect(await store.head()).toEqual(revision);
        expect(await current()).toEqual(document);
        expect(revision).toMatchObject({
          number: 1,
          author: AUTHOR,
          reason: 'because',
          summary: 'blocks batchi, ügur',
          confirmed: [],
          languageVersion: 1,
        });
        expect(Math.abs(Date.parse(revision.createdAt) - Date.now())).toBeLessThan(60_000);
      });

      it('keeps a small policy as plain text, readable in the console', async () => {
        const revision = await publish(policyThatBlocks('batchi'));
        expect((await blobItem(revision)).json).toContain('"message":"batchi is not permitted."');
      });

      it('names its parent by the hash of the whole item', async () => {
        const first = await publish(policyThatBlocks('a'));
        const second = await publish(policyThatBlocks('b'));
        expect(first.parent).toBeUndefined();
        expect(second).toMatchObject({ number: 2, parent: hashRevision(first) });
      });

      it('writes nothing when the policy is as wanted, whatever the order of its keys', async () => {
        const { version, defaultEffect, rules } = policyThatBlocks('a');
        const first = await publish({ version, defaultEffect, rules });
        const document = { rules, defaultEffect, version, sets: undefined };
        const result = await store.commit({ prepare: () => ({ document, summary: '' }), author: AUTHOR, reason: '' });
        expect(result).toMatchObject({ written: false, current: { revision: first } });
        expect(await itemCount()).toBe(2);
      });

      it('writes nothing when there is nothing to change, or when the change is refused', async () => {
        expect(await store.commit({ prepare: () => undefined, author: AUTHOR, reason: '' })).toEqual({
          written: false,
        });
        const refusal = new Error('a policy test fails');
        const prepare = () => Promise.reject(refusal);
        await expect(store.commit({ prepare, author: AUTHOR, reason: '' })).rejects.toBe(refusal);
        expect(await itemCount()).toBe(0);
      });

      it('shows the change what is in force, so that it can insist on a revision', async () => {
        const first = await publish(policyThatBlocks('a'));
        let seen: unknown;
        await store.commit({
          prepare: (policy) => {
            seen = policy;
            return undefined;
          },
          author: AUTHOR,
          reason: '',
        });
        expect(seen).toEqual(await store.load(first));
      });

      it('goes back by a new revision that points at the old parts', async () => {
        const first = await publish(policyThatBlocks('a'));
        await publish(policyThatBlocks('b'));
        const third = await publish(policyThatBlocks('a'));
        expect(third.contents).toEqual(first.contents);
        expect(await itemCount()).toBe(5);
        expect(await store.verify()).toMatchObject({ ok: true, revisions: 3, parts: 2 });
      });

      it.each([
        ['nothing', '', '', { type: 't', id: 'i' }],
        [
          'letters',
          'r'.repeat(2_000),
          's'.repeat(5_000),
          { type: 't'.repeat(99), id: 'i'.repeat(999), arn: 'a'.repeat(999), issuer: 'u'.repeat(999) },
        ],
        [
          'three bytes each',
          '鉄'.repeat(2_000),
          '道'.repeat(5_000),
          { type: '山'.repeat(99), id: '手'.repeat(999), arn: '線'.repeat(999), issuer: '水'.repeat(999) },
        ],
        ['surrogate pairs', `x${'😀'.repeat(2_000)}`, '😀'.repeat(5_000), { type: 't', id: '😀'.repeat(99) }],
        ['a lone surrogate', 'a\ud83d', '\ude00b', { type: 't', id: 'i' }],
      ])('keeps a revision under 4 KB and its chain whole when people write %s', async (_, reason, summary, author) => {
        const confirmed = Array.from({ length: 8 }, (_, place) => `${place}`.repeat(32));
        for (const user of ['a', 'b', 'c', 'd', 'e']) {
          const source = user.repeat(MAX_SOURCE_BYTES);
          const applied = { source, document: policyThatBlocks('file', user) };
          const change = { document: policyThatBlocks(user), summary, confirmed, applied };
          await store.commit({ prepare: () => change, author, reason });
          expect(await store.applied(source)).toMatchObject({ document: applied.document });
        }
        const head = await store.head();
        expect(itemSize(encodeRevision(head as Revision))).toBeLessThanOrEqual(4096);
        expect(head?.reason.length).toBeLessThanOrEqual(512);
        expect(Buffer.byteLength(head?.summary ?? '')).toBeLessThanOrEqual(1024);
        expect(await store.verify()).toMatchObject({ ok: true, revisions: 5 });
      });
    });

    describe('keeps history', () => {
      it('reads any revision, and says so when there is none of that number', async () => {
        const first = await publish(policyThatBlocks('a'));
        await publish(policyThatBlocks('b'));
        expect(await store.revision(1)).toEqual(first);
        expect((await store.load(first)).document).toEqual(policyThatBlocks('a'));
        for (const number of [0, -1, 1.5, 3, 1e12]) {
          await expect(store.revision(number)).rejects.toBeInstanceOf(RevisionNotFoundError);
        }
      });

      it('lists the newest first, page by page', async () => {
        for (const user of ['a', 'b', 'c', 'd', 'e']) await publish(policyThatBlocks(user));
        const pages: number[][] = [];
        let before: number | undefined;
        do {
          const page = await store.revisions({ before, limit: 2 });
          pages.push(page.revisions.map(({ number }) => number));
          before = page.next;
        } while (before !== undefined);
        expect(pages).toEqual([[5, 4], [3, 2], [1]]);
      });
    });

    describe('remembers what was applied', () => {
      const FILE = policyThatBlocks('file');

      it("gives back the file's own document, whatever else came into the policy with it and later", async () => {
        await apply('vpn/policy.yaml', FILE, policyThatBlocks('file', 'operator'));
        const first = await store.head();
        await publish(policyThatBlocks('file', 'operator', 'later'));
        expect(await store.applied('vpn/policy.yaml')).toEqual({ revision: first, document: FILE });
        expect((await store.head())?.applied).toEqual([{ source: 'vpn/policy.yaml', revision: 1 }]);
        expect(await store.applied('policy.yaml')).toBeUndefined();
      });

      it('knows of nothing before the first policy, nor where none was applied', async () => {
        expect(await store.applied('policy.yaml')).toBeUndefined();
        const revision = await publish(FILE);
        expect(await store.applied('policy.yaml')).toBeUndefined();
        expect(Object.keys(encodeRevision(revision))).not.toEqual(expect.arrayContaining(['applied']));
      });

      it('keeps each source, also where the policy goes back to a state before it', async () => {
        await publish(policyThatBlocks('a'));
        await apply('one.yaml', policyThatBlocks('one'));
        await apply('two.yaml', policyThatBlocks('two'));
        await apply('one.yaml', policyThatBlocks('one', 'more'));
        const back = await publish(policyThatBlocks('a'));
        expect(back.applied).toEqual([
          { source: 'two.yaml', revision: 3 },
          { source: 'one.yaml', revision: 4 },
        ]);
        expect((await store.applied('one.yaml'))?.document).toEqual(policyThatBlocks('one', 'more'));
        const [four, third] = [await store.revision(4), await store.revision(3)];
        expect(await store.applied('two.yaml')).toEqual({ revision: third, document: policyThatBlocks('two') });
        const at = await store.load(third);
        expect(await store.applied('one.yaml', { at })).toMatchObject({ revision: { number: 2 } });
        expect(await store.applied('one.yaml')).toMatchObject({ revision: four });
      });

      it('writes a revision for a file that is not as it was last applied, though the policy stays; else none', async () => {
        await apply('policy.yaml', FILE, policyThatBlocks('file', 'operator'));
        const inForce = policyThatBlocks('file', 'operator');
        expect(await apply('policy.yaml', FILE, inForce)).toMatchObject({ written: false });
        expect(await apply('policy.yaml', inForce, inForce)).toMatchObject({ written: true, revision: { number: 2 } });
        expect(await store.applied('policy.yaml')).toMatchObject({ document: inForce, revision: { number: 2 } });
        expect(await apply('policy.yaml', inForce, inForce)).toMatchObject({ written: false });
        expect(await apply('other.yaml', inForce, inForce)).toMatchObject({ written: true, revision: { number: 3 } });
        expect((await store.head())?.contents).toEqual((await store.revision(1)).contents);
      });

      it('stores a file only where it is not the policy itself, and shares the parts that it has with it', async () => {
        await apply('policy.yaml', FILE);
        expect((await store.head())?.file).toBeUndefined();
        expect(await itemCount()).toBe(2);

        const file = bigPolicy(100, 20_000);
        const operators = { ...file, rules: [...(file.rules ?? []), blockRule('operator')] };
        await publish(operators);
        const before = (await itemCount()) ?? 0;
        await apply('policy.yaml', file, { ...operators, defaultMessage: 'No.' });
        // The revision and, of each of the two documents, the part without the set's entries.
        expect(((await itemCount()) ?? 0) - before).toBe(3);
        expect((await store.applied('policy.yaml'))?.document).toEqual(file);
      });

      it('keeps a large file beside a large policy, in one read unit, and reads neither for the other', async () => {
        const file = bigPolicy(10_000, 100_000);
        const document = bigPolicy(5_000, 150_000);
        await apply('policy.yaml', file, document);
        const head = await store.head();
        if (!head?.file) throw new Error('the file is stored by itself');
        expect(itemSize(encodeRevision(head))).toBeLessThanOrEqual(4096);
        expect(Object.keys(head.file)).toEqual(['index']);
        expect((await store.applied('policy.yaml'))?.document).toEqual(file);
        expect(await store.verify()).toMatchObject({ ok: true, revisions: 1 });

        await put({ ...(await blobItem({ ...head, contents: head.file })), json: '[]', gzip: undefined });
        expect((await store.load(head)).document).toEqual(document);
        await expect(store.applied('policy.yaml')).rejects.toBeInstanceOf(StoreCorruptError);
        expect(await store.verify()).toMatchObject({
          ok: false,
          findings: [{ code: 'bad-part', key: revisionKey(1) }],
        });
      }, 60_000);

      it('forgets those that were applied longest ago where there are too many', async () => {
        const sources = Array.from({ length: 40 }, (_, place) => `teams/${place}/policy.yaml`);
        for (const source of sources) await apply(source, policyThatBlocks(source));
        const head = await store.head();
        const kept = head?.applied ?? [];
        expect(kept.length).toBeGreaterThan(8);
        expect(kept.map(({ source }) => source)).toEqual(sources.slice(-kept.length));
        expect(kept.at(-1)?.revision).toBe(40);
        expect(await store.applied('teams/0/policy.yaml')).toBeUndefined();
      });

      it.each([
        ['', 'it is empty'],
        ['a'.repeat(129), 'it has 129 bytes'],
        ['鉄'.repeat(43), 'it has 129 bytes'],
        ['a\nb', 'it has a control character'],
        ['a\u2028b', 'it has a control character'],
        ['a\ud83d', 'it has a control character'],
      ])('refuses the source %j', async (source, fault) => {
        await publish(FILE);
        await expect(apply(source, FILE)).rejects.toThrow(fault);
        expect(await itemCount()).toBe(2);
      });

      it('takes any other name', async () => {
        for (const source of ['a', '鉄'.repeat(42), '__proto__', 'C:\\vpn\\"policy".yaml', '😀 😀'])
          await apply(source, policyThatBlocks(source), FILE);
        expect((await store.applied('__proto__'))?.document).toEqual(policyThatBlocks('__proto__'));
        expect((await store.head())?.applied?.length).toBe(5);
        expect(await store.verify()).toMatchObject({ ok: true, revisions: 5 });
      });

      it('knows its own revision where it passes over an item of others', async () => {
        await publish(policyThatBlocks('a'));
        await put({ pk: 'POLICY', sk: revisionKey(2), note: 'put here by hand' });
        expect(await apply('policy.yaml', FILE)).toMatchObject({ revision: { number: 3 } });
        expect(await store.applied('policy.yaml')).toMatchObject({ revision: { number: 3 }, document: FILE });
      });

      it('tells damage: a revision that says of another what that one does not say', async () => {
        const first = await publish(FILE);
        const named = (revision: number) => ({
          ...first,
          number: 3,
          parent: hashRevision(first),
          applied: [{ source: 'policy.yaml', revision }],
        });
        for (const number of [1, 2]) {
          await put(encodeRevision(named(number)));
          await expect(store.applied('policy.yaml')).rejects.toBeInstanceOf(StoreCorruptError);
        }
      });

      it('tells a damaged part of a file, which does not trouble who reads the policy', async () => {
        await apply('policy.yaml', FILE, policyThatBlocks('file', 'operator'));
        const head = await store.head();
        if (!head?.file) throw new Error('the file is stored by itself');
        await put({ ...(await blobItem({ ...head, contents: head.file })), json: '{}' });
        expect(await current()).toEqual(policyThatBlocks('file', 'operator'));
        expect(await store.verify()).toMatchObject({
          ok: false,
          findings: [{ code: 'bad-part', key: revisionKey(1) }],
        });
        await expect(store.applied('policy.yaml')).rejects.toBeInstanceOf(StoreCorruptError);
      });

      it('loses no mark of two files that are applied again and again at once', async () => {
        const rounds = async (source: string, to: DynamoDbPolicyStore) => {
          for (let round = 0; round < 5; round++) {
            await to.commit({
              prepare: () => ({
                document: policyThatBlocks(source, `${round}`),
                summary: '',
                applied: { source, document: policyThatBlocks(source, `${round}`) },
              }),
              author: AUTHOR,
              reason: '',
              deadlineMs: 60_000,
            });
          }
        };
        await Promise.all([rounds('a', store), rounds('b', new DynamoDbPolicyStore({ client, tableName }))]);
        for (const source of ['a', 'b']) {
          expect((await store.applied(source))?.document).toEqual(policyThatBlocks(source, '4'));
        }
      }, 60_000);
    });

    describe('bears many writers', () => {
      it('loses no change of 8 writers at once with 25 changes each', async () => {
        const stores = Array.from({ length: 8 }, () => new DynamoDbPolicyStore({ client, tableName }));
        const numbers: number[] = [];
        const writer = async (to: DynamoDbPolicyStore, name: number) => {
          for (let change = 0; change < 25; change++) {
            const rule = blockRule(`writer-${name}-change-${change}`);
            const result = await to.commit({
              prepare: (policy) => ({
                document: { ...policyThatBlocks(), rules: [...(policy?.document.rules ?? []), rule] },
                summary: `rule ${rule.id} added`,
              }),
              author: AUTHOR,
              reason: 'many at once',
              deadlineMs: 120_000,
            });
            if (result.written) numbers.push(result.revision.number);
          }
        };
        await Promise.all(stores.map(writer));

        const oneTo200 = Array.from({ length: 200 }, (_, i) => i + 1);
        expect(numbers.sort((a, b) => a - b)).toEqual(oneTo200);
        const wanted = oneTo200.map((n) => `writer-${Math.floor((n - 1) / 25)}-change-${(n - 1) % 25}`);
        expect(blockedUsers(await current()).sort()).toEqual(wanted.sort());
        expect(await store.verify()).toMatchObject({ ok: true, revisions: 200, findings: [] });
      }, 180_000);

      it('prepares the change again on what another writer published meanwhile', async () => {
        await publish(policyThatBlocks('a'));
        const other = new DynamoDbPolicyStore({ client, tableName });
        const seen: string[][] = [];
        const result = await store.commit({
          prepare: async (policy) => {
            const users = blockedUsers(policy?.document);
            seen.push(users);
            if (seen.length === 1) await publish(policyThatBlocks('a', 'other'), other);
            return { document: policyThatBlocks(...users, 'mine'), summary: '' };
          },
          author: AUTHOR,
          reason: '',
        });
        expect(seen).toEqual([['a'], ['a', 'other']]);
        expect(result).toMatchObject({ written: true, revision: { number: 3 } });
        expect(blockedUsers(await current())).toEqual(['a', 'other', 'mine']);
      });

      it('gives up at the deadline, with nothing written, when others are always first', async () => {
        const other = new DynamoDbPolicyStore({ client, tableName });
        let tries = 0;
        const commit = store.commit({
          prepare: async () => {
            tries++;
            await publish(policyThatBlocks(`other-${tries}`), other);
            return { document: policyThatBlocks('mine'), summary: '' };
          },
          author: AUTHOR,
          reason: '',
          deadlineMs: 150,
        });
        await expect(commit).rejects.toBeInstanceOf(WriteContentionError);
        await expect(commit).rejects.toMatchObject({ code: 'write-contention', retryable: true });
        expect((await store.head())?.number).toBe(tries);
        expect(blockedUsers(await current())).toEqual([`other-${tries}`]);
      });
    });

    describe('bears networks', () => {
      let proxy: TcpProxy;
      beforeEach(async () => {
        proxy = await startTcpProxy(Number(new URL(dynamoDb.endpoint).port));
      });
      afterEach(() => proxy.stop());
      const through = (maxAttempts: number) =>
        new DynamoDbPolicyStore({ client: localDocumentClient(proxy.endpoint, { maxAttempts }), tableName });
      const nextRevision = (number: number) => `"${revisionKey(number)}"`;

      it.each([
        ['the SDK, which then sees a conflict with itself', 3, 1],
        ['the store, after the SDK', 1, 1],
        ['the store, several times', 1, 3],
      ])(
        'knows its own revision when the answer is lost and the put sent again by %s',
        async (_, maxAttempts, times) => {
          await publish(policyThatBlocks('a'));
          proxy.loseAnswers(nextRevision(2), times);
          const revision = await publish(policyThatBlocks('b'), through(maxAttempts));
          expect(revision.number).toBe(2);
          expect(await store.head()).toEqual(revision);
          expect(await store.verify()).toMatchObject({ ok: true, revisions: 2 });
        },
      );

      it('knows its own revision under later ones of other writers', async () => {
        await publish(policyThatBlocks('a'));
        const unreliable = through(1);
        proxy.loseAnswers(nextRevision(2), 2);
        const late = publish(policyThatBlocks('a', 'b'), unreliable);
        const follow = async () => {
          while ((await store.head())?.number !== 2) {}
          return publish(policyThatBlocks('a', 'b', 'c'));
        };
        const [mine, theirs] = await Promise.all([late, follow()]);
        expect([mine.number, theirs.number]).toEqual([2, 3]);
        expect(blockedUsers(await current())).toEqual(['a', 'b', 'c']);
      });

      it('leaves the old policy whole when a writer is stopped before the commit', async () => {
        const first = await publish(policyThatBlocks('a'));
        proxy.loseRequests(nextRevision(2), 1_000);
        const commit = through(1).commit({
          prepare: () => ({ document: policyThatBlocks('b'), summary: '' }),
          author: AUTHOR,
          reason: '',
          deadlineMs: 100,
        });
        await expect(commit).rejects.toBeInstanceOf(CommitOutcomeUnknownError);
        // The first policy's two items and the part that was put.
        expect(await itemCount()).toBe(3);
        expect(await store.head()).toEqual(first);
        expect(await current()).toEqual(policyThatBlocks('a'));
        expect(await store.verify()).toMatchObject({ ok: true, revisions: 1 });
        expect((await publish(policyThatBlocks('b'))).number).toBe(2);
      });

      it('says that the store cannot be reached, and ends when told to', async () => {
        const revision = await publish(policyThatBlocks('a'));
        const far = through(1);
        proxy.mode = 'refuse';
        await expect(far.head()).rejects.toBeInstanceOf(StoreUnreachableError);
        await expect(far.load(revision)).rejects.toBeInstanceOf(StoreUnreachableError);
        await expect(publish(policyThatBlocks('b'), far)).rejects.toMatchObject({
          code: 'store-unreachable',
          retryable: true,
        });
        proxy.mode = 'stall';
        await expect(far.head({ signal: AbortSignal.timeout(30) })).rejects.toBeInstanceOf(StoreUnreachableError);
      });
    });

    it('tells a table that is not there from a store that cannot be reached', async () => {
      const nowhere = new DynamoDbPolicyStore({ client, tableName: 'no-such-table' });
      await expect(nowhere.head()).rejects.toBeInstanceOf(StoreRefusedError);
    });

    describe('notices what was not written by it', () => {
      const rewrites: [string, (blob: Record<string, unknown>) => Record<string, unknown>][] = [
        ['another text', (blob) => ({ ...blob, json: String(blob.json).replace('deny', 'none') })],
        ['a longer text', (blob) => ({ ...blob, json: `${blob.json} ` })],
        ['bytes instead of text', ({ json, ...blob }) => ({ ...blob, gzip: Buffer.from(String(json)) })],
        ['no text', ({ json: _, ...blob }) => blob],
        ['no mark', ({ kind: _, ...blob }) => blob],
        ['a newer mark', (blob) => ({ ...blob, kind: 'client-vpn-policy/blob@2' })],
      ];
      it.each(rewrites)('a part that has %s', async (_, rewrite) => {
        const revision = await publish(policyThatBlocks('a'));
        await put(rewrite(await blobItem(revision)));
        await expect(store.load(revision)).rejects.toBeInstanceOf(StoreCorruptError);
        const { ok, findings } = await store.verify();
        expect(ok).toBe(false);
        expect(findings).toMatchObject([{ code: 'bad-part', key: revisionKey(1) }]);
      });

      it('a part that is to be used again and was rewritten', async () => {
        const first = await publish(policyThatBlocks('a'));
        await publish(policyThatBlocks('b'));
        await put({ ...(await blobItem(first)), json: '{}' });
        await expect(publish(policyThatBlocks('a'))).rejects.toBeInstanceOf(StoreCorruptError);
        expect((await store.head())?.number).toBe(2);
      });

      it('a large part that was rewritten', async () => {
        const revision = await publish(bigPolicy(100, 0));
        const blob = await blobItem(revision);
        const gzip = Buffer.from(blob.gzip);
        gzip[gzip.length >> 1] = (gzip[gzip.length >> 1] ?? 0) ^ 1;
        await put({ ...blob, gzip });
        await expect(store.load(revision)).rejects.toThrow('does not have that hash');
      });

      it('a part that is missing', async () => {
        const revision = await publish(policyThatBlocks('a'));
        const contents = { parts: [{ hash: 'f'.repeat(64), size: 10, inflated: 10 }] };
        await expect(store.load({ ...revision, contents })).rejects.toThrow('is missing');
      });

      it('a revision that was rewritten', async () => {
        const first = await publish(policyThatBlocks('a'));
        await publish(policyThatBlocks('b'));
        await put(encodeRevision({ ...first, reason: 'another story' }));
        const { ok, findings } = await store.verify();
        expect(ok).toBe(false);
        expect(findings).toMatchObject([{ code: 'broken-chain', key: revisionKey(2) }]);
      });

      it('a revision that is missing', async () => {
        await publish(policyThatBlocks('a'));
        const second = await publish(policyThatBlocks('b'));
        await put(encodeRevision({ ...second, number: 3 }));
        await put(encodeRevision({ ...second, number: 5 }));
        const { findings } = await store.verify();
        expect(findings.map(({ code, key }) => `${code} ${key}`)).toEqual([
          `broken-chain ${revisionKey(3)}`,
          `gap ${revisionKey(5)}`,
          `broken-chain ${revisionKey(5)}`,
        ]);
      });

      const heads: [string, Record<string, unknown>][] = [
        ['of a newer kind', { kind: 'client-vpn-policy/revision@2' }],
        ['with an unknown attribute', { extra: 1 }],
        ['with another number than its key', { number: 7 }],
        ['without a writeId', { writeId: '' }],
        ['with a hash that is none', { parent: 'abc' }],
        ['without parts', { parts: [] }],
        ['with a part that inflates without bound', { parts: [{ hash: 'f'.repeat(64), size: 10, inflated: 1e9 }] }],
        ['with an empty list of sources', { applied: [] }],
        ['with a source that none can be called', { applied: [{ source: 'a\nb', revision: 1 }] }],
        ['with a source without its revision', { applied: [{ source: 'a' }] }],
        ['with a source and something else', { applied: [{ source: 'a', revision: 1, extra: 1 }] }],
        ['with a source applied later', { applied: [{ source: 'a', revision: 3 }] }],
        ['with a source twice', { applied: ['a', 'a'].map((source, at) => ({ source, revision: at + 1 })) }],
        ['with sources in another order', { applied: ['a', 'b'].map((source, at) => ({ source, revision: 2 - at })) }],
        ['with a file of no source', { file: { parts: [{ hash: 'f'.repeat(64), size: 10, inflated: 10 }] } }],
        [
          'with a file of an earlier source',
          {
            applied: [{ source: 'a', revision: 1 }],
            file: { parts: [{ hash: 'f'.repeat(64), size: 10, inflated: 10 }] },
          },
        ],
        ['with a file without parts', { applied: [{ source: 'a', revision: 2 }], file: { parts: [] } }],
        ['with a number that JavaScript cannot hold', { languageVersion: 12345678901234567890n }],
      ];
      it.each(heads)('a marked head %s: never an older policy instead', async (_, change) => {
        const first = await publish(policyThatBlocks('a'));
        await put({ ...encodeRevision({ ...first, number: 2, parent: hashRevision(first) }), ...change });
        await expect(store.head()).rejects.toBeInstanceOf(StoreCorruptError);
        await expect(publish(policyThatBlocks('b'))).rejects.toBeInstanceOf(StoreCorruptError);
        expect((await store.verify()).findings).toMatchObject([{ code: 'unreadable-revision', key: revisionKey(2) }]);
      });

      it('a policy in a newer language', async () => {
        const first = await publish(policyThatBlocks('a'));
        const newer = { ...first, languageVersion: 2 };
        await expect(store.load(newer)).rejects.toBeInstanceOf(LanguageVersionError);
      });

      const foreign = { note: 'put here by hand', huge: 12345678901234567890123456789n };
      it('items of others at the head, which it passes over', async () => {
        const first = await publish(policyThatBlocks('a'));
        await put({ pk: 'POLICY', sk: revisionKey(2), ...foreign });
        await put({ pk: 'POLICY', sk: revisionKey(3), kind: 'of-somebody-else' });
        await put({ pk: 'POLICY', sk: 'REVISION#5', ...foreign });
        const passed: string[] = [];
        expect(await store.head({ onForeignItem: (key) => passed.push(key) })).toEqual(first);
        expect(passed.sort()).toEqual([revisionKey(2), revisionKey(3), 'REVISION#5'].sort());

        expect((await publish(policyThatBlocks('b'))).number).toBe(4);
        expect((await store.revisions({ limit: 1 })).revisions.map(({ number }) => number)).toEqual([4]);
        const { ok, revisions, findings } = await store.verify();
        expect({ ok, revisions }).toEqual({ ok: true, revisions: 2 });
        expect(findings.map(({ code }) => code)).toEqual(['foreign-item', 'foreign-item', 'foreign-item']);
      });

      it('no gap where an item of others stood and was taken away: the next revision names the one before it', async () => {
        await publish(policyThatBlocks('a'));
        const Key = { pk: 'POLICY', sk: revisionKey(2) };
        await put({ ...Key, ...foreign });
        expect((await publish(policyThatBlocks('b'))).number).toBe(3);
        await client.send(new DeleteCommand({ TableName: tableName, Key }));
        expect(await store.verify()).toMatchObject({ ok: true, revisions: 2, findings: [] });
        expect((await publish(policyThatBlocks('c'))).number).toBe(4);
      });

      it('nothing in items beside the revisions', async () => {
        await put({ pk: 'POLICY', sk: 'NOTES', ...foreign });
        await put({ pk: 'POLICY', sk: 'ZZZ', kind: 'client-vpn-policy/revision@9' });
        expect(await store.head()).toBeUndefined();
      });
    });

    describe('holds large policies', () => {
      const readCost = async (revision: Revision) => {
        const { ConsumedCapacity } = await client.send(
          new QueryCommand({
            TableName: tableName,
            ConsistentRead: true,
            KeyConditionExpression: 'pk = :pk AND sk = :sk',
            ExpressionAttributeValues: { ':pk': 'POLICY', ':sk': revisionKey(revision.number) },
            ReturnConsumedCapacity: 'TOTAL',
          }),
        );
        return ConsumedCapacity?.CapacityUnits;
      };

      it('gives back 10,000 rules and 100,000 entries, and writes few parts anew for a change of one entry', async () => {
        const before = bigPolicy(10_000, 100_000);
        const first = await publish(before);
        expect(await readCost(first)).toBe(1);
        const loaded = await store.load(first);
        expect(loaded.document).toEqual(before);

        const entries = [...(before.sets?.offices?.entries ?? [])];
        entries.splice(50_000, 1, '203.0.113.9');
        const after = { ...before, sets: { offices: { kind: 'ip', description: 'All offices', entries } } } as const;
        const countBefore = (await itemCount()) ?? 0;
        // With so much to say there is no room for the list of parts in the revision's own item.
        const second = await publish(after, store, '鉄'.repeat(512));
        expect([first, second].map(({ contents }) => Object.keys(contents))).toEqual([['parts'], ['index']]);
        // The revision, its index, the chunk, and at worst the next one.
        expect(((await itemCount()) ?? 0) - countBefore).toBeLessThanOrEqual(4);
        expect((await store.load(second, { known: loaded.fragments })).document).toEqual(after);
        expect(await readCost(second)).toBe(1);
        expect(await store.verify()).toMatchObject({ ok: true, revisions: 2 });
      }, 60_000);

      it('gives back what cannot be compressed, and rules larger than an item', async () => {
        const noise = (bytes: number) => randomBytes(bytes).toString('base64');
        const document: PolicyDocument = {
          version: 1,
          defaultEffect: 'deny',
          defaultMessage: noise(300_000),
          rules: [{ id: 'huge', effect: 'deny', match: { users: [noise(700_000), 'b'] } }, blockRule('batchi')],
          sets: {
            noise: { kind: 'user', entries: Array.from({ length: 2_000 }, () => noise(300)) },
            small: { kind: 'user', entries: ['a'] },
          },
        };
        const revision = await publish(document);
        expect((await store.load(revision)).document).toEqual(document);
      }, 60_000);
    });
  });
}
