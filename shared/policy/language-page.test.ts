/** What docs/policy-language.md shows is the language. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { compile } from '../engine/index.ts';
import { runPolicyTests } from './policy-tests.ts';
import { readPolicy } from './read-document.ts';
import { connectionLimit, RULES_BY_EFFECT } from './rule-schema.ts';

const page = readFileSync(join(__dirname, '../../docs/policy-language.md'), 'utf8');
const examples = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => text);

describe('docs/policy-language.md', () => {
  it('shows policies', () => {
    expect(examples.length).toBeGreaterThanOrEqual(3);
  });

  it.each(examples)('shows one that is valid and passes its tests: %s', (text) => {
    const read = readPolicy(text);
    if (!read.ok) throw new Error(JSON.stringify(read.issues));
    expect(() => compile(read.document)).not.toThrow();
    expect(runPolicyTests(read.document).flatMap(({ differences }) => differences)).toEqual([]);
  });

  it('names every key of rules and limits', () => {
    const schemas = [...Object.values(RULES_BY_EFFECT), connectionLimit];
    const keys = new Set(schemas.flatMap(({ shape }) => Object.keys(shape)));
    expect([...keys].filter((key) => !new RegExp(`\`${key}(\`|:)`).test(page))).toEqual([]);
  });
});
