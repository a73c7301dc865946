/** DESIGN's budgets of the engine, and whether a run holds them. */

import type { BenchResults } from './bench-results.ts';
import type { Comparison } from './compare.ts';
import { duration, tableOf, times } from './figure-text.ts';

interface Budget {
  readonly what: string;
  readonly measured: string;
  readonly holds: boolean;
}

/** Of the engines whose words cover the policies with rules of all kinds. */
const POLICY_ENGINES = ['Cedar', 'casbin', 'json-rules-engine'];

/** The budgets, or undefined where the run lacks a part. */
export function budgetTable(results: BenchResults): string | undefined {
  const budgets = budgetsOf(results);
  if (budgets === undefined) return undefined;
  const rows = budgets.map(({ what, measured, holds }) => [what, measured, holds ? 'yes' : '**no**']);
  return tableOf(['budget of the engine', 'measured', 'holds'], rows);
}

function budgetsOf({ rules, sets, countries, engine }: BenchResults): Budget[] | undefined {
  const thousand = rules.find(({ size }) => size === 1000);
  if (engine === undefined || thousand === undefined || sets.length === 0) return undefined;
  const decisionNs = engine.decisionNs['10000'] ?? Number.POSITIVE_INFINITY;
  const [peer, peerTimes] = fastestPeer(thousand);
  const overLimit = Math.max(...[...sets, ...countries].map((each) => 1 / (each.timesOurs['bare lower limit'] ?? 0)));
  return [
    {
      what: 'a decision at 10,000 rules and 100,000 CIDRs: 1 µs median',
      measured: duration(decisionNs),
      holds: decisionNs <= 1000,
    },
    {
      what: '… at most twice what it is at 100 rules',
      measured: times(engine.manyRulesAgainst100),
      holds: engine.manyRulesAgainst100 <= 2,
    },
    {
      what: 'two deny lists of 250,000 entries: at most twice 1,000',
      measured: times(engine.manyEntriesAgainst1000),
      holds: engine.manyEntriesAgainst1000 <= 2,
    },
    {
      what: `1,000 times as fast as the fastest of ${POLICY_ENGINES.join(', ')} at 1,000 rules`,
      measured: `${times(peerTimes)} (${peer})`,
      holds: peerTimes >= 1000,
    },
    {
      what: 'no slower than three times the bare lower limit on the same look-up, the worst of all lists',
      measured: times(overLimit),
      holds: overLimit <= 3,
    },
    {
      what: 'compiling 10,000 rules and 100,000 CIDRs in a new process: 300 ms',
      measured: `${engine.compile.coldMs.toFixed(0)} ms`,
      holds: engine.compile.coldMs <= 300,
    },
    { what: '… 64 MB', measured: `${engine.compile.keptMb.toFixed(1)} MB`, holds: engine.compile.keptMb <= 64 },
  ];
}

function fastestPeer({ timesOurs }: Comparison): readonly [name: string, times: number] {
  const peers = POLICY_ENGINES.flatMap((name) => {
    const ratio = timesOurs[name];
    return ratio === undefined ? [] : [[name, ratio] as const];
  });
  return peers.sort(([, a], [, b]) => a - b)[0] ?? ['none', 0];
}
