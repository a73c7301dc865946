/**
 * What a pass of the enforcer costs: calls of EC2's API, requests to DynamoDB and time, with so many connections at two endpoints.
 *
 *     node --import tsx bench/pass-cost/main.ts [--json FILE] [--write]
 *
 * The real enforcer, on dynalite and on a fake EC2 that throttles as AWS documents it. `--write` writes the table of
 * docs/standing-connections.md.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { grouped, machineLine } from '../bundle-size/performance-page.ts';
import { tableOf } from '../figure-text.ts';
import { withSection } from '../marked-section.ts';
import { type PassCost, passCosts } from './pass-costs.ts';

const PAGE = 'docs/standing-connections.md';
const COUNTS = [100, 1_000, 3_000];

const { values: options } = parseArgs({ options: { json: { type: 'string' }, write: { type: 'boolean' } } });

const costs: PassCost[] = [];
for (const count of COUNTS) costs.push(...(await passCosts(count)));

const table = tableOf(
  ['connections, pass', 'EC2 calls', 'DynamoDB requests', 'read units', 'time', 'on the processor'],
  costs.map(({ connections, step, ec2Calls, dynamoDb, elapsedMs, processorMs }) => [
    `${grouped(connections)}, ${step}`,
    calls(ec2Calls),
    calls(dynamoDb.requests),
    grouped(dynamoDb.readUnits),
    `${(elapsedMs / 1_000).toFixed(2)} s`,
    `${(processorMs / 1_000).toFixed(2)} s`,
  ]),
);
const text = `${machineLine()}; dynalite and the fake EC2 in the same process\n\n${table}`;
console.log(text);
if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(costs, undefined, 2)}\n`);
if (options.write) {
  const section = { file: PAGE, kind: 'bench', name: 'passes' };
  await writeFile(PAGE, withSection(await readFile(PAGE, 'utf8'), section, `\n${text}\n`));
}

function calls(counts: Readonly<Record<string, number>>): string {
  const told = Object.entries(counts).map(
    ([name, count]) => `${grouped(count)} ${name.replace('ClientVpnConnections', '')}`,
  );
  return told.join(', ') || '0';
}
