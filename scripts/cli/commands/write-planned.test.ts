import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { itemHash } from '../../../shared/policy/index.ts';
import { openAccess } from '../access/access-options.ts';
import type { PolicyAccess, PolicyAt, WriteStep } from '../access/policy-access.ts';
import { surroundingsAt } from '../access/testing/surroundings.ts';
import { startTestTables, type TestTables } from '../testing/policy-table.ts';
import { type PublishedPolicy, publishPolicy } from '../testing/published-policy.ts';
import { NOW } from '../testing/run-cli.ts';
import { writePlanned } from './write-planned.ts';

const POLICY = `version: 1
defaultEffect: allow
rules: [{ id: x, effect: deny, match: { identities: [x] }, expiresAt: 2026-11-24T20:00:00+09:00 }]
`;

let tables: TestTables;
let published: PublishedPolicy;
let access: PolicyAccess;

beforeAll(async () => {
  tables = await startTestTables();
});
beforeEach(async () => {
  published = await publishPolicy(tables, POLICY);
  const [, table = ''] = published.table;
  access = await openAccess(
    { table, region: 'us-east-1', endpoint: tables.endpoint },
    surroundingsAt(() => Date.parse(NOW)),
  );
});
afterEach(() => access.close());
afterAll(() => tables.stop());

/** Puts a description on the rule x as it is read. */
function describeX({ document, revision }: PolicyAt) {
  const rule = document.rules?.find(({ id }) => id === 'x');
  if (rule === undefined) return { ok: false } as const;
  const patch = { description: `made for revision ${revision.number}` };
  return { ok: true, operations: [{ op: 'patch-rule', id: 'x', patch, ifMatch: itemHash(rule) }] } as const;
}

const toWrite = (step: WriteStep) => ({ step, reason: 'a test', confirm: [], dryRun: false });

/** Others change the rule that often, each time between reading and writing. */
function disturbed(times: number, other: readonly string[]): PolicyAccess {
  let left = times;
  return {
    ...access,
    async policy(revision) {
      const read = await access.policy(revision);
      if (left-- > 0) await published.run([...other, '--id', 'x', '--for', `${left + 2}h`, '--replace']);
      return read;
    },
  };
}

describe('writePlanned', () => {
  it('plans anew on what others have left, and overwrites nothing of it', async () => {
    const { written, policy } = await writePlanned(disturbed(2, ['block', 'x']), describeX, toWrite);
    expect(written).toMatchObject({ outcome: 'written', revision: { number: 4 } });
    expect(policy.revision.number).toBe(3);
    expect((await published.document()).rules).toEqual([
      expect.objectContaining({ id: 'x', description: 'made for revision 3', expiresAt: '2026-11-24T12:00:00+09:00' }),
    ]);
  });

  it('gives up where others are always first', async () => {
    const { written } = await writePlanned(disturbed(20, ['block', 'x']), describeX, toWrite);
    expect(written).toEqual({
      outcome: 'moved',
      message: `others write to ${access.place} at the same time, again and again: try again`,
    });
  });

  it('writes nothing where there is nothing to be done, or it cannot be', async () => {
    expect((await writePlanned(access, () => ({ ok: true, operations: [] }), toWrite)).written).toBeUndefined();
    expect((await writePlanned(access, () => ({ ok: false }), toWrite)).written).toBeUndefined();
    expect((await access.policy())?.revision.number).toBe(1);
  });
});
