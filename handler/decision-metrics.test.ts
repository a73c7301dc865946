/** Metrics as they are written: one EMF line a decision, bounded dimensions, incidents told with the next decision. */

import { Metrics } from '@aws-lambda-powertools/metrics';
import { describe, expect, it } from '@jest/globals';
import { type Line, printedLines } from '../shared/testing/printed-lines.ts';
import type { Verdict } from './decision-line.ts';
import { createDecisionMetrics } from './decision-metrics.ts';

const ENDPOINT = 'cvpn-endpoint-0a1b2c3d4e5f67890';

const REFUSED: Verdict = {
  outcome: 'refused',
  decision: {
    allow: false,
    effect: 'deny',
    decidedBy: 'default',
    rules: [],
    message: 'No.',
    postureStatuses: [],
    reported: [],
    observed: false,
  },
  revision: 1,
  policyAgeMs: 1_500,
  stale: false,
};

/** The names of the metrics in a line, in order. */
function namesIn(line: Line | undefined): string[] {
  return [...JSON.stringify(line).matchAll(/"Name":"(\w+)"/g)].map(([, name]) => name ?? '');
}

const newMetrics = () => createDecisionMetrics(new Metrics({ namespace: 'Test', serviceName: 'connect' }));

describe('createDecisionMetrics', () => {
  it('writes one line a decision, for the service and for the endpoint', async () => {
    const metrics = newMetrics();
    const { lines } = await printedLines(() => metrics.publish(ENDPOINT, REFUSED));
    expect(lines).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: 'Test',
              Dimensions: [['service'], ['service', 'endpoint']],
              Metrics: [
                { Name: 'Refused', Unit: 'Count' },
                { Name: 'PolicyAge', Unit: 'Milliseconds' },
              ],
            },
          ],
        },
        service: 'connect',
        endpoint: ENDPOINT,
        Refused: 1,
        PolicyAge: 1_500,
      },
    ]);
  });

  it.each<[Verdict, string[]]>([
    [{ ...REFUSED, outcome: 'admitted' }, ['Admitted', 'PolicyAge']],
    [{ ...REFUSED, outcome: 'observed', stale: true }, ['Observed', 'PolicyAge', 'StaleDecisions']],
    [{ outcome: 'failed-closed', cause: 'corrupt', message: 'No.' }, ['FailedClosed']],
    [{ outcome: 'failed-closed', cause: 'internal', message: 'No.' }, ['FailedClosed', 'InternalFaults']],
    [{ outcome: 'failed-open', cause: 'unreachable', message: undefined }, ['FailedOpen']],
  ])('counts each outcome under its own name: %j', async (verdict, names) => {
    const metrics = newMetrics();
    const { lines } = await printedLines(() => metrics.publish(ENDPOINT, verdict));
    expect(lines.map(namesIn)).toEqual([names]);
  });

  it('tells incidents with the next decision, once', async () => {
    const metrics = newMetrics();
    metrics.count('RefreshFailures');
    metrics.count('RefreshFailures');
    metrics.count('SettingErrors', 3);
    const { lines } = await printedLines(() => {
      metrics.publish(ENDPOINT, REFUSED);
      metrics.publish(ENDPOINT, REFUSED);
    });
    expect(lines).toMatchObject([{ Refused: 1, RefreshFailures: 2, SettingErrors: 3 }, { Refused: 1 }]);
    expect(namesIn(lines[1])).toEqual(['Refused', 'PolicyAge']);
  });

  it('makes no dimension of what is no endpoint id, nor of endless made-up ones', async () => {
    const metrics = newMetrics();
    const endpoints = [undefined, { malformed: 7 }, 'x'.repeat(500), 'cvpn-endpoint-\n', ENDPOINT];
    const madeUp = Array.from({ length: 200 }, (_, n) => `cvpn-endpoint-${String(n).padStart(8, '0')}`);
    const { lines } = await printedLines(() => {
      for (const endpoint of [...endpoints, ...madeUp, ENDPOINT]) metrics.publish(endpoint, REFUSED);
    });
    const dimensions = lines.map((line) => line.endpoint);
    expect(dimensions.slice(0, 5)).toEqual(['other', 'other', 'other', 'other', ENDPOINT]);
    expect(new Set(dimensions).size).toBe(51);
    expect(dimensions.at(-1)).toBe(ENDPOINT);
  });
});
