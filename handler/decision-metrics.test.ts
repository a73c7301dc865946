/** Metrics as they are written: an EMF line a decision, bounded dimensions, incidents told with the next decision. */
import { Metrics } from '@aws-lambda-powertools/metrics';
import { describe, expect, it } from '@jest/globals';
import { compile } from '../shared/engine/index.ts';
import { type Line, printedLines } from '../shared/testing/printed-lines.ts';
import type { Verdict } from './decision-line.ts';
import { createDecisionMetrics } from './decision-metrics.ts';

const ENDPOINT = 'cvpn-endpoint-0a1b2c3d4e5f67890';

const DECIDED = {
  decision: {
    allow: true,
    effect: 'allow',
    decidedBy: 'default',
    rules: [],
    postureStatuses: [],
    reported: [],
    observed: false,
  },
  policy: compile({
    version: 1,
    defaultEffect: 'deny',
    rules: [
      { id: 'let-in', effect: 'allow', match: 'everyone' },
      { id: 'try-it', effect: 'deny', mode: 'report', match: 'everyone' },
      ...Array.from({ length: 30 }, (_, n) => ({ id: `block-${n}`, effect: 'deny', match: 'everyone' }) as const),
    ],
  }),
  decidedAtMs: 0,
  revision: 1,
  policyAgeMs: 1_500,
  stale: false,
} as const;

const ADMITTED: Verdict = { ...DECIDED, outcome: 'admitted' };

const refusedBy = (...rules: string[]): Verdict => ({
  ...DECIDED,
  outcome: 'refused',
  decision: {
    ...DECIDED.decision,
    allow: false,
    effect: 'deny',
    decidedBy: rules.length > 0 ? 'rule' : 'default',
    rules,
    message: 'No.',
  },
});

/** The names of the metrics in a line, in order. */
function namesIn(line: Line | undefined): string[] {
  return [...JSON.stringify(line).matchAll(/"Name":"(\w+)"/g)].map(([, name]) => name ?? '');
}

const newMetrics = () => createDecisionMetrics(new Metrics({ namespace: 'Test', serviceName: 'connect' }));

describe('createDecisionMetrics', () => {
  it('writes one line a decision, for the service and for the endpoint', async () => {
    const metrics = newMetrics();
    const { lines } = await printedLines(() => metrics.publish(ENDPOINT, ADMITTED, 12));
    expect(lines).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: 'Test',
              Dimensions: [['service'], ['service', 'endpoint']],
              Metrics: [
                { Name: 'Admitted', Unit: 'Count' },
                { Name: 'DecisionDuration', Unit: 'Milliseconds' },
                { Name: 'PolicyAge', Unit: 'Milliseconds' },
              ],
            },
          ],
        },
        service: 'connect',
        endpoint: ENDPOINT,
        Admitted: 1,
        DecisionDuration: 12,
        PolicyAge: 1_500,
      },
    ]);
  });

  it.each<[Verdict, string[]]>([
    [ADMITTED, ['Admitted', 'DecisionDuration', 'PolicyAge']],
    [{ ...DECIDED, outcome: 'observed', stale: true }, ['Observed', 'DecisionDuration', 'PolicyAge', 'StaleDecisions']],
    [{ outcome: 'failed-closed', cause: 'corrupt', message: 'No.' }, ['FailedClosed', 'DecisionDuration']],
    [
      { outcome: 'failed-closed', cause: 'internal', message: 'No.' },
      ['FailedClosed', 'DecisionDuration', 'InternalFaults'],
    ],
    [{ outcome: 'failed-open', cause: 'unreachable', message: undefined }, ['FailedOpen', 'DecisionDuration']],
  ])('counts each outcome under its own name: %j', async (verdict, names) => {
    const metrics = newMetrics();
    const { lines } = await printedLines(() => metrics.publish(ENDPOINT, verdict, 12));
    expect(lines.map(namesIn)).toEqual([names]);
  });

  it('tells incidents with the next decision, once', async () => {
    const metrics = newMetrics();
    metrics.count('RefreshFailures');
    metrics.count('RefreshFailures');
    metrics.count('SettingErrors', 3);
    const { lines } = await printedLines(() => {
      metrics.publish(ENDPOINT, ADMITTED, 12);
      metrics.publish(ENDPOINT, ADMITTED, 12);
    });
    expect(lines).toMatchObject([{ Admitted: 1, RefreshFailures: 2, SettingErrors: 3 }, { Admitted: 1 }]);
    expect(namesIn(lines[1])).toEqual(['Admitted', 'DecisionDuration', 'PolicyAge']);
  });

  it('tells refusals by the rule whose message the user reads, in a line of their own', async () => {
    const { lines } = await printedLines(() => newMetrics().publish(ENDPOINT, refusedBy('block-0', 'block-1'), 12));
    expect(lines.map(namesIn)).toEqual([['Refused', 'DecisionDuration', 'PolicyAge'], ['RefusalsByRule']]);
    expect(lines[1]).toMatchObject({
      _aws: { CloudWatchMetrics: [{ Namespace: 'Test', Dimensions: [['service', 'rule']] }] },
      service: 'connect',
      rule: 'block-0',
      RefusalsByRule: 1,
    });
    expect(lines[1]).not.toHaveProperty('endpoint');
  });

  it('names the first deny rules of the policy, the same ones in every handler, and tells the others together', async () => {
    const rules = Array.from({ length: 30 }, (_, n) => `block-${29 - n}`);
    const { lines } = await printedLines(() => {
      const metrics = newMetrics();
      metrics.publish(ENDPOINT, refusedBy(), 12);
      for (const rule of rules) metrics.publish(ENDPOINT, refusedBy(rule), 12);
    });
    const told = lines.filter((line) => 'RefusalsByRule' in line).map(({ rule }) => rule);
    expect(told).toEqual([
      '(default)',
      ...Array.from({ length: 10 }, () => '(other)'),
      ...Array.from({ length: 20 }, (_, n) => `block-${19 - n}`),
    ]);
  });

  it('tells refusals by limits as such, each by its name as far as they are among the first', async () => {
    const limits = Array.from(
      { length: 21 },
      (_, n) => ({ id: `limit-${n}`, match: 'everyone', maxConnections: 1 }) as const,
    );
    const policy = compile({ version: 1, defaultEffect: 'deny', limits });
    const refusedByLimit = (limit: string): Verdict => ({
      ...DECIDED,
      policy,
      outcome: 'refused',
      decision: { ...DECIDED.decision, allow: false, effect: 'deny', decidedBy: 'limit', rules: [limit] },
    });
    const { lines } = await printedLines(() => {
      const metrics = newMetrics();
      for (const limit of ['limit-0', 'limit-19', 'limit-20']) metrics.publish(ENDPOINT, refusedByLimit(limit), 12);
    });
    expect(namesIn(lines[0])).toEqual(['Refused', 'DecisionDuration', 'PolicyAge', 'LimitRefusals']);
    expect(lines.filter((line) => 'RefusalsByRule' in line).map(({ rule }) => rule)).toEqual([
      'limit-0',
      'limit-19',
      '(other)',
    ]);
  });

  it('makes no dimension of what is no endpoint id, nor of endless made-up ones', async () => {
    const metrics = newMetrics();
    const endpoints = [undefined, { malformed: 7 }, 'x'.repeat(500), 'cvpn-endpoint-\n', ENDPOINT];
    const madeUp = Array.from({ length: 200 }, (_, n) => `cvpn-endpoint-${String(n).padStart(8, '0')}`);
    const { lines } = await printedLines(() => {
      for (const endpoint of [...endpoints, ...madeUp, ENDPOINT]) metrics.publish(endpoint, ADMITTED, 12);
    });
    const dimensions = lines.map((line) => line.endpoint);
    expect(dimensions.slice(0, 5)).toEqual(['other', 'other', 'other', 'other', ENDPOINT]);
    expect(new Set(dimensions).size).toBe(51);
    expect(dimensions.at(-1)).toBe(ENDPOINT);
  });
});
