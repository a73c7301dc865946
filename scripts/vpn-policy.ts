/** The `vpn-policy` command. */
import { hostname, userInfo } from 'node:os';
import { buffer } from 'node:stream/consumers';
import { EXIT } from './cli/exit-code.ts';
import { reasonOf } from './cli/input/input-file.ts';
import { createProgram } from './cli/program.ts';
import { askOnTerminal } from './cli/terminal/ask.ts';
import { CLEAR_LINE } from './cli/terminal/progress.ts';

// The SDK would tell users of Node 20 at every command that Node 20 is old.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// The machine's own zone by another name, which Intl does not follow.
if (/^:?\/etc\/localtime$/.test(process.env.TZ ?? '')) delete process.env.TZ;

// The command goes on all the same, so that what it writes to the store is as whole as its exit code says.
const unread = new AbortController();
let isLost = false;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (unread.signal.aborted) return;
  unread.abort();
  // Who reads our output may stop reading, as `head` does.
  if (error.code === 'EPIPE') return;
  isLost = true;
  process.exitCode = EXIT.usage;
  process.stderr.write(`vpn-policy: cannot write to standard output: ${reasonOf(error)}\n`);
});
// There is nobody left to tell.
process.stderr.on('error', () => {});

// Nothing has to be tidied up: a write counts with its last step, and what it put before that nobody refers to.
let isWriting = false;
for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => {
    const line = isWriting
      ? 'interrupted; the write that was under way is made as a whole or not at all: vpn-policy log shows which'
      : 'interrupted';
    process.stderr.write(`${process.stderr.isTTY ? CLEAR_LINE : ''}vpn-policy: ${line}\n`);
    process.exit(exitCode);
  });
}

const exitCode = await createProgram({
  stdout: process.stdout,
  stderr: process.stderr,
  readStdin: () => buffer(process.stdin),
  ask: process.stdin.isTTY && process.stderr.isTTY ? askOnTerminal(process.stdin, process.stderr) : undefined,
  env: process.env,
  now: Date.now,
  timezone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
  user: `${userName()}@${hostname()}`,
  writing: (underWay) => {
    isWriting = underWay;
  },
  ended: unread.signal,
}).run(process.argv.slice(2));
process.exitCode = isLost ? EXIT.usage : exitCode;

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env.USER ?? 'unknown'; // an id without an account, as in some containers
  }
}
