/**
 * Decides as often as it is told, with a function's bundle in this process, and says how much memory is then in use. Started with
 * `--expose-gc`; its standard output, where the function logs, is the caller's to throw away.
 *
 *     node --expose-gc decide-process.mjs BUNDLE
 *
 * It is told `{ first, count, label, recording }`: decide so many connections from that number on, each of another user, and expect
 * refusals to begin with the label. With `recording` a second copy of the function decides, which puts decisions on record.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const OBEYED_WITHIN_MS = 60_000;

const [, , bundle] = process.argv;
const { href } = pathToFileURL(bundle);
const { DECISIONS_TABLE } = process.env;
process.env.DECISION_LOG = 'off';
const plain = (await import(href)).handler;
process.env.DECISION_LOG = 'all';
const recording = DECISIONS_TABLE === undefined ? plain : (await import(`${href}?recording`)).handler;

process.on('message', (order) => {
  carryOut(order).then(
    (done) => process.send(done),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit());
process.send('ready');

async function carryOut({ first, count, label, recording: isRecording }) {
  const handler = isRecording ? recording : plain;
  await obeyed(handler, label);
  let wrong = 0;
  let example;
  const cpuBefore = process.cpuUsage();
  for (let number = first; number < first + count; number++) {
    const event = eventOf(number);
    const answer = await handler(event, contextOf(number));
    if (isRight(event, answer, label)) continue;
    wrong++;
    example ??= JSON.stringify({ event, answer });
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  // What waits for a timer or an answer that is late.
  await delay(20);
  global.gc();
  global.gc();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return { wrong, example, inUse: heapUsed + arrayBuffers, rss, cpuMs: (user + system) / 1_000 };
}

/** Until the policy of that label is in force here. */
async function obeyed(handler, label) {
  const event = eventOf(1);
  const deadline = Date.now() + OBEYED_WITHIN_MS;
  while (!isRight(event, await handler(event, contextOf(0)), label)) {
    if (Date.now() > deadline) throw new Error(`the policy is not obeyed: ${label}`);
    await delay(50);
  }
}

/** Connections with odd numbers are refused. */
function eventOf(number) {
  return {
    'connection-id': `cvpn-connection-${number.toString(16).padStart(17, '0')}`,
    'endpoint-id': `cvpn-endpoint-0000000000000000${number % 3}`,
    'common-name': null,
    username: `user-${number}@example.com`,
    platform: number % 2 === 0 ? 'win' : 'linux',
    'platform-version': null,
    'public-ip': `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`,
    'client-openvpn-version': '2.6.12',
    'aws-client-version': null,
    groups: ['staff', `team-${number}`],
    'schema-version': 'v3',
  };
}

function contextOf(number) {
  return {
    awsRequestId: `request-${number}`,
    functionName: 'AWSClientVPN-policy-soak',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:AWSClientVPN-policy-soak',
    memoryLimitInMB: '512',
    getRemainingTimeInMillis: () => 10_000,
  };
}

function isRight({ username, platform }, answer, label) {
  const message = answer['error-msg-on-denied-connection'];
  return platform === 'win'
    ? answer.allow === true && message === ''
    : answer.allow === false && message === `${label}: ${username}.`;
}
