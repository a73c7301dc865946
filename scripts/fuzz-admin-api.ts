/**
 * Fuzzes the admin API from its OpenAPI document: `npm run -s fuzz -- [--requests 10000] [--seed N] [--url http://…]`.
 * Without a URL the API runs in this process. Exits 1 when it found something; the same seed makes the same requests.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { fuzzAdminApi } from './fuzz/fuzz-admin-api.ts';
import { reportLines } from './fuzz/report.ts';
import { reachByUrl, startInProcess } from './fuzz/target.ts';

// The AWS SDK need not tell at every run that it will want a newer Node.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const { values } = parseArgs({
  options: { requests: { type: 'string' }, seed: { type: 'string' }, url: { type: 'string' } },
});
const requests = wholeNumber('--requests', values.requests ?? '10000');
const seed = wholeNumber('--seed', values.seed ?? String(Math.floor(Math.random() * 2 ** 32)));

console.log(`${requests} requests to ${values.url ?? 'the API in this process'}, --seed ${seed}`);
const target = values.url === undefined ? await startInProcess() : reachByUrl(values.url);
const report = await fuzzAdminApi({
  target,
  requests,
  seed,
  apiDocument: JSON.parse(await readFile(new URL('../docs/openapi.json', import.meta.url), 'utf8')),
  policyFile: await readFile(new URL('../policies/example.yaml', import.meta.url), 'utf8'),
  onProgress: (sent) => {
    if (sent % 1_000 === 0) console.log(`${sent} …`);
  },
});
await target.stop();
for (const line of reportLines(report)) console.log(line);
process.exit(report.findings.length > 0 ? 1 : 0);

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,10}$/.test(text)) {
    console.error(`${name} ${text}: give a whole number.`);
    process.exit(2);
  }
  return Number(text);
}
