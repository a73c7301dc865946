import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { PolicyDocument, Rule } from '../engine/index.ts';
import { ApplyConflictError, applyPolicy, BaseMovedError, type FileApplication } from './apply-policy.ts';
import { DynamoDbPolicyStore } from './dynamodb-policy-store.ts';
import type { CommitRequest } from './policy-store.ts';
import { createRulesTable, type LocalDynamoDb, localDocumentClient, startDynalite } from './testing/dynalite.ts';
import { AUTHOR, blockRule, policyThatBlocks } from './testing/policies.ts';
import { currentPolicy, PolicyRefusedError, writePolicy } from './write-policy.ts';

const SOURCE = 'vpn/policy.yaml';
const FILE = policyThatBlocks('file');
const MEANS = { author: AUTHOR, reason: 'because', confirm: [], now: Date.now };

let dynalite: LocalDynamoDb;
let client: DynamoDBDocumentClient;
let tableName: string;
let store: DynamoDbPolicyStore;
beforeAll(async () => {
  dynalite = await startDynalite();
});
beforeEach(async () => {
  client = localDocumentClient(dynalite.endpoint);
  tableName = await createRulesTable(client);
  store = new DynamoDbPolicyStore({ client, tableName });
});
afterAll(() => dynalite.stop());

const apply = (document: unknown, more: Partial<FileApplication> = {}) =>
  applyPolicy(store, { document, source: SOURCE, prune: false, forceConflicts: false, ...MEANS, ...more });
const operate = (...rules: readonly Rule[]) =>
  writePolicy(store, {
    ...MEANS,
    change: (current) => ({ ...FILE, ...current?.document, rules: [...(current?.document.rules ?? []), ...rules] }),
  });
const inForce = async () => (await currentPolicy(store))?.document;
const revisionInForce = async () => (await store.head())?.number;

describe('applyPolicy', () => {
  it('publishes the first policy', async () => {
    const written = await apply(FILE);
    expect(written).toMatchObject({ written: true, changed: true, kept: [], overridden: [], revision: { number: 1 } });
    expect(written.base).toBeUndefined();
    expect(written.summary).toBe('first policy: 1 rule, 0 sets (0 entries), 0 endpoints, 0 tests');
    expect(await store.applied(SOURCE)).toMatchObject({ document: FILE, revision: { number: 1 } });
  });

  it('keeps what an operator did, and tells it; the next application, too', async () => {
    await apply(FILE);
    await operate(blockRule('batchi'));
    const file = policyThatBlocks('file', 'more');
    const written = await apply(file);
    expect(written).toMatchObject({
      written: true,
      summary: 'rule block-more added',
      base: { number: 1 },
      kept: [{ what: 'rule', id: 'block-batchi', change: 'added' }],
    });
    expect(await inForce()).toEqual(policyThatBlocks('file', 'more', 'batchi'));
    expect(await apply(policyThatBlocks('more'))).toMatchObject({ written: true, base: { number: 3 } });
    expect(await inForce()).toEqual(policyThatBlocks('more', 'batchi'));
  });

  it('writes nothing where the file is as it was last applied', async () => {
    await apply(FILE);
    await operate(blockRule('batchi'));
    expect(await apply(FILE)).toMatchObject({ written: false, changed: false, summary: 'no change', kept: [{}] });
    expect(await revisionInForce()).toBe(2);
  });

  it('records a file that only takes up what is in force, so that it can take it out again', async () => {
    await apply(FILE);
    await operate(blockRule('batchi'));
    const taken = policyThatBlocks('file', 'batchi');
    expect(await apply(taken, { dryRun: true })).toMatchObject({ written: false, changed: true });
    expect(await apply(taken)).toMatchObject({
      written: true,
      summary: `no change; applied from ${SOURCE}`,
      revision: { number: 3, applied: [{ source: SOURCE, revision: 3 }] },
    });
    await apply(FILE);
    expect(await inForce()).toEqual(FILE);
  });

  it('takes out what only others added where it prunes', async () => {
    await apply(FILE);
    await operate(blockRule('batchi'));
    expect(await apply(FILE, { prune: true })).toMatchObject({ written: true, summary: 'rule block-batchi removed' });
    expect(await inForce()).toEqual(FILE);
  });

  it('refuses where others changed the same, with both sides and the base; the file can be preferred', async () => {
    const saying = (message: string): PolicyDocument => ({
      ...FILE,
      rules: [{ id: 'block-file', effect: 'deny', match: { users: ['file'] }, message }],
    });
    await apply(saying('a'));
    await writePolicy(store, { ...MEANS, change: () => saying('b') });
    const refused: unknown = await apply(saying('c')).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApplyConflictError);
    const conflict = { what: 'rule', id: 'block-file', field: 'message', applied: 'a', file: 'c', current: 'b' };
    expect(refused).toMatchObject({ code: 'apply-conflict', conflicts: [conflict], base: { number: 1 } });
    expect(await revisionInForce()).toBe(2);
    expect(await apply(saying('c'), { forceConflicts: true })).toMatchObject({ written: true, overridden: [conflict] });
    expect(await inForce()).toEqual(saying('c'));
  });

  it('merges a file under another name as one that was never applied', async () => {
    await apply(FILE);
    const written = await apply(policyThatBlocks('other'), { source: 'other.yaml' });
    expect(written).toMatchObject({ kept: [{ id: 'block-file', change: 'added' }] });
    expect(written.base).toBeUndefined();
    expect(await inForce()).toEqual(policyThatBlocks('other', 'file'));
  });

  it('goes on from a policy that was written whole under that name', async () => {
    const document = policyThatBlocks('file', 'more');
    await writePolicy(store, { ...MEANS, change: () => document, applied: { source: SOURCE } });
    expect(await apply(FILE)).toMatchObject({ summary: 'rule block-more removed', base: { number: 1 } });
  });

  it.each([
    ['a policy where there is to be none', 0, 1],
    ['an older revision', 1, 2],
    ['a revision that is not yet there', 3, 2],
  ])('refuses %s', async (_, ifRevision, actual) => {
    for (let number = 0; number < actual; number++) await operate(blockRule(`user-${number}`));
    const refused: unknown = await apply(FILE, { ifRevision }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(BaseMovedError);
    expect(refused).toMatchObject({ code: 'base-moved', expected: ifRevision, actual });
    expect(await apply(FILE, { ifRevision: actual })).toMatchObject({ written: true });
  });

  it('publishes the first policy only where there is none yet', async () => {
    expect(await apply(FILE, { ifRevision: 0 })).toMatchObject({ written: true });
  });

  it('begins again on the policy of another writer, its conditions checked again', async () => {
    await apply(FILE);
    const seen: unknown[] = [];
    const others = ['batchi'];
    const check: FileApplication['check'] = (current, next) => seen.push([current?.revision.number, next]);
    class Busy extends DynamoDbPolicyStore {
      override commit(request: CommitRequest) {
        const prepare: CommitRequest['prepare'] = async (current) => {
          const change = await request.prepare(current);
          await operate(...others.splice(0).map(blockRule));
          return change;
        };
        return super.commit({ ...request, prepare });
      }
    }
    const busy = new Busy({ client, tableName });
    const file = policyThatBlocks('more');
    const written = await applyPolicy(busy, {
      ...MEANS,
      document: file,
      source: SOURCE,
      prune: false,
      forceConflicts: false,
      check,
    });
    expect(seen).toEqual([
      [1, file],
      [2, policyThatBlocks('more', 'batchi')],
    ]);
    expect(written).toMatchObject({ revision: { number: 3 }, kept: [{ id: 'block-batchi' }] });
    others.push('mori');
    const pinned = { ...MEANS, document: FILE, source: SOURCE, prune: false, forceConflicts: false, ifRevision: 3 };
    await expect(applyPolicy(busy, pinned)).rejects.toMatchObject({ expected: 3, actual: 4 });
  });

  it('tells a file that is not valid from a policy that would not be', async () => {
    await apply({ ...FILE, sets: { leavers: { kind: 'user', entries: ['batchi'] } } });
    await operate({ id: 'operator', effect: 'deny', match: { users: ['@leavers'] } });
    const refusal = (document: unknown) => apply(document).catch((error: unknown) => error);
    const invalid = await refusal({ ...FILE, rules: [{ id: 'a', effect: 'deny', match: { users: ['@nobody'] } }] });
    expect(invalid).toBeInstanceOf(PolicyRefusedError);
    expect(invalid).toMatchObject({ refused: 'file', refusal: { issues: [{ where: 'rules[0].match.users[0]' }] } });
    expect(await refusal(FILE)).toMatchObject({ refused: 'policy', refusal: { issues: [{ code: 'unknown-set' }] } });
  });
});
