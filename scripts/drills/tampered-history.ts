/** Somebody who may write to the table goes past the project: items are rewritten, deleted, forged. */
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { DynamoDbPolicyStore } from '../../shared/store/index.ts';
import type { Drill } from './drill.ts';
import type { Ground } from './ground.ts';
import { type Item, RULES_TABLE } from './region.ts';

const TTL_MS = 10_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const RESTORED_TABLE = `${RULES_TABLE}-restored`;
const NEW_TABLE = `${RULES_TABLE}-new`;

export const tamperedHistory: Drill = {
  name: 'tampered-history',
  title: 'The history was tampered with',
  async run(ground) {
    const { home, must } = ground;
    await ground.type('vpn-policy seed policy.yaml --reason "we begin"');
    const handler = await ground.newHandler();
    ground.pass(MINUTE_MS);
    await ground.type('vpn-policy set add leavers sato --note HR-77');
    ground.pass(MINUTE_MS);
    await ground.type('vpn-policy set add leavers mori');
    const whole = await home.items(RULES_TABLE);

    await trial(ground, whole, 'an old revision is rewritten in the table: it was somebody else', async () => {
      await home.put(RULES_TABLE, { ...revision(whole, 2), author: { type: 'cli', id: 'kato@laptop' } });
    });
    await trial(ground, whole, 'an old revision is deleted', async () => {
      await home.dynamoDb.send(new DeleteCommand({ TableName: RULES_TABLE, Key: keyOf(revision(whole, 2)) }));
    });

    await trial(
      ground,
      whole,
      'the newest revision is garbled',
      () => home.put(RULES_TABLE, { ...revision(whole, 3), number: 'three' }),
      async () => {
        await ground.type('vpn-policy log', { exits: 2 });
        await ground.type('vpn-policy export --revision 2 --output was.yaml');
      },
    );

    await trial(
      ground,
      whole,
      'somebody puts an item of their own in the place of the next revision',
      () => home.put(RULES_TABLE, { pk: 'POLICY', sk: 'REVISION#0000000004', note: 'deploy on Monday' }),
      async () => {
        ground.pass(TTL_MS);
        const passedOver = await ground.connects(
          handler,
          'mori',
          '203.0.113.10',
          '10 s later mori connects from 203.0.113.10',
        );
        must(!passedOver.allow && passedOver.line.revision === 3, 'a foreign item is passed over');
        must(passedOver.metrics.includes('ForeignItems'), 'a foreign item is counted');
      },
      0,
    );

    // One that is in force: the handler takes it, since it has the form of a revision.
    const forged = {
      ...revision(whole, 1),
      sk: 'REVISION#0000000004',
      number: 4,
      writeId: 'forged',
      parent: 'f'.repeat(64),
    };
    await trial(
      ground,
      whole,
      'a revision is forged above the newest: everything as in revision 1, where sato and mori are not blocked',
      () => home.put(RULES_TABLE, forged),
      async () => {
        ground.pass(TTL_MS);
        const obeyed = await ground.connects(
          handler,
          'sato',
          '203.0.113.10',
          '10 s later sato connects from 203.0.113.10',
        );
        must(obeyed.allow && obeyed.line.revision === 4, 'a forged revision is obeyed');
        await ground.type('vpn-policy rollback 3 --yes --reason SEC-13');
        ground.pass(TTL_MS);
        const back = await ground.connects(
          handler,
          'sato',
          '203.0.113.10',
          '10 s later sato connects from 203.0.113.10',
        );
        must(!back.allow && back.line.revision === 5, 'the policy is as it was');
      },
    );

    await trial(
      ground,
      whole,
      'a revision is forged with care, its hashes too: tanaka blocks nobody any more, it says',
      async () => {
        const store = new DynamoDbPolicyStore({
          client: home.dynamoDb,
          tableName: RULES_TABLE,
          now: () => ground.nowMs,
        });
        const first = await store.load(await store.revision(1));
        await store.commit({
          prepare: () => ({ document: first.document, summary: 'set leavers: -sato, -mori' }),
          author: { type: 'cli', id: 'tanaka@laptop' },
          reason: 'they are back',
        });
      },
      async () => {
        await ground.type('vpn-policy log --limit 2');
      },
      0,
    );

    ground.happens('a part of the policy in force is rewritten: the rules no longer name @leavers');
    const part = partOf(whole, 3);
    await home.put(RULES_TABLE, { ...part, json: String(part.json).replaceAll('@leavers', 'nobody') });
    ground.pass(TTL_MS);
    const goesOn = await ground.connects(handler, 'mori', '203.0.113.10', '10 s later mori connects from 203.0.113.10');
    must(!goesOn.allow, 'the policy in memory serves');
    const cold = await ground.newHandler();
    const without = await ground.connects(
      cold,
      'tanaka',
      '203.0.113.10',
      'a handler that Lambda starts now: tanaka connects from 203.0.113.10',
    );
    must(!without.allow && without.line.cause === 'corrupt', 'a rewritten part is never obeyed');
    await ground.type('vpn-policy verify', { exits: 1 });
    await ground.type('vpn-policy block guest --for 2h', { exits: 2 });

    ground.happens(`point-in-time recovery to a moment before, into ${RESTORED_TABLE}`);
    await home.createRulesTable(RESTORED_TABLE);
    for (const item of whole) await home.put(RESTORED_TABLE, item);
    await ground.type(`vpn-policy verify --table ${RESTORED_TABLE}`);
    ground.happens(`the stack is deployed with --param="rulesTable=${RESTORED_TABLE}"`);
    const restored = await ground.newHandler({ table: RESTORED_TABLE });
    const again = await ground.connects(restored, 'tanaka', '203.0.113.10');
    must(again.allow && again.line.revision === 3, 'the restored table is obeyed');
    await ground.type(`vpn-policy block guest --for 2h --table ${RESTORED_TABLE}`);

    ground.happens('or, in minutes and without a backup: the last revision that can be read, in a new table');
    await ground.type('vpn-policy export --revision 3 --output was.yaml', { exits: 2 });
    await ground.type('vpn-policy export --revision 2 --output was.yaml');
    await home.createRulesTable(NEW_TABLE);
    await ground.type(
      `vpn-policy seed was.yaml --table ${NEW_TABLE} --reason "SEC-13: as in revision 2 of the old table"`,
    );
    ground.pass(HOUR_MS);
    const renewed = await ground.newHandler({ table: NEW_TABLE });
    must((await ground.connects(renewed, 'tanaka', '203.0.113.10')).allow, 'the new table is obeyed');
  },
};

/** Does harm, asks `verify`, lets operators act, and puts everything back as it was. */
async function trial(
  ground: Ground,
  whole: readonly Item[],
  what: string,
  harm: () => Promise<void>,
  act: () => Promise<void> = async () => {},
  verifyExits = 1,
): Promise<void> {
  const { home } = ground;
  ground.happens(what);
  await harm();
  await ground.type('vpn-policy verify', { exits: verifyExits });
  await act();
  const keys = new Set(whole.map((item) => JSON.stringify(keyOf(item))));
  for (const item of await home.items(RULES_TABLE)) {
    if (keys.has(JSON.stringify(keyOf(item)))) continue;
    await home.dynamoDb.send(new DeleteCommand({ TableName: RULES_TABLE, Key: keyOf(item) }));
  }
  for (const item of whole) await home.put(RULES_TABLE, item);
}

function keyOf({ pk, sk }: Item): Record<string, unknown> {
  return { pk, sk };
}

function revision(items: readonly Item[], number: number): Item {
  return found(items, (item) => item.number === number);
}

/** The first part of a revision's policy. */
function partOf(items: readonly Item[], number: number): Item {
  const { parts } = revision(items, number);
  const hash = Array.isArray(parts) ? parts[0]?.hash : undefined;
  return found(items, ({ pk }) => pk === `BLOB#${hash}`);
}

function found(items: readonly Item[], is: (item: Item) => boolean): Item {
  const item = items.find(is);
  if (item === undefined) throw new Error('the table does not hold what the drill looks for');
  return item;
}
