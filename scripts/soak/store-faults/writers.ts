/** Writers whose requests go through faults of their own. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoDbPolicyStore, StoreError, writePolicy } from '../../../shared/store/index.ts';
import { localDocumentClient } from '../../../shared/store/testing/dynalite.ts';
import { type Exchange, type PutTimes, startFaultProxy } from '../../../shared/store/testing/fault-proxy.ts';
import { Random } from '../../fuzz/random.ts';
import type { FaultCount } from '../random-fault.ts';
import { changedPolicy, firstPolicy } from './policies.ts';
import { type Climate, weather } from './weather.ts';

const WRITER_CLIMATE: Climate = { calmMs: [500, 3_000], stormMs: [200, 2_000], mostLateMs: 4_000 };

export interface Written {
  readonly tried: number;
  readonly acknowledged: number;
  /** What no fault of the store explains. */
  readonly faults: readonly string[];
}

/** A client of DynamoDB behind a proxy that makes faults; what went through it is told. */
export async function writerClient(
  dynamoDb: string,
  seed: number,
  watched: {
    readonly puts: PutTimes;
    readonly faults: FaultCount;
    readonly watchRevisions: (exchange: Exchange) => void;
  },
) {
  const faultAt = weather(new Random(seed), WRITER_CLIMATE, Date.now());
  const proxy = await startFaultProxy(dynamoDb, {
    faultFor: ({ at }) => faultAt(at),
    puts: watched.puts,
    onExchange(exchange) {
      watched.faults.add(exchange.fault);
      watched.watchRevisions(exchange);
    },
  });
  const client = localDocumentClient(proxy.endpoint, { requestTimeoutMs: 1_000 });
  return {
    client,
    async stop() {
      // What is late arrives before the table is looked at.
      await sleep(WRITER_CLIMATE.mostLateMs + 500);
      client.destroy();
      await proxy.stop();
    },
  };
}

/** Changes the policy again and again, at random. */
export async function writeUntil(
  until: number,
  client: DynamoDBDocumentClient,
  tableName: string,
  random: Random,
  name: string,
): Promise<Written> {
  const store = new DynamoDbPolicyStore({ client, tableName });
  let [tried, acknowledged] = [0, 0];
  const faults: string[] = [];
  while (Date.now() < until) {
    tried++;
    const note = `${name} ${tried}`;
    try {
      await writePolicy(store, {
        change: (current) => (current ? changedPolicy(current.document, random, note) : firstPolicy(random)),
        author: { type: 'local', id: name },
        reason: note,
        confirm: ['lockout'],
        now: Date.now,
        deadlineMs: 5_000,
      });
      acknowledged++;
    } catch (error) {
      // Every change is one that the checks take: what is refused was made of something that nobody wrote.
      if (!(error instanceof StoreError)) faults.push(`${note}: ${error}`);
    }
    await sleep(random.integer(100, 900));
  }
  return { tried, acknowledged, faults };
}
