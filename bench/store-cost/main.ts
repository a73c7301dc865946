/**
 * What the store costs, from the ConsumedCapacity that DynamoDB itself reports, and a simulation of a storm of connections from that.
 *
 *     .ci/run store_cost [--json FILE] [--write]     on AWS's DynamoDB Local
 *     TEST_DYNAMODB_ENDPOINT=http://127.0.0.1:8000 node --import tsx bench/store-cost/main.ts
 *
 * `--write` writes the tables of docs/performance.md.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { grouped, writeIntoPage } from '../bundle-size/performance-page.ts';
import { tableOf } from '../figure-text.ts';
import { storedPolicy } from '../invocation/policies.ts';
import type { Cost } from './meter.ts';
import { type PolicyCosts, policyCosts } from './policy-costs.ts';
import { type RecordCosts, recordCosts } from './record-costs.ts';
import { type Storm, type StormCost, simulateStorm } from './storm.ts';

/** On demand in us-east-1, in dollars a million: docs/deploying.md, "What it costs". */
const DOLLARS_A_MILLION = { readUnits: 0.125, writeUnits: 0.625 };
/** What one partition gives in a second (DynamoDB developer guide, "Best practices for designing and using partition keys effectively"). */
const PARTITION = { reads: 3_000, writes: 1_000 };

const SPREAD: Storm = { connections: 3_000, handlers: 500, seconds: 60, startSeconds: 60 };
const AT_ONCE: Storm = { ...SPREAD, startSeconds: 1 };

const { values: options } = parseArgs({ options: { json: { type: 'string' }, write: { type: 'boolean' } } });
const endpoint = process.env.TEST_DYNAMODB_ENDPOINT;
if (endpoint === undefined) {
  console.error('TEST_DYNAMODB_ENDPOINT is not set: give the URL of a DynamoDB Local, or use .ci/run store_cost');
  process.exit(2);
}

const policies: PolicyCosts[] = [];
for (const [rules, setEntries] of [
  [100, 0],
  [1_000, 0],
  [10_000, 0],
  [100, 100_000],
  [10_000, 100_000],
] as const) {
  policies.push(await policyCosts(endpoint, storedPolicy(rules, setEntries)));
}
const records = await recordCosts(endpoint);
const storms = policies.map((policy) => ({
  name: policy.name,
  spread: storm(SPREAD, policy, records),
  atOnce: storm(AT_ONCE, policy, records),
}));

const steps = costTable(policies, records);
const ofStorm = stormTable(storms);
console.log(`${steps}\n\n${ofStorm}`);
if (options.json !== undefined)
  await writeFile(options.json, `${JSON.stringify({ policies, records, storms }, undefined, 2)}\n`);
if (options.write) {
  await writeIntoPage('store cost: steps', steps);
  await writeIntoPage('store cost: storm', ofStorm);
}

function storm(shape: Storm, { coldStart, refresh }: PolicyCosts, { admission }: RecordCosts): StormCost {
  return simulateStorm(shape, {
    coldStartReads: coldStart.readUnits,
    refreshReads: refresh.readUnits,
    recordWrites: admission.writeUnits,
    recordTableWrites: admission.tableWriteUnits,
  });
}

function costTable(all: readonly PolicyCosts[], { admission, refusal }: RecordCosts): string {
  const steps = [
    ['first write of it', 'publish'],
    ['cold start of a handler', 'coldStart'],
    ['refresh, nothing changed', 'refresh'],
    ['small change: one more rule or entry', 'smallChange'],
    ['… read by a handler', 'smallReload'],
    ['large change: every tenth rule and entry', 'largeChange'],
    ['… read by a handler', 'largeReload'],
  ] as const;
  const ofPolicies = all.flatMap((policy) => [
    [`**${policy.name}**: ${grouped(policy.storedBytes / 1024)} KB in ${policy.parts} parts`, '', '', '', '', ''],
    ...steps.map(([step, key]) => costRow(step, policy[key])),
  ]);
  return tableOf(
    ['', 'requests', 'read units', 'write units', 'KB sent', 'KB received'],
    [
      ...ofPolicies,
      ['**decision log**', '', '', '', '', ''],
      costRow('an admission', admission),
      costRow('a refusal by a rule', refusal),
    ],
  );
}

function costRow(step: string, cost: Cost): string[] {
  const requests = Object.entries(cost.requests).map(([operation, count]) => `${count} ${operation}`);
  const kilobytes = (bytes: number) => (bytes / 1024).toFixed(1);
  return [
    step,
    requests.join(', '),
    String(cost.readUnits),
    String(cost.writeUnits),
    kilobytes(cost.sentBytes),
    kilobytes(cost.receivedBytes),
  ];
}

function stormTable(
  all: readonly { readonly name: string; readonly spread: StormCost; readonly atOnce: StormCost }[],
): string {
  const share = (units: number, limit: number) => `${grouped(units)} (${((100 * units) / limit).toFixed(0)} %)`;
  const dollars = ({ readUnits, writeUnits }: StormCost) =>
    (readUnits * DOLLARS_A_MILLION.readUnits + writeUnits * DOLLARS_A_MILLION.writeUnits) / 1_000_000;
  return tableOf(
    [
      'storm',
      'cold starts, refreshes',
      'read units',
      'write units',
      'dollars',
      'reads in the busiest second',
      '… all handlers new in one',
      'writes in the busiest second',
      '… all handlers new in one',
    ],
    all.map(({ name, spread, atOnce }) => [
      name,
      `${grouped(spread.coldStarts)}, ${grouped(spread.refreshes)}`,
      grouped(spread.readUnits),
      grouped(spread.writeUnits),
      dollars(spread).toFixed(4),
      share(spread.peakReads, PARTITION.reads),
      share(atOnce.peakReads, PARTITION.reads),
      share(spread.peakTableWrites, PARTITION.writes),
      share(atOnce.peakTableWrites, PARTITION.writes),
    ]),
  );
}
