/** Random logins, ends and passes on a real table, next to a model: who gets in, and what the table holds in the end. */
import { type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  createSessionsTable,
  type LocalDynamoDb,
  localDocumentClient,
  startDynalite,
} from '../store/testing/dynalite.ts';
import { createSessionCounter, MAX_COUNT_AGE_MS } from './session-counter.ts';
import { createSessionReconciler } from './session-reconciler.ts';
import { UNKNOWN_GRACE_MS } from './sessions-that-stand.ts';

const START_MS = Date.parse('2026-11-24T10:00:00Z');
const DAY_MS = 86_400_000;
const USERS = ['USER#batchi', 'USER#tanaka'];
const ONE_ABROAD = { id: 'one-abroad', maxConnections: 1 };
const THREE = { id: 'three', maxConnections: 3 };
/** What applies at each endpoint. */
const ENDPOINTS = [
  { id: 'cvpn-endpoint-a', limits: [ONE_ABROAD, THREE] },
  { id: 'cvpn-endpoint-b', limits: [THREE] },
];

let dynamoDb: LocalDynamoDb;
let client: DynamoDBDocumentClient;

beforeAll(async () => {
  dynamoDb = await startDynalite();
  client = localDocumentClient(dynamoDb.endpoint);
});
afterAll(async () => {
  client.destroy();
  await dynamoDb.stop();
});

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      is: fc.constant('logins' as const),
      user: fc.constantFrom(...USERS),
      endpoint: fc.constantFrom(...ENDPOINTS),
      /** At the same moment. */
      many: fc.integer({ min: 1, max: 4 }),
      /** Whether EC2 ever shows those let in: clients give up, too. */
      getThrough: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('end' as const), which: fc.nat({ max: 9 }) }) },
  { weight: 3, arbitrary: fc.record({ is: fc.constant('pass' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant('time' as const),
      ms: fc.constantFrom(1_000, 60_000, UNKNOWN_GRACE_MS + 1, MAX_COUNT_AGE_MS + 1, DAY_MS - 60_000),
    }),
  },
);

interface Recorded {
  readonly id: string;
  readonly user: string;
  readonly endpoint: (typeof ENDPOINTS)[number];
  readonly sinceMs: number;
}

it('who gets in is who the model lets in, and the table holds what the model holds', async () => {
  const seen = { admitted: 0, exceeded: 0, unknown: 0, freed: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const tableName = await createSessionsTable(client);
      const counter = createSessionCounter({ client, tableName, timeoutMs: 60_000 });
      const reconciler = createSessionReconciler({ client, tableName });
      let nowMs = START_MS;
      let passMs = Number.NEGATIVE_INFINITY;
      let ids = 0;
      /** What EC2 shows, and what is recorded. */
      let active: Recorded[] = [];
      let recorded: Recorded[] = [];
      const stands = ({ sinceMs }: Recorded) => nowMs - sinceMs <= DAY_MS;

      for (const one of steps) {
        if (one.is === 'time') {
          nowMs += one.ms;
          active = active.filter(stands);
        } else if (one.is === 'end') {
          active = active.filter((_, index) => index !== one.which);
        } else if (one.is === 'pass') {
          await reconciler.reconcile({
            active: active.map(({ id, user, endpoint, sinceMs }) => ({
              id,
              userKey: user,
              endpoint: endpoint.id,
              sinceMs,
              limits: endpoint.limits.map((limit) => limit.id),
            })),
            endpoints: ENDPOINTS.map(({ id }) => id),
            startedMs: nowMs,
          });
          passMs = nowMs;
          const before = recorded.length;
          const isActive = ({ id }: Recorded) => active.some((other) => other.id === id);
          recorded = recorded.filter(
            (each) => stands(each) && (isActive(each) || each.sinceMs >= nowMs - UNKNOWN_GRACE_MS),
          );
          seen.freed += before - recorded.length;
          const missing = active.filter(({ id }) => !recorded.some((each) => each.id === id));
          recorded = [...recorded, ...missing];
        } else {
          const { user, endpoint, many, getThrough } = one;
          const wanted = Array.from({ length: many }, () => ({ id: `c${ids++}`, user, endpoint, sinceMs: nowMs }));
          const answers = await Promise.all(
            wanted.map(({ id }) =>
              counter.admit({ userKey: user, connectionId: id, endpoint: endpoint.id, limits: endpoint.limits, nowMs }),
            ),
          );
          const outcomes = answers.map(({ outcome }) => outcome);
          const isKnown = nowMs - passMs <= MAX_COUNT_AGE_MS;
          const mine = recorded.filter((each) => each.user === user && stands(each));
          const places = endpoint.limits.map(
            ({ id, maxConnections }) =>
              maxConnections - mine.filter((each) => each.endpoint.limits.some((limit) => limit.id === id)).length,
          );
          const free = Math.max(0, Math.min(many, ...places));
          for (const outcome of outcomes) seen[outcome]++;
          const expected = isKnown
            ? [...Array(free).fill('admitted'), ...Array(many - free).fill('exceeded')]
            : Array(many).fill('unknown');
          expect([...outcomes].sort()).toEqual(expected);
          const letIn = wanted.filter((_, index) => outcomes[index] !== 'exceeded');
          if (isKnown) recorded = [...recorded.filter((each) => each.user !== user || stands(each)), ...letIn];
          if (getThrough) active = [...active, ...letIn];
        }
      }
      const { Items } = await client.send(new ScanCommand({ TableName: tableName, ConsistentRead: true }));
      const held = (Items ?? []).flatMap(({ pk, sessions }) =>
        pk === 'PASS' ? [] : sessions.map(({ id }: { id: string }) => `${pk} ${id}`),
      );
      // What is a day old lies there until somebody writes, and counts no more.
      const old = recorded.filter((each) => !stands(each)).map(({ user, id }) => `${user} ${id}`);
      const without = (list: readonly string[]) => list.filter((each) => !old.includes(each)).sort();
      expect(without(held)).toEqual(without(recorded.map(({ user, id }) => `${user} ${id}`)));
    }),
    { numRuns: 40 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThanOrEqual(10);
}, 120_000);
