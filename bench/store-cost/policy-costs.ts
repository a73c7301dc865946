/** What a policy costs in DynamoDB: to publish, to load, to keep up with. */
import type { PolicyDocument } from '../../shared/engine/index.ts';
import { compile } from '../../shared/engine/index.ts';
import { createPolicyCache, DynamoDbPolicySource, DynamoDbPolicyStore } from '../../shared/store/index.ts';
import { createRulesTable, localDocumentClient } from '../../shared/store/testing/dynalite.ts';
import type { StoredPolicy } from '../invocation/policies.ts';
import { type Cost, meter } from './meter.ts';

export interface PolicyCosts {
  readonly name: string;
  /** Of all parts, compressed where they are. */
  readonly storedBytes: number;
  readonly parts: number;
  /** The first write of the whole policy. */
  readonly publish: Cost;
  /** What a handler reads before its first decision. */
  readonly coldStart: Cost;
  /** What it reads when its TTL is over and nothing has changed. */
  readonly refresh: Cost;
  /** The write of one more blocked user, in the set of users where there is one, and what each handler reads of it. */
  readonly smallChange: Cost;
  readonly smallReload: Cost;
  /** The write of another message in every tenth rule and of sets without every tenth entry, and what each handler reads of it. */
  readonly largeChange: Cost;
  readonly largeReload: Cost;
}

const TTL_MS = 10_000;
/** Nothing here is about time, and machines may be slow. */
const PATIENCE_MS = 120_000;

/** Plays a policy's life on a table of its own, through the store and the handler's cache as they are. */
export async function policyCosts(endpoint: string, { name, document }: StoredPolicy): Promise<PolicyCosts> {
  const writer = localDocumentClient(endpoint, { requestTimeoutMs: PATIENCE_MS });
  const reader = localDocumentClient(endpoint, { requestTimeoutMs: PATIENCE_MS });
  try {
    const tableName = await createRulesTable(writer);
    const written = meter(writer);
    const read = meter(reader);
    let nowMs = 0;
    const cache = createPolicyCache({
      source: new DynamoDbPolicySource({ client: reader, tableName }),
      compile,
      ttlMs: TTL_MS,
      refreshTimeoutMs: PATIENCE_MS,
      now: () => nowMs,
    });
    const write = async (next: PolicyDocument) => {
      // As a process that has nothing in memory: a Lambda function, a command.
      const store = new DynamoDbPolicyStore({ client: writer, tableName });
      const committed = await store.commit({
        prepare: () => ({
          document: next,
          summary: 'A change of the policy, told in a line or two as people read it.',
        }),
        author: { type: 'iam', id: 'alice', arn: 'arn:aws:iam::123456789012:user/alice' },
        reason: 'for the bench',
      });
      if (!committed.written) throw new Error(`${name}: nothing was written`);
      return { cost: written.take(), contents: committed.revision.contents };
    };
    const catchUp = async (revision: number) => {
      nowMs += 2 * TTL_MS;
      const inHand = await cache.get({ remainingMs: 2 * PATIENCE_MS });
      if (inHand.status !== 'ready' || inHand.revision !== revision || inHand.stale)
        throw new Error(`${name}: revision ${revision} was not read`);
      return read.take();
    };

    const { cost: publish, contents } = await write(document);
    const parts = 'parts' in contents ? contents.parts : [];
    const coldStart = await catchUp(1);
    const refresh = await catchUp(1);
    const { cost: smallChange } = await write(withOneMoreBlocked(document));
    const smallReload = await catchUp(2);
    const { cost: largeChange } = await write(withMuchChanged(withOneMoreBlocked(document)));
    const largeReload = await catchUp(3);
    const storedBytes = parts.reduce((bytes, { size }) => bytes + size, 0);
    const costs = { publish, coldStart, refresh, smallChange, smallReload, largeChange, largeReload };
    return { name, storedBytes, parts: parts.length, ...costs };
  } finally {
    writer.destroy();
    reader.destroy();
  }
}

function withOneMoreBlocked(document: PolicyDocument): PolicyDocument {
  const { rules = [], sets = {} } = document;
  const users = Object.entries(sets).find(([, { kind }]) => kind === 'user');
  if (users !== undefined) {
    const [name, set] = users;
    return { ...document, sets: { ...sets, [name]: { ...set, entries: withInTheMiddle(set.entries, 'batchi') } } };
  }
  const block = { id: 'block-batchi', effect: 'deny', match: { users: ['batchi'] } } as const;
  return { ...document, rules: withInTheMiddle(rules, block) };
}

function withInTheMiddle<T>(list: readonly T[], one: T): T[] {
  const middle = Math.floor(list.length / 2);
  return [...list.slice(0, middle), one, ...list.slice(middle)];
}

function withMuchChanged({ rules = [], sets = {}, ...document }: PolicyDocument): PolicyDocument {
  const isTenth = (number: number) => number % 10 === 0;
  const changed = Object.entries(sets).map(([name, set]) => {
    return [name, { ...set, entries: set.entries.filter((_, number) => !isTenth(number)) }];
  });
  return {
    ...document,
    rules: rules.map((rule, number) =>
      rule.effect === 'deny' && isTenth(number) ? { ...rule, message: 'Not allowed any more.' } : rule,
    ),
    sets: Object.fromEntries(changed),
  };
}
