/**
 * A program: reads a JSON list of regular expressions from standard input, writes one verdict for each. In a process of its own,
 * since recheck takes ten times as long among Jest's modules.
 */
import { text } from 'node:stream/consumers';

// The part of recheck that is JavaScript: it would start Java, where that is, or a program of its own.
process.env.RECHECK_SYNC_BACKEND = 'pure';
const { checkSync } = await import('recheck');

const expressions: readonly { readonly pattern: string; readonly flags: string }[] = JSON.parse(
  await text(process.stdin),
);
const verdicts = expressions.map(({ pattern, flags }) => {
  const found = checkSync(pattern, flags, { timeout: 60_000 });
  if (found.status === 'vulnerable') return `vulnerable: ${found.complexity.summary} by ${found.attack.pattern}`;
  return found.status === 'safe' ? 'safe' : `unknown: ${found.error.kind}`;
});
process.stdout.write(JSON.stringify(verdicts));
