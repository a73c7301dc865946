/** The packaged handler at the door; and handlers that are wrong in one thing, each of which must be found out. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { bundleAsPackaged, FUNCTIONS } from '../../../bench/bundle-size/bundle.ts';
import {
  createRulesTable,
  type LocalDynamoDb,
  localDocumentClient,
  startDynalite,
} from '../../../shared/store/testing/dynalite.ts';
import { type LaneReport, runLane } from './lane.ts';

// Processes are started, and what fails is made small: no time for it is too long on a busy machine.
jest.setTimeout(180_000);

let folder: string;
let bundle: string;
let dynamoDb: LocalDynamoDb;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'door-test-'));
  bundle = join(folder, 'index.mjs');
  await bundleAsPackaged(FUNCTIONS.connect, bundle);
  dynamoDb = await startDynalite();
});

afterAll(async () => {
  await dynamoDb?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What is wrong with a handler: what it does first of all, and with each event. */
interface Wrong {
  readonly atFirst?: string;
  readonly answer: string;
}

/** Tries the packaged handler, or one that is wrong about it. */
async function lane(wrong?: Wrong): Promise<LaneReport> {
  let module = bundle;
  if (wrong !== undefined) {
    module = join(folder, `wrong-${randomUUID()}.mjs`);
    await writeFile(
      module,
      `${wrong.atFirst ?? ''}
       const { handler: right } = await import(${JSON.stringify(pathToFileURL(bundle).href)});
       export const handler = async (event, context) => { ${wrong.answer} };`,
    );
  }
  const client = localDocumentClient(dynamoDb.endpoint);
  const rulesTable = await createRulesTable(client);
  client.destroy();
  const settings = { DECISION_LOG: 'off' };
  const size = { seed: 1, policies: 3, momentsPerPolicy: 3, eventsPerMoment: 40, mostFailures: 1 };
  return runLane({ name: 'test', bundle: module, rulesTable, settings, ...size }, dynamoDb, () => {});
}

const RIGHT = 'return right(event, context);';

describe('the door', () => {
  it('the packaged handler answers as the reference does', async () => {
    const { counts, failures } = await lane();
    expect(failures).toEqual([]);
    expect(counts).toMatchObject({ events: 360, policies: 3, throws: 0, malformedAnswers: 0, disagreements: 0 });
    expect(Math.min(counts.admitted, counts.refused, counts.exotic, counts.malformed)).toBeGreaterThan(10);
  });

  it.each<
    [what: string, wrong: Wrong, counted: 'throws' | 'malformedAnswers' | 'disagreements' | 'badLogLines', told: RegExp]
  >([
    [
      'one that throws at a getter that does',
      { answer: `void event?.username; ${RIGHT}` },
      'throws',
      /nobody may look here[\s\S]*event: .*(username|proxy)/,
    ],
    [
      'one that answers in its own version only',
      { answer: "return { ...(await right(event, context)), 'schema-version': 'v3' };" },
      'malformedAnswers',
      /schema-version is v3; wanted: v1/,
    ],
    [
      'one that admits whom IPv6 brings',
      {
        answer: `const answer = await right(event, context);
                 const ip = Object.getOwnPropertyDescriptor(Object(event), 'public-ip')?.value;
                 return { ...answer, allow: answer.allow || String(ip).includes('::') };`,
      },
      'disagreements',
      /allow is true; the reference says false[\s\S]*event: .*::/,
    ],
    [
      'one that is an hour late',
      { atFirst: 'const onTime = Date.now; Date.now = () => onTime() + 3_600_000;', answer: RIGHT },
      'disagreements',
      /decided at/,
    ],
    [
      'one that lets a name write lines of its own',
      { answer: `if (event?.groups?.length > 2) console.log(String(event.groups[0])); ${RIGHT}` },
      'badLogLines',
      /event: .*groups/,
    ],
  ])('finds %s', async (_what, wrong, counted, told) => {
    const { counts, failures } = await lane(wrong);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatch(told);
    expect(failures[0]).toMatch(/policy: \{"version":1/);
    expect(counts[counted]).toBeGreaterThan(0);
  });
});
