/** `npm start`: the whole service on this machine, with no AWS account, no network and nothing left behind. */
import { startLocalDynamoDb } from './local-stack/dynamodb.ts';
import { requireFreePort } from './local-stack/free-port.ts';
import { readyText } from './local-stack/ready-text.ts';
import { startServerlessOffline } from './local-stack/serverless-offline.ts';
import { LocalStackError, localEnvironment, localPorts } from './local-stack/settings.ts';

const POLICY_FILE = 'policies/example.yaml';

try {
  await runLocalStack();
} catch (error) {
  console.error(error instanceof LocalStackError ? error.message : error);
  process.exitCode = 1;
}
// What was started has ended; nothing that is still open (a kept-alive connection) may hold the process.
process.exit();

async function runLocalStack(): Promise<void> {
  const startedAt = performance.now();
  const stopSignal = firstStopSignal();
  const ports = localPorts(process.env);
  await requireFreePort('http', ports.http);
  await requireFreePort('dynamoDb', ports.dynamoDb);
  await requireFreePort('lambda', ports.lambda);
  console.log('Starting DynamoDB (dynalite) and serverless offline …');

  const env = localEnvironment(process.env, ports);
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, env);

  const closeDynamoDb = await startLocalDynamoDb(ports, POLICY_FILE);
  try {
    const offline = await Promise.race([startServerlessOffline(env, ports, process.stdout), stopSignal]);
    if (offline === undefined) return;
    console.log(readyText(ports, POLICY_FILE, (performance.now() - startedAt) / 1000, Date.now()));
    const stopped = await Promise.race([stopSignal.then(() => true), offline.ended.then(() => false)]);
    await offline.stop();
    if (!stopped) throw new LocalStackError('serverless offline has ended by itself.');
  } finally {
    await closeDynamoDb();
  }
}

/**
 * Resolves at the first Ctrl-C or termination (the second one ends the process at once, as usual), and when the shell that
 * npm started this with is gone: it does not pass signals on.
 */
function firstStopSignal(): Promise<undefined> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve(undefined));
    if (process.env.npm_lifecycle_event === undefined) return;
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && resolve(undefined), 500).unref();
  });
}
