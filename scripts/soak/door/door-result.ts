/** What the lanes counted and found, as the soak tells it. */
import { countFigure, type SoakResult } from '../part.ts';
import type { LaneCounts, LaneReport } from './lane.ts';

/** @param ms how long the lanes took together */
export function doorResult(reports: readonly LaneReport[], ms: number): SoakResult {
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
