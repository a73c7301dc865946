/** Many operators at once, over HTTP: each has a sandbox of the function to themselves, all write to one table. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DynamoDbPolicyStore, type Revision } from '../shared/store/index.ts';
import { createRulesTable, localDocumentClient, startDynalite } from '../shared/store/testing/dynalite.ts';
import { readAccessMap } from './access/access-map.ts';
import { createAdminApi } from './app.ts';
import { lambdaHandler } from './lambda-adapter.ts';
import { startGateway, type TestGateway } from './testing/api-gateway.ts';
import { iamAuthorizer } from './testing/http-event.ts';

const CLIENTS = ['ada', 'ben', 'cem', 'dot', 'eve', 'fox', 'gil', 'hal'];
const WRITES = 50;

let stop: () => Promise<void>;
let gateway: TestGateway;
let store: DynamoDbPolicyStore;

beforeAll(async () => {
  const dynalite = await startDynalite();
  const client = localDocumentClient(dynalite.endpoint);
  const tableName = await createRulesTable(client);
  store = new DynamoDbPolicyStore({ client, tableName });
  const sandbox = () =>
    lambdaHandler(
      createAdminApi({
        store: new DynamoDbPolicyStore({ client, tableName }),
        access: readAccessMap(undefined).access,
        logger: { info: () => {}, error: () => {} },
        metrics: { settingErrors: () => {}, request: () => {} },
        now: Date.now,
      }),
    );
  const sandboxes = new Map(CLIENTS.map((name) => [name, sandbox()]));
  const callerOf = (authorization = '') => authorization.replace('Bearer ', '');
  gateway = await startGateway(
    ({ headers }) => sandboxes.get(callerOf(headers.authorization))!,
    ({ headers }) => iamAuthorizer('vpn-operator', callerOf(headers.authorization)),
  );
  stop = async () => {
    await gateway.stop();
    client.destroy();
    await dynalite.stop();
  };
});

afterAll(() => stop());

function send(caller: string, method: string, target: string, body: unknown, headers: Record<string, string> = {}) {
  return fetch(gateway.url + target, {
    method,
    headers: { authorization: `Bearer ${caller}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

describe('8 clients with 50 writes each', () => {
  it('make 400 revisions, each once, with its caller and reason, and lose nothing', async () => {
    const first = { version: 1, defaultEffect: 'allow', sets: { leavers: { kind: 'user', entries: [] } } };
    expect((await send('ada', 'PUT', '/v1/policy?reason=first', first, { 'if-none-match': '*' })).status).toBe(201);

    const refusals = await Promise.all(
      CLIENTS.map(async (caller) => {
        const refused: string[] = [];
        for (let write = 0; write < WRITES; write++) {
          const target = `/v1/sets/leavers?reason=${caller}-${write}`;
          const problem = await addUntilTaken(caller, target, `${caller}-${write}`);
          if (problem !== undefined) refused.push(problem);
        }
        return refused;
      }),
    );
    expect(refusals.flat()).toEqual([]);

    const revisions = await allRevisions();
    expect(revisions).toHaveLength(1 + CLIENTS.length * WRITES);
    expect(revisions.map(({ number }) => number)).toEqual(revisions.map((_, index) => revisions.length - index));
    const told = revisions.slice(0, -1).map(({ author, reason }) => `${author.type} ${author.id} ${reason}`);
    const wanted = CLIENTS.flatMap((caller) =>
      Array.from({ length: WRITES }, (_, write) => `iam AROAEXAMPLE:${caller} ${caller}-${write}`),
    );
    expect(told.sort()).toEqual(wanted.sort());

    const newest = await store.load(revisions[0]!);
    expect(newest.document.sets?.leavers?.entries).toHaveLength(CLIENTS.length * WRITES);
    expect((await store.verify()).findings).toEqual([]);
  }, 240_000);
});

/**
 * As a client does that keeps to what the API says: on a busy machine others can be first for twenty seconds, then the
 * answer is 503, nothing was changed, and Retry-After says when to send it again.
 * @returns what was answered instead of success or that
 */
async function addUntilTaken(caller: string, target: string, value: string): Promise<string | undefined> {
  for (;;) {
    const answer = await send(caller, 'PATCH', target, { add: [value] }, { 'if-match': '*' });
    const text = await answer.text();
    if (answer.status === 200) return undefined;
    if (answer.status !== 503 || !text.includes(':write-contention"')) return `${answer.status} ${text}`;
    await delay(1_000 * Number(answer.headers.get('retry-after')));
  }
}

async function allRevisions(): Promise<Revision[]> {
  const all: Revision[] = [];
  let before: number | undefined;
  do {
    const { revisions, next } = await store.revisions({ before, limit: 100 });
    all.push(...revisions);
    before = next;
  } while (before !== undefined);
  return all;
}
