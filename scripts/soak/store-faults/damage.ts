/** Damage to the table, as somebody with the right to put items could do it, and the mending of it. */
import { createHash, randomUUID } from 'node:crypto';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Random } from '../../fuzz/random.ts';

export const DAMAGES = [
  // Not the project's: passed over.
  'foreign item above the head',
  'foreign item under the key of a part',
  // Of the newest revision: handlers keep what they have.
  'head of an unknown kind',
  'head that is garbage',
  'head in a newer language',
  'head with a part that inflates without bound',
  'part rewritten',
  'part without its mark',
] as const;

export type DamageKind = (typeof DAMAGES)[number];

export interface Damage {
  readonly kind: DamageKind;
  /** Whom it keeps from the policy: nobody; whoever asks for the newest revision; whoever needs a part of it. */
  readonly harms: 'nobody' | 'all' | 'some';
  /** A text that occurs in what DynamoDB answers where the damage is read. */
  readonly mark: string;
  /** Puts right what was damaged. */
  mend(): Promise<unknown>;
}

export interface TableToDamage {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly random: Random;
  /** Compressed bytes that inflate to very much more than a part may. */
  readonly bomb: Buffer;
}

type Item = Readonly<Record<string, unknown>>;
type Key = { readonly pk: string; readonly sk: string };

let damages = 0;

/** Damages a table that has a policy. */
export async function damageTable(table: TableToDamage, kind: DamageKind): Promise<Damage> {
  const { random, bomb } = table;
  const mark = `damage-${++damages}`;
  const found = (harms: Damage['harms'], mend: Damage['mend']): Damage => ({ kind, harms, mark, mend });
  switch (kind) {
    case 'foreign item above the head':
      await putAbove(table, ({ pk, sk }) => ({ pk, sk, note: mark, huge: 12345678901234567890123n }));
      // It stays: "known" in shared/store/foreign-item-race.test.ts.
      return found('nobody', async () => {});
    case 'foreign item under the key of a part': {
      const key = { pk: `BLOB#${createHash('sha256').update(mark).digest('hex')}`, sk: 'BLOB' };
      await put(table, { ...key, note: mark });
      return found('nobody', () => remove(table, key));
    }
    case 'head of an unknown kind': {
      const above = await putAbove(table, (next) => ({ ...next, kind: 'client-vpn-policy/revision@2', writeId: mark }));
      return found('all', () => remove(table, above));
    }
    case 'head that is garbage': {
      const above = await putAbove(table, ({ pk, sk }) => ({
        pk,
        sk,
        kind: 'client-vpn-policy/revision@1',
        note: mark,
        number: random.pick(['one', -1, null, [], {}]),
      }));
      return found('all', () => remove(table, above));
    }
    case 'head in a newer language': {
      const above = await putAbove(table, (next) => ({ ...next, languageVersion: 2, writeId: mark }));
      return found('all', () => remove(table, above));
    }
    case 'head with a part that inflates without bound': {
      const hash = createHash('sha256').update(bomb).digest('hex');
      const part = { hash, size: bomb.length, inflated: 1_000 };
      await put(table, {
        pk: `BLOB#${hash}`,
        sk: 'BLOB',
        kind: 'client-vpn-policy/blob@1',
        ...part,
        gzip: bomb,
        damage: mark,
      });
      const above = await putAbove(table, ({ index: _, ...next }) => ({
        ...next,
        parts: [part],
        writeId: randomUUID(),
      }));
      return found('all', () => remove(table, above));
    }
    case 'part rewritten': {
      // The rules themselves, which stand there as text: whoever is not named would be let in.
      const part = await partOfHead(table, (parts) => parts[0]);
      await put(table, {
        ...part,
        json: String(part.json).replace('"defaultEffect":"deny"', '"defaultEffect":"allow"'),
        damage: mark,
      });
      return found('some', () => put(table, part));
    }
    case 'part without its mark': {
      const part = await partOfHead(table, (parts) => random.pick(parts));
      const { kind: _, ...unmarked } = part;
      await put(table, { ...unmarked, damage: mark });
      return found('some', () => put(table, part));
    }
  }
}

/** Puts an item under the first number above the newest item. @param make from what the next revision would be */
async function putAbove(table: TableToDamage, make: (next: Item & Key) => Item): Promise<Key> {
  for (;;) {
    const head = await newest(table);
    const number = Number(String(head.sk).slice('REVISION#'.length)) + 1;
    const key = { pk: 'POLICY', sk: `REVISION#${String(number).padStart(10, '0')}` };
    const { confirmed: _, applied: __, file: ___, ...plain } = head;
    if (await put(table, { ...make({ ...plain, ...key, number }), ...key }, 'attribute_not_exists(pk)')) return key;
  }
}

async function newest({ client, tableName }: TableToDamage): Promise<Item> {
  const { Items } = await client.send(
    new QueryCommand({
      TableName: tableName,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': 'POLICY' },
      ScanIndexForward: false,
      Limit: 1,
    }),
  );
  const head = Items?.[0];
  if (head === undefined) throw new Error('INVARIANT: there is a policy');
  return head;
}

type PartReference = { readonly hash: string };

/** One of the parts of the newest revision; the first has the rules. */
async function partOfHead(
  table: TableToDamage,
  choose: (parts: readonly PartReference[]) => PartReference | undefined,
): Promise<Item> {
  const { parts } = await newest(table);
  const chosen = Array.isArray(parts) ? choose(parts) : undefined;
  if (chosen === undefined) throw new Error('INVARIANT: the newest revision lists its parts');
  const { client, tableName } = table;
  const Key = { pk: `BLOB#${chosen.hash}`, sk: 'BLOB' };
  const { Item } = await client.send(new GetCommand({ TableName: tableName, Key, ConsistentRead: true }));
  if (Item === undefined) throw new Error('INVARIANT: the newest revision has its parts');
  return Item;
}

/** @returns false where the condition does not hold */
async function put({ client, tableName }: TableToDamage, Item: Item, condition?: string): Promise<boolean> {
  const conditional = condition === undefined ? {} : { ConditionExpression: condition };
  try {
    await client.send(new PutCommand({ TableName: tableName, Item, ...conditional }));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
    throw error;
  }
}

async function remove({ client, tableName }: TableToDamage, Key: Key): Promise<void> {
  await client.send(new DeleteCommand({ TableName: tableName, Key }));
}
