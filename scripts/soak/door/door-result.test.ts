import { describe, expect, it } from '@jest/globals';
import { doorResult } from './door-result.ts';
import type { LaneCounts, LaneReport } from './lane.ts';

function report(counts: Partial<LaneCounts> = {}, failures: readonly string[] = []): LaneReport {
  const of = {
    events: 1_000,
    policies: 2,
    moments: 20,
    admitted: 400,
    refused: 500,
    observed: 100,
    byRule: 500,
    reported: 300,
  };
  const request = {
    v1: 500,
    v2: 200,
    v3: 300,
    malformed: 250,
    exotic: 200,
    untils: 20,
    logLines: 2_500,
    recordsLate: 0,
  };
  const faults = { throws: 0, malformedAnswers: 0, disagreements: 0, badLogLines: 0 };
  return { counts: { ...of, ...request, ...faults, ...counts }, slowestMs: 12, failures };
}

describe('what is told of the door', () => {
  it('adds up the lanes', () => {
    const { figures, failures } = doorResult([report(), report()], 4_000);
    expect(failures).toEqual([]);
    expect(figures).toContainEqual({ what: 'events', figure: '2,000' });
    expect(figures).toContainEqual({ what: 'events a second, judging included', figure: '500' });
  });

  it('is every failure of every lane', () => {
    expect(doorResult([report({}, ['a']), report({}, ['b', 'c'])], 1).failures).toEqual(['a', 'b', 'c']);
  });

  it.each(['admitted', 'observed', 'reported', 'v2', 'malformed', 'exotic', 'untils'] as const)(
    'is a failure where %s was hardly tried',
    (what) => {
      expect(doorResult([report({ [what]: 0 })], 1).failures).toEqual([expect.stringMatching(/^too few/)]);
    },
  );
});
