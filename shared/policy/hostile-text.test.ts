/** Texts that are made to hurt whoever reads them: nesting, expansion, prototypes. All end in an issue, soon, and change nothing else. */
import { describe, expect, it } from '@jest/globals';
import { readPolicy } from './read-document.ts';
import { nestsTooDeeply } from './yaml-nesting.ts';

const HEAD = 'version: 1\ndefaultEffect: deny\n';

function codesOf(text: string, format: 'yaml' | 'json'): readonly string[] {
  const read = readPolicy(text, { format });
  return read.ok ? [] : read.issues.map(({ code }) => code);
}

describe('nesting', () => {
  const LEVELS = 100_000;
  it.each([
    ['lists', '['.repeat(LEVELS)],
    ['mappings', '{a: '.repeat(LEVELS)],
    ['lists with ends', `${'['.repeat(LEVELS)}${']'.repeat(LEVELS)}`],
    ['items in a line', `${'- '.repeat(LEVELS)}a`],
    ['keys in a line', `${'? '.repeat(LEVELS)}a`],
    ['lists in a place of the policy', `${HEAD}rules: ${'['.repeat(LEVELS)}`],
    ['indented mappings', Array.from({ length: 1_000 }, (_, level) => `${' '.repeat(level)}a:\n`).join('')],
  ])('of YAML %s is refused before a stack ends', (_, text) => {
    // Again and again: what ends a process is V8 compiling an expression at the end of its stack, which it does not do each time.
    for (let times = 0; times < 3; times++) expect(codesOf(text, 'yaml')).toEqual(['too-deep']);
  });

  it.each([
    ['lists', '['.repeat(LEVELS)],
    ['objects', '{"a":'.repeat(LEVELS)],
  ])('of JSON %s is refused at the 33rd level', (_, text) => {
    expect(codesOf(text, 'json')).toEqual(['too-deep']);
  });

  it('is not found in brackets, dashes and colons that are text', () => {
    const note = `${'[{'.repeat(5_000)} ${'- ? : '.repeat(5_000)}`;
    expect(nestsTooDeeply(`${HEAD}rules:\n  - description: ${JSON.stringify(note)}\n`)).toBe(false);
    expect(nestsTooDeeply(`# ${note}\n${HEAD}`)).toBe(false);
    expect(nestsTooDeeply(`a: [${'[x], '.repeat(5_000)}]`)).toBe(false);
    expect(nestsTooDeeply(`{${'a: {b: c}, '.repeat(5_000)}}`)).toBe(false);
    expect(nestsTooDeeply(`a:\n${'- {b: c}\n'.repeat(5_000)}`)).toBe(false);
  });
});

describe('a text with an error in each line', () => {
  it.each([
    ['lines that are none', 'a: ]\n', 'yaml-syntax'],
    ['directives', '%A\n', 'yaml-syntax'],
    ['tags on tags', '- !a !a\n', 'yaml-syntax'],
    ['escaped line breaks where nothing is indented', `${HEAD}defaultMessage: "a\\\n`, 'yaml-syntax'],
  ])('is refused, and errors elsewhere still say where they came from: %s', (_, line, code) => {
    const { stackTraceLimit } = Error;
    expect(codesOf(line.repeat(20_000), 'yaml')).toEqual([code]);
    expect(Error.stackTraceLimit).toBe(stackTraceLimit);
  });
});

describe('expansion', () => {
  it('of aliases that stand for ten others each is not done', () => {
    const laughs = Array.from({ length: 60 }, (_, level) => {
      const inner = Array.from({ length: 10 }, () => (level === 0 ? 'ha' : `*l${level - 1}`));
      return `l${level}: &l${level} [${inner.join(', ')}]\n`;
    });
    const codes = codesOf(`${HEAD}${laughs.join('')}rules: *l59\n`, 'yaml');
    expect(new Set(codes)).toEqual(new Set(['yaml-anchor', 'yaml-alias']));
  });

  it('of an anchor that holds itself is not done', () => {
    expect(codesOf(`${HEAD}rules: &me [*me]\n`, 'yaml')).toEqual(expect.arrayContaining(['yaml-alias']));
  });

  it.each([
    ['!!js/function "function () {}"', 'yaml-tag'],
    ['!!python/object/apply:os.system ["id"]', 'yaml-tag'],
    ['!!binary AAAA', 'yaml-tag'],
    ['!!merge <<', 'yaml-tag'],
    ['!include /etc/passwd', 'yaml-tag'],
  ])('of the tag in %s is not done', (value, code) => {
    expect(codesOf(`${HEAD}defaultMessage: ${value}\n`, 'yaml')).toContain(code);
  });
});

describe('prototypes', () => {
  const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__'];
  const untouched = () => {
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(Reflect.get({}, 'enabled')).toBeUndefined();
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  };

  it.each(NAMES)('stay as they are, whoever says %s in YAML or JSON, at any depth', (name) => {
    const evil = { polluted: true, enabled: false, prototype: { polluted: true } };
    const places: readonly ((key: string) => object)[] = [
      (key) => entry(key, evil),
      (key) => ({ endpoints: entry(key, evil) }),
      (key) => ({ sets: { a: Object.assign(entry(key, evil), { kind: 'user', entries: [] }) } }),
      (key) => ({ rules: [{ id: 'r', effect: 'deny', match: entry(key, evil) }] }),
      (key) => ({ rules: [{ id: 'r', effect: 'deny', match: { windows: [entry(key, evil)] } }] }),
      (key) => ({ tests: [{ name: 't', connection: entry(key, 'x'), at: '2026-01-01T00:00:00Z', expect: {} }] }),
    ];
    for (const place of places) {
      const text = JSON.stringify({ version: 1, defaultEffect: 'deny', ...place('KEY') }).replaceAll('KEY', name);
      // JSON is YAML.
      for (const format of ['json', 'yaml'] as const) {
        expect(codesOf(text, format)).not.toEqual([]);
        untouched();
      }
    }
  });

  it.each(NAMES)('are no sets, rules, endpoints or tests that nobody made: %s', (name) => {
    const text = `${HEAD}rules:\n  - { id: r, effect: deny, match: { users: ["@${name}"], endpoints: ["${name}"] } }\n`;
    expect(codesOf(text, 'yaml')).toContain('unknown-set');
  });

  function entry(key: string, value: unknown): Record<string, unknown> {
    return Object.fromEntries([[key, value]]);
  }
});
