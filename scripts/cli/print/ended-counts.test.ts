import { describe, expect, it } from '@jest/globals';
import type { EndedConnection, EndpointReport, PassReport } from '../../../shared/enforcement/index.ts';
import { FRANKFURT, passReport } from '../../../shared/enforcement/testing/answers.ts';
import { endedCounts, undoneCount } from './ended-counts.ts';
import { sumLine } from './report-ended.ts';

const TOKYO = 'cvpn-endpoint-00000000000000000';

function endpoint(refused: number, ended: number, facts: Partial<EndpointReport> = {}): EndpointReport {
  return {
    endpoint: FRANKFURT,
    active: refused,
    unknown: 0,
    kept: 0,
    grace: 0,
    refused,
    ended,
    cap: 5,
    held: false,
    ...facts,
  };
}

function named(count: number, outcome: EndedConnection['outcome'], at = FRANKFURT): EndedConnection[] {
  return Array.from({ length: count }, (_, index) => ({ id: `${outcome}-${index}`, endpoint: at, rules: [], outcome }));
}

const report = (facts: Partial<PassReport>) =>
  passReport({ connectionsCount: facts.endpoints?.reduce((sum, { refused }) => sum + refused, 0) ?? 0, ...facts });

describe('endedCounts', () => {
  it.each<[string, Partial<PassReport>, string, number]>([
    [
      'ended',
      { endpoints: [endpoint(3_000, 3_000)], connections: named(1_000, 'ended') },
      'Ended 3,000 connections.',
      0,
    ],
    [
      'left, where time was up before',
      { endpoints: [endpoint(3_000, 220)], connections: [...named(220, 'ended'), ...named(780, 'left')] },
      'Ended 220 connections; no time was left for 2,780 connections.',
      2_780,
    ],
    [
      'not ended, nobody knows why',
      { endpoints: [endpoint(3_000, 2_990)], connections: named(1_000, 'ended') },
      'Ended 2,990 connections; 10 more were not ended.',
      10,
    ],
    [
      'held, with what the rule itself confirms ended before',
      {
        endpoints: [endpoint(3_000, 400, { held: true })],
        connections: [...named(400, 'ended'), ...named(600, 'held')],
      },
      'Ended 400 connections; held 2,600 connections until an operator confirms.',
      2_600,
    ],
    [
      'looked at in a dry run',
      { dryRun: true, endpoints: [endpoint(3_000, 0)], connections: named(1_000, 'would-end') },
      'Would end 3,000 connections.',
      0,
    ],
    [
      'looked at where it observes, at another endpoint than those that are named',
      {
        mode: 'observe',
        endpoints: [endpoint(1_000, 0, { held: true }), endpoint(3, 0, { endpoint: TOKYO })],
        connections: named(1_000, 'held'),
      },
      'Would end 3 connections; held 1,000 connections until an operator confirms.',
      1_000,
    ],
    [
      'ended by an operator where it observes',
      { mode: 'observe', endpoints: [endpoint(2_000, 1_999)], connections: named(1_000, 'ended') },
      'Ended 1,999 connections; 1 more was not ended.',
      1,
    ],
  ])('tells of those that are not named that they are %s', (_, facts, line, undone) => {
    const told = report(facts);
    expect(sumLine(told)).toBe(line);
    expect(undoneCount(endedCounts(told))).toBe(undone);
  });

  it('counts what does not stand, which is at no endpoint', () => {
    expect(endedCounts(passReport({ endpoints: [], connections: named(2, 'gone', '') }))).toMatchObject({ gone: 2 });
  });
});
