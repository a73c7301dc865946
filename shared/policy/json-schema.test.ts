/** The JSON Schema for editors, and the example policies against it and against everything else. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { policyJsonSchema, policyJsonSchemaText } from './json-schema.ts';
import { lockoutReason } from './lockout.ts';
import { runPolicyTests } from './policy-tests.ts';
import { readPolicy } from './read-document.ts';

const root = join(__dirname, '../..');
const conforms = new Ajv2020({ allErrors: true, strict: true, strictRequired: false }).compile(policyJsonSchema());
const examples = readdirSync(join(root, 'policies')).filter((name) => name.endsWith('.yaml'));
const textOf = (name: string) => readFileSync(join(root, 'policies', name), 'utf8');

describe('the JSON Schema', () => {
  it('stands in docs as the schemas have it (npx tsx scripts/write-json-schema.ts)', () => {
    expect(readFileSync(join(root, 'docs/policy.schema.json'), 'utf8')).toBe(policyJsonSchemaText());
  });

  it('describes every key', () => {
    const undescribed: string[] = [];
    const definitions = policyJsonSchema().$defs as Record<string, Described>; // a schema has them
    const visit = (schema: Described, path: string) => {
      for (const [key, inner] of Object.entries(schema.properties ?? {})) {
        const target =
          inner.$ref === undefined ? inner : { ...definitions[inner.$ref.replace('#/$defs/', '')], ...inner };
        if (target.description === undefined && !path.startsWith('TestConnection')) undescribed.push(`${path}.${key}`);
      }
      for (const branch of [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])]) visit(branch, path);
    };
    visit(policyJsonSchema() as Described, ''); // a schema
    for (const [name, definition] of Object.entries(definitions)) visit(definition, name);
    expect(undescribed).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['an unknown key', { version: 1, defaultEffect: 'deny', rule: [] }],
    [
      'identities where they would let in',
      { version: 1, defaultEffect: 'deny', rules: [{ id: 'a', effect: 'allow', match: { identities: ['x'] } }] },
    ],
    ['an empty block', { version: 1, defaultEffect: 'deny', rules: [{ id: 'a', effect: 'deny', match: {} }] }],
    [
      'a number for a name',
      { version: 1, defaultEffect: 'deny', rules: [{ id: 'a', effect: 'deny', match: { users: [1] } }] },
    ],
    [
      'a time without an offset',
      {
        version: 1,
        defaultEffect: 'deny',
        rules: [{ id: 'a', effect: 'deny', match: 'everyone', expiresAt: '2026-12-31T00:00:00' }],
      },
    ],
    [
      'a message on an allow rule',
      { version: 1, defaultEffect: 'deny', rules: [{ id: 'a', effect: 'allow', match: 'everyone', message: 'x' }] },
    ],
    [
      'the id that is taken',
      { version: 1, defaultEffect: 'deny', rules: [{ id: 'default', effect: 'allow', match: 'everyone' }] },
    ],
    [
      'six fields of cron',
      {
        version: 1,
        defaultEffect: 'deny',
        rules: [
          { id: 'a', effect: 'deny', match: { windows: [{ cron: '0 0 2 * * *', duration: 'PT1H', timezone: 'UTC' }] } },
        ],
      },
    ],
  ])('marks %s', (_name, document) => {
    expect(conforms(document)).toBe(false);
  });
});

interface Described {
  readonly description?: string;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly oneOf?: readonly Described[];
  readonly anyOf?: readonly Described[];
}

describe.each(examples)('policies/%s', (name) => {
  it('conforms to the JSON Schema that its first line names', () => {
    expect(textOf(name)).toMatch(/^# yaml-language-server: \$schema=\.\.\/docs\/policy\.schema\.json\n/);
    conforms(parse(textOf(name)));
    expect(conforms.errors ?? []).toEqual([]);
  });

  it('is valid, without a warning, passes its tests and locks nobody out', () => {
    const nowMs = Date.UTC(2026, 10, 24);
    const read = readPolicy(textOf(name), { nowMs });
    if (!read.ok) throw new Error(JSON.stringify(read.issues));
    expect(read.warnings).toEqual([]);
    const results = runPolicyTests(read.document);
    expect(results.length).toBeGreaterThanOrEqual(4);
    expect(results.flatMap(({ differences }) => differences)).toEqual([]);
    expect(lockoutReason(read.document, nowMs)).toBeUndefined();
  });
});
