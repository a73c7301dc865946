/** Somebody damages the table and mends it, one kind of damage after the other. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoDbPolicyStore } from '../../../shared/store/index.ts';
import type { Random } from '../../fuzz/random.ts';
import { DAMAGES, type DamageKind, damageTable } from './damage.ts';
import type { Disturbance } from './judge-answers.ts';

export interface DamageDone {
  /** How many handlers there are to restart. */
  readonly handlers: number;
  readonly bomb: Buffer;
  readonly damage: Disturbance[];
  readonly marks: string[];
  /** Starts one of the handlers anew: while it has the policy in hand it needs no part of it. */
  restart(handler: number): void;
}

/** How long damage lasts, in milliseconds: at least, at most. A damaged part is met by who starts meanwhile, which takes a second. */
function durationOf(kind: DamageKind): readonly [number, number] {
  if (kind.startsWith('foreign')) return [200, 400];
  return kind.startsWith('part') ? [2_000, 4_000] : [600, 2_500];
}

/** @returns how often each kind was done */
export async function damageUntil(
  until: number,
  client: DynamoDBDocumentClient,
  tableName: string,
  random: Random,
  { handlers, bomb: bytes, damage, marks, restart }: DamageDone,
): Promise<ReadonlyMap<string, number>> {
  const done = new Map<string, number>();
  const store = new DynamoDbPolicyStore({ client, tableName });
  while ((await store.head()) === undefined && Date.now() < until) await sleep(100);
  const table = { client, tableName, random, bomb: bytes };
  let untried = [...DAMAGES];
  for (;;) {
    await sleep(random.integer(200, 1_500));
    if (untried.length === 0) untried = [...DAMAGES];
    const [kind = DAMAGES[0]] = untried.splice(random.integer(0, untried.length - 1), 1);
    const lastsMs = random.integer(...durationOf(kind));
    // Damage that nobody could meet is none.
    if (Date.now() + lastsMs >= until) return done;
    const from = Date.now();
    const { harms, mark, mend } = await damageTable(table, kind);
    const certainlyFrom = Date.now();
    const isHarmful = harms !== 'nobody';
    if (isHarmful) marks.push(mark);
    if (harms === 'all') restart(random.integer(0, handlers - 1));
    if (harms === 'some') for (let place = 0; place < handlers; place++) restart(place);
    await sleep(lastsMs);
    const certainlyUntil = Date.now();
    await mend();
    if (isHarmful) damage.push({ kind: 'damage', from, until: Date.now() });
    if (harms === 'all') damage.push({ kind: 'unreadable-head', from: certainlyFrom, until: certainlyUntil });
    done.set(kind, (done.get(kind) ?? 0) + 1);
  }
}
