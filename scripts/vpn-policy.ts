/** The `vpn-policy` command. */
import { hostname, userInfo } from 'node:os';
import { buffer } from 'node:stream/consumers';
import { EXIT } from './cli/exit-code.ts';
import { askOnTerminal } from './cli/input/ask.ts';
import { createProgram } from './cli/program.ts';

// The SDK would tell users of Node 20 at every command that Node 20 is old.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// Who reads our output may stop reading, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.usage);
});

process.exitCode = await createProgram({
  stdout: process.stdout,
  stderr: process.stderr,
  readStdin: () => buffer(process.stdin),
  ask: process.stdin.isTTY && process.stderr.isTTY ? askOnTerminal(process.stdin, process.stderr) : undefined,
  env: process.env,
  now: Date.now,
  timezone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
  user: `${userName()}@${hostname()}`,
}).run(process.argv.slice(2));

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env.USER ?? 'unknown'; // an id without an account, as in some containers
  }
}
