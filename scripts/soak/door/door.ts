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
import { countFigure, type SoakPart, type SoakResult } from '../part.ts';
import { type LaneCounts, type LaneReport, runLane } from './lane.ts';

export const door: SoakPart = {
  name: 'door',
  title: 'hostile events at the packaged handler, judged by the reference evaluator',
  run: ({ isShort, seed, progress }) => runDoor({ ...(isShort ? SHORT : LONG), seed, progress }),
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

export interface DoorOptions extends DoorSize {
  readonly seed: number;
  readonly progress: (text: string) => void;
  /** The handler's module. Default: the bundle, made as it is packaged. */
  readonly bundle?: string;
}

export async function runDoor(options: DoorOptions): Promise<SoakResult> {
  const folder = await mkdtemp(join(tmpdir(), 'soak-door-'));
  const dynamoDb = await startDynalite();
  const client = localDocumentClient(dynamoDb.endpoint);
  try {
    const bundle = options.bundle ?? join(folder, 'index.mjs');
    if (options.bundle === undefined) await bundleAsPackaged(FUNCTIONS.connect, bundle);
    const lanes = [];
    for (const lane of LANES) {
      const rulesTable = await createRulesTable(client);
      const decisionsTable = lane.recorded ? { DECISIONS_TABLE: await createDecisionsTable(client) } : {};
      const settings = { ...lane.settings, ...decisionsTable };
      lanes.push({ name: lane.name, rulesTable, settings, policies: options[lane.policies] });
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
            seed: options.seed + 1_000_000 * index,
            momentsPerPolicy: options.moments,
            eventsPerMoment: options.events,
            mostFailures: 3,
          },
          dynamoDb,
          (events) => {
            done.set(lane.name, events);
            options.progress(`${[...done.values()].reduce((sum, one) => sum + one, 0).toLocaleString('en')} events`);
          },
        ),
      ),
    );
    return result(reports, performance.now() - startedMs);
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

function result(reports: readonly LaneReport[], ms: number): SoakResult {
  const sum = (of: keyof LaneCounts) => reports.reduce((so, { counts }) => so + counts[of], 0);
  const figure = (what: string, of: keyof LaneCounts) => countFigure(what, sum(of));
  const failures = reports.flatMap((report) => report.failures);
  // A promise that was never put to the test is not kept.
  const least = sum('events') / 200;
  const fewUntils = sum('untils') < sum('events') / 2_000 ? ['too few ends of refusals looked up'] : [];
  const seldom = (
    ['admitted', 'refused', 'observed', 'byRule', 'reported', 'v1', 'v2', 'v3', 'malformed', 'exotic'] as const
  )
    .filter((what) => sum(what) < least)
    .map((what) => `too few events to speak of: ${what} ${sum(what)} of ${sum('events')}`);
  return {
    figures: [
      figure('events', 'events'),
      figure('policies', 'policies'),
      figure('moments', 'moments'),
      figure('admitted', 'admitted'),
      figure('refused', 'refused'),
      figure('refused, but the endpoint observes', 'observed'),
      figure('decided by a rule', 'byRule'),
      figure('a rule in report mode applied', 'reported'),
      figure('answered in v1', 'v1'),
      figure('answered in v2', 'v2'),
      figure('answered in v3', 'v3'),
      figure('with an attribute that cannot be read', 'malformed'),
      figure('with getters, proxies, or no object at all', 'exotic'),
      figure('ends of refusals looked up', 'untils'),
      figure('lines logged', 'logLines'),
      figure('records too late for their time-out', 'recordsLate'),
      figure('throws', 'throws'),
      figure('malformed answers', 'malformedAnswers'),
      figure('disagreements with the reference', 'disagreements'),
      figure('log lines that are not one JSON object, or errors', 'badLogLines'),
      {
        what: 'slowest answer, computing, best of three',
        figure: `${Math.max(...reports.map((each) => each.slowestMs)).toFixed(0)} ms`,
      },
      {
        what: 'events a second, judging included',
        figure: Math.round((1_000 * sum('events')) / ms).toLocaleString('en'),
      },
    ],
    failures: [...failures, ...seldom, ...fewUntils],
  };
}
