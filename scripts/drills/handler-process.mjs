/**
 * The packaged connect handler in a process of its own, on the drill's clock: `{ event, nowMs }` in, its answer out. What it logs goes to
 * standard output, as on Lambda.
 *
 *     node handler-process.mjs BUNDLE NOW_MS
 */
import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';

const [, , bundle, startMs] = process.argv;
let nowMs = Number(startMs);
Date.now = () => nowMs;

const { handler } = await import(pathToFileURL(bundle).href);

process.on('message', async ({ event, nowMs: at }) => {
  nowMs = at;
  const answer = await handler(event, { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => 10_000 });
  // Behind all that it has logged, which goes another way.
  process.stdout.write('', () => process.send(answer));
});
process.on('disconnect', () => process.exit());
process.send('ready');
