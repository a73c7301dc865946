/** Every regular expression that outsiders' text can reach takes a time in proportion to it, whatever it is (no ReDoS). */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseSync } from '@swc/core';

const ROOT = resolve(__dirname, '..');
/** What is deployed, and what operators run. */
const FOLDERS = ['shared', 'handler', 'admin-api', 'enforcer', 'scripts/cli'];
const NOT_RUN = /\.test\.ts$|\.d\.ts$|\/testing\/|\/reference\//;

/** Expressions that are put together when the program runs, and why each can match in one way only. */
const PUT_TOGETHER: Readonly<Record<string, string>> = {
  'shared/decision-log/names.ts': 'an alternative of two names, each letter of which is quoted',
  'shared/engine/late-pattern.ts':
    'classes of characters, one at a time, whose sources stand in folding.ts and message.ts',
  'shared/policy/entry-key.ts': 'one class of characters, counted, between both ends',
};

/** That the judge sees something. */
const OUT_OF_HAND = [
  { pattern: '^(a+)+$', flags: '', verdict: /^vulnerable: exponential/ },
  { pattern: '[ \\t]*(?:"[^"]*")?[ \\t]*(,|$)', flags: 'y', verdict: /^vulnerable: 2nd degree polynomial/ },
  { pattern: '\\s+$', flags: 'u', verdict: /^vulnerable: 2nd degree polynomial/ },
];

interface Expression {
  readonly pattern: string;
  readonly flags: string;
  readonly files: Set<string>;
}

function expressionsInCode() {
  const found = new Map<string, Expression>();
  const made = new Set<string>();
  for (const file of filesOfCode()) {
    for (const node of nodesIn(parseSync(readFileSync(join(ROOT, file), 'utf8'), { syntax: 'typescript' }))) {
      const { type, pattern, flags, callee } = node;
      if (type === 'RegExpLiteral' && typeof pattern === 'string' && typeof flags === 'string') {
        const text = `/${pattern}/${flags}`;
        const expression = found.get(text) ?? { pattern, flags, files: new Set() };
        expression.files.add(file);
        found.set(text, expression);
      }
      const isCall = type === 'NewExpression' || type === 'CallExpression';
      if (isCall && isNode(callee) && callee.value === 'RegExp') made.add(file);
    }
  }
  return { literals: [...found.values()], putTogether: [...made].sort() };
}

function filesOfCode(): string[] {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  return files.filter((file) => file.endsWith('.ts') && !NOT_RUN.test(file)).sort();
}

type SyntaxNode = Readonly<Record<string, unknown>>;

function* nodesIn(value: unknown): Generator<SyntaxNode> {
  if (Array.isArray(value)) {
    for (const element of value) yield* nodesIn(element);
  } else if (isNode(value)) {
    yield value;
    for (const inner of Object.values(value)) yield* nodesIn(inner);
  }
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function judge(expressions: readonly Pick<Expression, 'pattern' | 'flags'>[]): Promise<string[]> {
  return new Promise((done, failed) => {
    const args = ['--import', 'tsx', join(ROOT, 'shared', 'testing', 'judge-expressions.ts')];
    const child = execFile(process.execPath, args, { cwd: ROOT }, (error, stdout) =>
      error ? failed(error) : done(JSON.parse(stdout)),
    );
    child.stdin?.end(JSON.stringify(expressions.map(({ pattern, flags }) => ({ pattern, flags }))));
  });
}

describe('regular expressions', () => {
  const { literals, putTogether } = expressionsInCode();

  it('are linear, each of them', async () => {
    const reader = literals.filter(({ files }) => files.has('shared/policy/read-json.ts'));
    expect([literals.length > 100, reader.length]).toEqual([true, 3]);
    const verdicts = await judge([...OUT_OF_HAND, ...literals]);
    for (const [index, { verdict }] of OUT_OF_HAND.entries()) expect(verdicts[index]).toMatch(verdict);
    const judged = verdicts.slice(OUT_OF_HAND.length);
    expect(judged).toHaveLength(literals.length);
    const wrong = literals.flatMap(({ pattern, flags, files }, index) =>
      judged[index] === 'safe' ? [] : [`/${pattern}/${flags} in ${[...files].join(', ')}: ${judged[index]}`],
    );
    expect(wrong).toEqual([]);
  }, 240_000);

  it('are written out, but for those with a reason', () => {
    expect(putTogether).toEqual(Object.keys(PUT_TOGETHER).sort());
  });
});
