/** What every way to the policy must do, with the same words: run on each. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { PolicyDocument } from '../../../../shared/engine/index.ts';
import { itemHash, type PolicyOperation } from '../../../../shared/policy/index.ts';
import { type Author, DynamoDbPolicyStore } from '../../../../shared/store/index.ts';
import {
  createRulesTable,
  type LocalDynamoDb,
  localDocumentClient,
  startDynalite,
} from '../../../../shared/store/testing/dynalite.ts';
import { NOW } from '../../testing/run-cli.ts';
import { authorName } from '../author-name.ts';
import type { PolicyAccess, PolicyWrite, WriteStep, Written } from '../policy-access.ts';

/** A way in, on a table of its own. */
export interface AccessUnderTest {
  readonly access: PolicyAccess;
  /** Whom the history names for its writes. */
  readonly author: Author;
  stop(): Promise<void>;
}

export interface TableUnderTest {
  readonly endpoint: string;
  readonly tableName: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const OFFICE = { id: 'office', effect: 'allow', match: { sourceIps: ['203.0.113.0/24'] } } as const;
const BLOCK = { id: 'block-batchi', effect: 'deny', match: { identities: ['batchi'] } } as const;
const TEST = {
  name: 'from the office',
  connection: { 'public-ip': '203.0.113.9' },
  at: '2026-11-24T10:00:00+09:00',
  expect: { allow: true, rule: 'office' },
};
const FIRST: PolicyDocument = {
  version: 1,
  defaultEffect: 'deny',
  sets: { leavers: { kind: 'user', entries: ['kato', 'sato'] } },
  rules: [OFFICE, { id: 'leavers', effect: 'deny', match: { identities: ['@leavers'] } }],
  tests: [TEST],
};
const WITH_BLOCK: PolicyDocument = { ...FIRST, rules: [...(FIRST.rules ?? []), BLOCK] };
const WITHOUT_TEST: PolicyDocument = { ...FIRST, tests: [] };
const BREAKS_ITS_TEST: PolicyDocument = {
  ...FIRST,
  rules: [{ ...OFFICE, match: { sourceIps: ['192.0.2.0/24'] } }, ...(FIRST.rules ?? []).slice(1)],
  tests: [{ ...TEST, name: 'another' }],
};
const REFUSES_EVERYBODY: PolicyDocument = { version: 1, defaultEffect: 'deny' };
/** Host bits: lint warns. */
const WITH_WARNING: PolicyDocument = {
  ...FIRST,
  rules: [{ ...OFFICE, match: { sourceIps: ['203.0.113.9/24'] } }, ...(FIRST.rules ?? []).slice(1)],
};
const SOURCE = 'vpn/policy.yaml';
const FIRST_SUMMARY = 'first policy: 2 rules, 1 set (2 entries), 0 endpoints, 1 test';

export function describePolicyAccess(name: string, open: (table: TableUnderTest) => Promise<AccessUnderTest>): void {
  describe(`the policy through ${name}`, () => {
    let dynamoDb: LocalDynamoDb;
    let way: AccessUnderTest;
    let store: DynamoDbPolicyStore;
    let stop: () => Promise<void>;
    const now = () => Date.parse(NOW);

    beforeAll(async () => {
      dynamoDb = await startDynalite();
    });
    beforeEach(async () => {
      const client = localDocumentClient(dynamoDb.endpoint);
      const tableName = await createRulesTable(client);
      store = new DynamoDbPolicyStore({ client, tableName, now });
      way = await open({ endpoint: dynamoDb.endpoint, tableName, now });
      stop = async () => {
        way.access.close();
        await way.stop();
        client.destroy();
      };
    });
    afterEach(() => stop());
    afterAll(() => dynamoDb.stop());

    const write = (step: WriteStep, more: Partial<PolicyWrite> = {}): Promise<Written> =>
      way.access.write({ step, reason: 'because', confirm: [], dryRun: false, ...more });
    const replace = (document: unknown, more: Partial<PolicyWrite> = {}, source?: string) =>
      // What is not valid must be refused, too.
      write({ kind: 'replace', document: document as PolicyDocument, source, mayReplace: true }, more);
    const apply = (
      document: PolicyDocument,
      how: Partial<Extract<WriteStep, { readonly kind: 'apply' }>> = {},
      more: Partial<PolicyWrite> = {},
    ) => write({ kind: 'apply', document, source: SOURCE, prune: false, forceConflicts: false, ...how }, more);
    const operations = (list: readonly unknown[], more: Partial<PolicyWrite> = {}) =>
      write({ kind: 'operations', operations: list as readonly PolicyOperation[] }, more);
    const inForce = async () => (await way.access.policy())?.document;
    /** What is told of the revision that a write made. */
    const revision = (number: number, summary: string, more: object = {}) => ({
      number,
      createdAt: NOW,
      author: way.author,
      reason: 'because',
      summary,
      confirmed: [],
      ...more,
    });
    const accepted = (outcome: string, told: object) => ({ outcome, warnings: [], confirmedFor: [], ...told });

    describe('reading', () => {
      it('has nothing before the first policy', async () => {
        expect(await way.access.policy()).toBeUndefined();
        expect(await way.access.applied(SOURCE)).toBeUndefined();
        expect(await listed()).toEqual([]);
        expect(await way.access.verify()).toEqual({ ok: true, revisions: 0, parts: 0, findings: [] });
      });

      it('gives the policy in force, or that of a revision, with who made it', async () => {
        await replace(FIRST);
        await replace(WITH_BLOCK);
        const first = { document: FIRST, revision: revision(1, FIRST_SUMMARY) };
        const second = { document: WITH_BLOCK, revision: revision(2, 'rule block-batchi added') };
        expect(await way.access.policy()).toEqual(second);
        expect([await way.access.policy(2), await way.access.policy(1)]).toEqual([second, first]);
        expect(await listed()).toEqual([second.revision, first.revision]);
        expect(await way.access.verify()).toMatchObject({ ok: true, revisions: 2, findings: [] });
      });

      it('names a revision that is not there', async () => {
        await replace(FIRST);
        await expect(way.access.policy(9)).rejects.toMatchObject({
          name: 'CommandError',
          exitCode: 1,
          message: `there is no revision 9 in ${way.access.place}: vpn-policy log lists them`,
        });
      });

      it('lists more revisions than stand on a page, each once', async () => {
        for (let number = 1; number <= 103; number++) {
          const document = { ...REFUSES_EVERYBODY, defaultMessage: `no ${number}` };
          await store.commit({ prepare: () => ({ document, summary: 's' }), author: way.author, reason: '' });
        }
        const numbers = (await listed()).map(({ number }) => number);
        expect(numbers).toEqual(Array.from({ length: 103 }, (_, index) => 103 - index));
      });

      async function listed() {
        const all = [];
        for await (const one of way.access.revisions()) all.push(one);
        return all;
      }
    });

    describe('replacing the policy', () => {
      it('publishes the first, and then changes nothing where it is the same', async () => {
        const first = revision(1, FIRST_SUMMARY);
        expect(await replace(FIRST, { dryRun: true })).toEqual(accepted('checked', { summary: FIRST_SUMMARY }));
        expect(await inForce()).toBeUndefined();
        expect(await replace(FIRST)).toEqual(accepted('written', { revision: first, summary: FIRST_SUMMARY }));
        const same = accepted('unchanged', { revision: first, summary: 'no change' });
        expect([await replace(FIRST), await replace(FIRST, { dryRun: true })]).toEqual([same, same]);
      });

      it('puts another in its place', async () => {
        await replace(FIRST);
        const summary = 'rule block-batchi added';
        expect(await replace(WITH_BLOCK, { dryRun: true })).toEqual(
          accepted('checked', { revision: revision(1, FIRST_SUMMARY), summary }),
        );
        expect(await replace(WITH_BLOCK)).toEqual(accepted('written', { revision: revision(2, summary), summary }));
      });

      it('puts none in the place of another where it may not', async () => {
        const carefully = (document: PolicyDocument, more: Partial<PolicyWrite> = {}) =>
          write({ kind: 'replace', document, mayReplace: false }, more);
        const first = revision(1, FIRST_SUMMARY);
        expect(await carefully(FIRST)).toEqual(accepted('written', { revision: first, summary: FIRST_SUMMARY }));
        expect(await carefully(FIRST)).toEqual(accepted('unchanged', { revision: first, summary: 'no change' }));
        for (const dryRun of [true, false]) {
          await expect(carefully(WITH_BLOCK, { dryRun })).rejects.toMatchObject({
            name: 'CommandError',
            exitCode: 1,
            message: `there is a policy already: revision 1 (${NOW} by ${authorName(way.author)}: because). --replace puts the file in its place, with all that others changed since; --replace --dry-run shows what that changes`,
          });
        }
        expect(await inForce()).toEqual(FIRST);
      });

      it('records the file, even where the policy stays as it is', async () => {
        await replace(FIRST);
        const applied = [{ source: SOURCE, revision: 2 }];
        const summary = `no change; applied from ${SOURCE}`;
        expect(await replace(FIRST, { dryRun: true }, SOURCE)).toMatchObject({ outcome: 'checked', summary });
        expect(await replace(FIRST, {}, SOURCE)).toEqual(
          accepted('written', { revision: revision(2, summary, { applied }), summary }),
        );
        expect(await replace(FIRST, {}, SOURCE)).toMatchObject({ outcome: 'unchanged', revision: { number: 2 } });
        expect(await way.access.applied(SOURCE)).toEqual({
          document: FIRST,
          revision: revision(2, summary, { applied }),
        });
        expect(await way.access.applied('another.yaml')).toBeUndefined();
      });

      it('warns of what it publishes all the same', async () => {
        expect(await replace(WITH_WARNING)).toMatchObject({
          outcome: 'written',
          warnings: [{ code: 'host-bits', where: 'rules[0].match.sourceIps[0]', message: expect.any(String) }],
        });
      });
    });

    describe('refusing', () => {
      const refused = (refusal: object) => ({
        outcome: 'refused',
        refusal: { issues: [], failedTests: [], unconfirmed: [], ...refusal },
      });
      const removed = { confirm: 'tests', message: 'the test "from the office" is removed' };
      const lockout = {
        confirm: 'lockout',
        message: 'the policy refuses everybody: the default refuses, and no allow rule can admit anybody',
      };

      it.each(['replace', 'apply'])('what is not valid: %s', async (kind) => {
        const document = { ...FIRST, defaultEffect: 'maybe', surplus: 1 } as unknown as PolicyDocument;
        expect(await (kind === 'replace' ? replace(document) : apply(document))).toEqual(
          refused({
            issues: [
              { code: 'wrong-value', where: 'defaultEffect', message: expect.stringContaining('"maybe"') },
              { code: 'unknown-key', where: 'surplus', message: expect.stringContaining('"surplus"') },
            ],
          }),
        );
        expect(await inForce()).toBeUndefined();
      });

      it('what fails its own test, and breaks one of the policy in force', async () => {
        await replace(FIRST);
        const failed = {
          name: 'another',
          passed: false,
          expected: { allow: true, rule: 'office' },
          actual: { allow: false, rule: 'default', message: expect.any(String), postureStatuses: [] },
          differences: ['allow: expected true, got false', 'rule: expected "office", got "default"'],
        };
        expect(await replace(BREAKS_ITS_TEST)).toEqual(refused({ failedTests: [failed], unconfirmed: [removed] }));
        expect(await inForce()).toEqual(FIRST);
      });

      it('what wants a word more, until it is given', async () => {
        expect(await replace(REFUSES_EVERYBODY)).toEqual(refused({ unconfirmed: [lockout] }));
        await replace(FIRST);
        expect(await replace(WITHOUT_TEST)).toEqual(refused({ unconfirmed: [removed] }));
        const summary = `confirmed tests: ${removed.message}; test from the office removed`;
        expect(await replace(WITHOUT_TEST, { confirm: ['tests', 'lockout', 'tests'] })).toEqual(
          accepted('written', {
            revision: revision(2, summary, { confirmed: ['tests'] }),
            summary,
            confirmedFor: [removed],
          }),
        );
        expect(await write({ kind: 'restore', revision: 1 })).toMatchObject({ outcome: 'written' });
        expect(await write({ kind: 'restore', revision: 2 })).toEqual(refused({ unconfirmed: [removed] }));
        expect(await write({ kind: 'revert', revision: 3 })).toEqual(refused({ unconfirmed: [removed] }));
        expect(await apply(WITHOUT_TEST, { forceConflicts: true })).toMatchObject({ outcome: 'written' });
        expect(await operations([{ op: 'delete-test', name: TEST.name }])).toEqual(refused({ unconfirmed: [removed] }));
      });
    });

    describe('applying a file', () => {
      beforeEach(async () => {
        await apply(FIRST);
      });

      it('records the file, and what of others stays', async () => {
        expect((await way.access.applied(SOURCE))?.document).toEqual(FIRST);
        await operations([{ op: 'put-rule', rule: BLOCK }]);
        const kept = [{ what: 'rule', id: BLOCK.id, change: 'added', after: BLOCK }];
        const applied = [{ source: SOURCE, revision: 1 }];
        const second = revision(2, 'rule block-batchi added', { applied });
        expect(await apply(FIRST)).toEqual(
          accepted('unchanged', { revision: second, summary: 'no change', kept, overridden: [] }),
        );
        const file = { ...FIRST, defaultMessage: 'no' };
        const summary = 'defaultMessage changed';
        expect(await apply(file, {}, { dryRun: true })).toEqual(
          accepted('checked', { revision: second, summary, kept, overridden: [] }),
        );
        expect(await apply(file)).toEqual(
          accepted('written', {
            revision: revision(3, summary, { applied: [{ source: SOURCE, revision: 3 }] }),
            summary,
            kept,
            overridden: [],
          }),
        );
        expect(await inForce()).toEqual({ ...WITH_BLOCK, defaultMessage: 'no' });
        expect((await way.access.applied(SOURCE))?.document).toEqual(file);
      });

      it('takes out what others added where it prunes', async () => {
        await operations([{ op: 'put-rule', rule: BLOCK }]);
        expect(await apply(FIRST, { prune: true })).toMatchObject({ outcome: 'written', kept: [] });
        expect(await inForce()).toEqual(FIRST);
      });

      it('refuses where the file and others changed the same, unless the file counts', async () => {
        await operations([{ op: 'patch-rule', id: 'office', patch: { description: 'theirs' } }]);
        const [office, ...others] = FIRST.rules ?? [];
        const file: PolicyDocument = { ...FIRST, rules: [{ ...OFFICE, ...office, description: 'ours' }, ...others] };
        const conflict = {
          what: 'rule',
          id: 'office',
          field: 'description',
          base: undefined,
          ours: 'ours',
          theirs: 'theirs',
        };
        for (const dryRun of [true, false]) {
          expect(await apply(file, {}, { dryRun })).toEqual({ outcome: 'conflict', conflicts: [conflict] });
        }
        expect(await apply(file, { forceConflicts: true })).toMatchObject({
          outcome: 'written',
          kept: [],
          overridden: [conflict],
        });
        expect(await inForce()).toEqual(file);
      });

      it('writes on top of one revision only, where it is told to', async () => {
        const file = { ...FIRST, defaultMessage: 'no' };
        const moved = (message: string) => ({ outcome: 'moved', message });
        expect(await apply(file, { ifRevision: 0 })).toEqual(
          moved('revision 1 is in force; this was to be written where no policy is published yet only'),
        );
        expect(await apply(file, { ifRevision: 7 })).toEqual(
          moved('revision 1 is in force; this was to be written on top of revision 7 only'),
        );
        expect(await apply(file, { ifRevision: 1 })).toMatchObject({ outcome: 'written', revision: { number: 2 } });
      });
    });

    it('applies a file where nothing is published, and tells where something should be', async () => {
      expect(await apply(FIRST, { ifRevision: 3 })).toEqual({
        outcome: 'moved',
        message: 'no policy has been published; this was to be written on top of revision 3 only',
      });
      const applied = [{ source: SOURCE, revision: 1 }];
      const summary = FIRST_SUMMARY;
      expect(await apply(FIRST, { ifRevision: 0 })).toEqual(
        accepted('written', { revision: revision(1, summary, { applied }), summary, kept: [], overridden: [] }),
      );
    });

    describe('operations', () => {
      it('change a policy that is there only', async () => {
        await expect(operations([{ op: 'put-rule', rule: BLOCK }])).rejects.toMatchObject({
          name: 'CommandError',
          exitCode: 1,
          message:
            'no policy has been published yet, so there is nothing to change: publish one with vpn-policy seed FILE',
        });
      });

      it('tell what each did', async () => {
        await replace(FIRST);
        const list = [
          { op: 'put-rule', rule: BLOCK },
          { op: 'patch-set', name: 'leavers', add: ['mori', 'KATO'], remove: ['sato', 'nobody'] },
          { op: 'patch-settings', patch: { defaultEffect: 'deny' } },
        ];
        const results = [
          { outcome: 'created' },
          { outcome: 'changed', entries: { added: 1, replaced: 1, removed: 1, notFound: ['nobody'] } },
          { outcome: 'unchanged' },
        ];
        const tried = await operations(list, { dryRun: true });
        expect(tried).toMatchObject({ outcome: 'checked', revision: { number: 1 }, results });
        const done = await operations(list);
        expect(done).toMatchObject({ outcome: 'written', revision: { number: 2 }, results });
        expect((await inForce())?.sets?.leavers?.entries).toEqual(['KATO', 'mori']);
        const again = await operations([{ op: 'put-rule', rule: BLOCK }]);
        expect(again).toMatchObject({
          outcome: 'unchanged',
          summary: 'no change',
          results: [{ outcome: 'unchanged' }],
        });
      });

      it('are made only on what they were made for', async () => {
        await replace(FIRST);
        const hash = itemHash(OFFICE);
        expect(await operations([{ op: 'delete-rule', id: 'office', ifMatch: itemHash(BLOCK) }])).toEqual({
          outcome: 'moved',
          message: `the rule "office" has changed since: its hash is ${hash}; accepted: read it again`,
        });
        expect(
          await operations([
            { op: 'put-rule', rule: OFFICE, ifNoneMatch: '*' },
            { op: 'delete-rule', id: 'gone', ifMatch: '*' },
          ]),
        ).toEqual({
          outcome: 'moved',
          message:
            'the rule "office" exists already; accepted: another name, or no ifNoneMatch to replace it; there is no rule "gone"',
        });
      });

      it('are refused with the place of what is wrong', async () => {
        await replace(FIRST);
        const issuesOf = async (list: readonly unknown[]) => {
          const written = await operations(list);
          return written.outcome === 'refused' ? written.refusal.issues : written;
        };
        expect(await issuesOf([{ op: 'delete-rule', id: 'offise' }])).toEqual([
          { code: 'not-found', where: '[0].id', message: 'there is no rule "offise" (did you mean "office"?)' },
        ]);
        expect(await issuesOf([{ op: 'delete-rule', id: 'leavers' }, { op: 'frob' }])).toEqual([
          { code: expect.any(String), where: '[1].op', message: expect.stringContaining('"frob"') },
        ]);
        expect(await issuesOf([{ op: 'delete-set', name: 'leavers' }])).toEqual([
          {
            code: 'unknown-set',
            where: 'rules[1].match.identities[0]',
            message: expect.stringContaining('there is no set "leavers"'),
          },
        ]);
      });
    });

    describe('going back', () => {
      beforeEach(async () => {
        await replace(FIRST);
        await replace(WITH_BLOCK);
        await operations([{ op: 'patch-set', name: 'leavers', add: ['mori'] }]);
      });

      it('restores the state of a revision', async () => {
        const summary = 'rule block-batchi removed; set leavers: -mori';
        expect(await write({ kind: 'restore', revision: 1 }, { dryRun: true })).toMatchObject({
          outcome: 'checked',
          summary,
        });
        expect(await write({ kind: 'restore', revision: 1 })).toEqual(
          accepted('written', { revision: revision(4, summary), summary }),
        );
        expect(await inForce()).toEqual(FIRST);
        expect(await write({ kind: 'restore', revision: 4 })).toMatchObject({ outcome: 'unchanged' });
      });

      it('restores only while the policy is the one that was seen, where that is asked for', async () => {
        const seen = await inForce();
        await operations([{ op: 'patch-set', name: 'leavers', add: ['ono'] }]);
        expect(await write({ kind: 'restore', revision: 1, ifCurrent: seen })).toEqual({
          outcome: 'moved',
          message: 'others have changed the policy meanwhile: look at it again',
        });
        expect(await write({ kind: 'restore', revision: 1, ifCurrent: await inForce() })).toMatchObject({
          outcome: 'written',
        });
      });

      it('undoes one change and keeps those made since', async () => {
        const summary = 'rule block-batchi removed';
        expect(await write({ kind: 'revert', revision: 2 })).toEqual(
          accepted('written', { revision: revision(4, summary), summary }),
        );
        expect((await inForce())?.sets?.leavers?.entries).toEqual(['kato', 'sato', 'mori']);
        expect(await write({ kind: 'revert', revision: 2 })).toEqual(
          accepted('unchanged', { revision: revision(4, summary), summary: 'no change' }),
        );
      });

      it('tells what a later change touched again', async () => {
        await operations([{ op: 'patch-rule', id: BLOCK.id, patch: { message: 'no' } }]);
        expect(await write({ kind: 'revert', revision: 2 })).toEqual({
          outcome: 'conflict',
          conflicts: [
            { what: 'rule', id: BLOCK.id, base: undefined, ours: BLOCK, theirs: { ...BLOCK, message: 'no' } },
          ],
        });
      });

      it.each(['restore', 'revert'] as const)('names a revision that is not there: %s', async (kind) => {
        await expect(write({ kind, revision: 9 })).rejects.toMatchObject({
          name: 'CommandError',
          exitCode: 1,
          message: `there is no revision 9 in ${way.access.place}: vpn-policy log lists them`,
        });
      });

      it('does not undo the first policy', async () => {
        await expect(write({ kind: 'revert', revision: 1 })).rejects.toMatchObject({
          name: 'CommandError',
          exitCode: 1,
          message: 'revision 1 is the first policy: there is nothing before it to go back to',
        });
      });
    });
  });
}
