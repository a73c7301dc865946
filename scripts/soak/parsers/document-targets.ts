/** Whole policy documents, as YAML, as JSON and as data of any content. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { compile, type PolicyDocument, PolicyValueError } from '../../../shared/engine/index.ts';
import { type PolicyIssue, readPolicy, validatePolicy } from '../../../shared/policy/index.ts';
import { policyYaml } from '../../cli/print/policy-yaml.ts';
import type { Random } from '../../fuzz/random.ts';
import { wholeLanguage } from '../door/door-policies.ts';
import type { FuzzTarget } from './guided-fuzz.ts';
import { mutateData } from './mutate-data.ts';
import { textMutator } from './mutate-text.ts';

const POLICIES = join(import.meta.dirname, '..', '..', '..', 'policies');
const FILES = [
  'example.yaml',
  'block-a-user.yaml',
  'maintenance.yaml',
  'only-from-these-addresses.yaml',
  'connections-that-stand.yaml',
];

const WHOLE = wholeLanguage({ zone: 'Europe/London', anchorMs: Date.parse('2026-10-25T01:00:00Z') });

const YAML_SEEDS = [
  ...FILES.map((file) => readFileSync(join(POLICIES, file), 'utf8')),
  policyYaml(WHOLE),
  'version: 1\ndefaultEffect: deny\n',
  'version: 1\ndefaultEffect: allow\nrules:\n  - id: r\n    effect: deny\n    match: everyone\n',
];

const YAML_WORDS = [
  ...[
    'version: 1',
    'defaultEffect: deny',
    'rules:',
    'sets:',
    'match:',
    'except:',
    'everyone',
    'windows:',
    'tests:',
    'endpoints:',
  ],
  ...[
    '- ',
    ': ',
    '\n',
    '\n  ',
    '"',
    "'",
    '|',
    '>',
    '&a',
    '*a',
    '<<: *a',
    '!!str',
    '!x',
    '---',
    '...',
    '#',
    '[',
    ']',
    '{',
    '}',
    '?',
    ',',
    '%YAML 1.1',
    '\t',
  ],
  ...[
    'null',
    '~',
    'yes',
    '001234',
    '0x10',
    '.inf',
    '1e9',
    'true',
    '__proto__: 1',
    'constructor:',
    '@offices',
    '\ufeff',
    '\u0000',
    '\u2028',
  ],
];

export const YAML: FuzzTarget = {
  name: 'policy as YAML',
  seeds: YAML_SEEDS,
  mutate: textMutator(YAML_WORDS, 6_000),
  check: (text) => textFault(text, 'yaml'),
  maxSteps: (length) => 400_000 + 6_000 * length,
};

const JSON_WORDS = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '\\u0000',
  '\\ud83d',
  'null',
  'true',
  '-0',
  '1e400',
  '0.1',
  '"__proto__":{}',
  '"rules":[]',
  '"match":"everyone"',
  ' ',
  '\n',
  '\ufeff',
  '{"',
];

const JSON_TEXT: FuzzTarget = {
  name: 'policy as JSON',
  seeds: [
    ...YAML_SEEDS.map((text) => JSON.stringify(parseYaml(text), undefined, 1)),
    '{"a":{"a":{"a":[[[]]]}}}',
    '"\\u00e9"',
    '[1,2]',
  ],
  mutate: textMutator(JSON_WORDS, 6_000),
  check: (text) => textFault(text, 'json') ?? jsonFault(text),
  maxSteps: (length) => 400_000 + 3_000 * length,
};

/** Data that is nearly a policy, so that what lies behind the syntax is reached. */
export const DATA: FuzzTarget = {
  name: 'policy as data',
  seeds: YAML_SEEDS.map((text) => JSON.stringify(parseYaml(text))),
  mutate: (random: Random, input: string, other: string) =>
    JSON.stringify(mutateData(random, JSON.parse(input), JSON.parse(other))) ?? 'null',
  check: (text) => {
    const data = parsedJson(text);
    // What is left of a text while it is made smaller may be none.
    return data === undefined ? undefined : dataFault(data.value);
  },
  maxSteps: (length) => 2_000_000 + 20_000 * length,
};

/** What is read is valid, compiles, and reads back from JSON and YAML as the same; what is not has issues that say where. */
function textFault(text: string, format: 'yaml' | 'json'): string | undefined {
  const read = readPolicy(text, { format, nowMs: Date.UTC(2026, 10, 24) });
  if (!read.ok) return issuesFault(read.issues, text);
  const { document } = read;
  const again = readPolicy(JSON.stringify(document), { format: 'json' });
  if (!again.ok || !isSame(again.document, document)) return 'its JSON reads as another document';
  const yaml = readPolicy(policyYaml(document), { format: 'yaml' });
  if (!yaml.ok || !isSame(yaml.document, document)) return 'its YAML reads as another document';
  return dataFault(document);
}

/** What JSON.parse takes, but for repeated keys, reads as the same; what it refuses is refused. */
function jsonFault(text: string): string | undefined {
  const byNode = parsedJson(text.replace(/^\ufeff/, ''));
  const read = readPolicy(text, { format: 'json' });
  if (read.ok)
    return byNode !== undefined && isSame(byNode.value, read.document) ? undefined : 'JSON.parse reads something else';
  const isSyntax = read.issues.some(({ code }) => code === 'json-syntax');
  return isSyntax === (byNode === undefined) ||
    read.issues.some(({ code }) => ['empty-document', 'too-deep', 'duplicate-key'].includes(code))
    ? undefined
    : `JSON.parse ${byNode === undefined ? 'refuses' : 'takes'} it; here: ${read.issues.map(({ code }) => code).join()}`;
}

function parsedJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Data of any content is valid or has issues; what is valid compiles, and `compile` throws nothing but its own error. */
function dataFault(value: unknown): string | undefined {
  const validated = validatePolicy(value);
  if (!validated.ok && validated.issues.length === 0) return 'it is refused without an issue';
  try {
    // Whatever it is: handlers meet documents that newer programs wrote.
    compile(value as PolicyDocument);
    return undefined;
  } catch (error) {
    if (!(error instanceof PolicyValueError)) throw error;
    return validated.ok ? `it is valid and does not compile: ${error.message}` : undefined;
  }
}

function issuesFault(issues: readonly PolicyIssue[], text: string): string | undefined {
  if (issues.length === 0) return 'it is refused without an issue';
  const lines = text.split('\n').length;
  const wrong = issues.find(({ message, code, line, column }) => {
    return (
      message === '' ||
      code === '' ||
      line === undefined ||
      column === undefined ||
      line < 1 ||
      line > lines ||
      column < 1
    );
  });
  return wrong === undefined ? undefined : `an issue is not in place: ${JSON.stringify(wrong)}`;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other) || sortedJson(one) === sortedJson(other);
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

export const DOCUMENT_TARGETS: readonly FuzzTarget[] = [YAML, JSON_TEXT, DATA];
