/** What came of a run, in figures and broken promises. */
import { median } from '../../../bench/median.ts';
import { countFigure, type SoakResult } from '../part.ts';
import type { FaultCount } from '../random-fault.ts';
import type { AnswersJudged } from './judge-answers.ts';
import type { SandboxRuns } from './sandbox.ts';
import type { Written } from './writers.ts';

export interface Told {
  readonly dynamoDb: string;
  readonly faults: FaultCount;
  readonly damages: ReadonlyMap<string, number>;
  readonly writers: readonly Written[];
  readonly findings: readonly string[];
  readonly pausesMs: number;
}

export function storeFaultsResult(
  judged: readonly AnswersJudged[],
  handled: readonly SandboxRuns[],
  told: Told,
): SoakResult {
  const sum = (of: (one: AnswersJudged) => number) => judged.reduce((total, one) => total + of(one), 0);
  const most = (of: (one: AnswersJudged) => number) => Math.max(0, ...judged.map(of));
  const refused = new Map<string, number>();
  for (const { refusedWithoutPolicy } of judged) {
    for (const [cause, count] of refusedWithoutPolicy) refused.set(cause, (refused.get(cause) ?? 0) + count);
  }
  const refusals = [...refused.values()].reduce((total, count) => total + count, 0);
  const decided = sum((one) => one.decided);
  const admitted = sum((one) => one.admittedWithoutPolicy);
  const inconsistentReads = handled.reduce((total, one) => total + one.inconsistentReads, 0);
  const decidedMs = judged.flatMap((one) => one.decidedMs);
  const slowestMs = decidedMs.reduce((slowest, ms) => Math.max(slowest, ms), 0);
  const listed = (counts: ReadonlyMap<string, number>) =>
    [...counts].map(([what, count]) => `${what} ${count.toLocaleString('en')}`).join(', ');
  return {
    figures: [
      { what: 'DynamoDB', figure: told.dynamoDb },
      countFigure('faults injected', told.faults.total),
      { what: 'of these', figure: told.faults.text },
      countFigure(
        'times the table was damaged',
        [...told.damages.values()].reduce((total, count) => total + count, 0),
      ),
      { what: 'of these', figure: listed(told.damages) },
      countFigure('handlers started', judged.length),
      countFigure('answers', decided + refusals + admitted),
      countFigure('by a policy', decided),
      countFigure(
        'of these by one that was marked as stale',
        sum((one) => one.stale),
      ),
      countFigure('refused for want of a policy', refusals),
      { what: 'of these', figure: listed(refused) },
      countFigure('admitted for want of one, by ON_POLICY_UNAVAILABLE=allow', admitted),
      countFigure(
        'writes tried',
        told.writers.reduce((total, { tried }) => total + tried, 0),
      ),
      countFigure(
        'acknowledged',
        told.writers.reduce((total, { acknowledged }) => total + acknowledged, 0),
      ),
      countFigure(
        'wrong decisions',
        sum((one) => one.wrong),
      ),
      countFigure(
        'policies older than they may be',
        sum((one) => one.tooOld),
      ),
      countFigure(
        'malformed answers',
        sum((one) => one.malformed),
      ),
      { what: 'median answer with a policy in hand', figure: `${median(decidedMs).toFixed(1)} ms` },
      { what: 'slowest', figure: `${slowestMs.toFixed(0)} ms` },
      {
        what: 'slowest answer without a policy in hand',
        figure: `${most((one) => one.slowestWithoutPolicyMs).toFixed(0)} ms`,
      },
      {
        what: 'longest from the end of a fault to the end of what it did (no new try for 5 s)',
        figure: `${(most((one) => one.slowestRecoveryMs) / 1_000).toFixed(1)} s`,
      },
      {
        what: 'most memory of a handler, bombs included',
        figure: `${(Math.max(...handled.map((one) => one.mostResidentBytes)) / 2 ** 20).toFixed(0)} MB`,
      },
      { what: 'the machine stood still for', figure: `${(told.pausesMs / 1_000).toFixed(1)} s` },
    ],
    failures: [
      ...judged.flatMap(({ failures }) => failures),
      ...told.findings,
      ...told.writers.flatMap(({ faults }) => faults),
      ...(inconsistentReads > 0 ? [`${inconsistentReads} reads that must be consistent did not ask for it`] : []),
      // A run that tried nothing proves nothing.
      ...(told.faults.total === 0 ? ['no fault was injected'] : []),
      ...(told.damages.size === 0 ? ['the table was never damaged'] : []),
      ...(told.writers.every(({ acknowledged }) => acknowledged === 0) ? ['no write was acknowledged'] : []),
      ...(decided === 0 ? ['nothing was decided by a policy'] : []),
    ],
  };
}
