/** Hostile events at the packaged handler: no throw, no answer out of the service's format, no decision but the reference's. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleAsPackaged, FUNCTIONS } from '../../../bench/bundle-size/bundle.ts';
import {
  createDecisionsTable,
  createRulesTable,
  localDocumentClient,
  startDynalite,
} from '../../../shared/store/testing/dynalite.ts';
import type { SoakContext, SoakPart, SoakResult } from '../part.ts';
import { doorResult } from './door-result.ts';
import { runLane } from './lane.ts';

export const door: SoakPart = {
  name: 'door',
  title: 'hostile events at the packaged handler, judged by the reference evaluator',
  run: runDoor,
};

/** How many policies each lane gets; each is tried at `moments` moments with `events` events. */
interface DoorSize {
  readonly moments: number;
  readonly events: number;
  readonly withoutLog: number;
  readonly withLog: number;
  readonly pseudonymized: number;
}

const SHORT: DoorSize = { moments: 15, events: 20, withoutLog: 31, withLog: 2, pseudonymized: 3 };
/** 1,006,000 events. */
const LONG: DoorSize = { moments: 40, events: 50, withoutLog: 240, withLog: 12, pseudonymized: 11 };

async function runDoor({ isShort, seed, progress }: SoakContext): Promise<SoakResult> {
  const size = isShort ? SHORT : LONG;
  const folder = await mkdtemp(join(tmpdir(), 'soak-door-'));
  const dynamoDb = await startDynalite();
  const client = localDocumentClient(dynamoDb.endpoint);
  try {
    const bundle = join(folder, 'index.mjs');
    await bundleAsPackaged(FUNCTIONS.connect, bundle);
    const lanes = [];
    for (const lane of LANES) {
      const rulesTable = await createRulesTable(client);
      const decisionsTable = lane.recorded ? { DECISIONS_TABLE: await createDecisionsTable(client) } : {};
      const settings = { ...lane.settings, ...decisionsTable };
      lanes.push({ name: lane.name, rulesTable, settings, policies: size[lane.policies] });
    }
    const startedMs = performance.now();
    const done = new Map<string, number>();
    const reports = await Promise.all(
      lanes.map(({ policies, ...lane }, index) =>
        runLane(
          {
            ...lane,
            bundle,
            policies,
            seed: seed + 1_000_000 * index,
            momentsPerPolicy: size.moments,
            eventsPerMoment: size.events,
            mostFailures: 3,
          },
          dynamoDb,
          (events) => {
            done.set(lane.name, events);
            progress(`${[...done.values()].reduce((sum, one) => sum + one, 0).toLocaleString('en')} events`);
          },
        ),
      ),
    );
    return doorResult(reports, performance.now() - startedMs);
  } finally {
    client.destroy();
    await dynamoDb.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const LANES = [
  // Two, since most of the work is theirs.
  { name: 'without a decision log', policies: 'withoutLog', recorded: false, settings: { DECISION_LOG: 'off' } },
  { name: 'without a decision log (2)', policies: 'withoutLog', recorded: false, settings: { DECISION_LOG: 'off' } },
  {
    name: 'with a decision log',
    policies: 'withLog',
    recorded: true,
    settings: { DECISION_LOG: 'all', DECISION_LOG_TIMEOUT_MS: '2000' },
  },
  {
    name: 'with a decision log of pseudonyms',
    policies: 'pseudonymized',
    recorded: true,
    settings: {
      DECISION_LOG: 'refused',
      DECISION_LOG_TIMEOUT_MS: '2000',
      PSEUDONYMIZE: 'true',
      PSEUDONYM_KEY: 'a key for the soak alone, of no use elsewhere',
    },
  },
] as const;
