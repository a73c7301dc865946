/** The OpenAPI document: up to date in docs/, and true of the routes. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { openApiText } from './openapi-text.ts';
import { SCHEMAS } from './schemas/components.ts';

const text = openApiText();

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, unknown>>;
}
const document: {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, { readonly examples?: readonly unknown[] }>>>>;
} = JSON.parse(text);

describe('docs/openapi.json', () => {
  it('is up to date (npx tsx scripts/write-openapi.ts writes it anew)', () => {
    expect(readFileSync('docs/openapi.json', 'utf8')).toBe(text);
  });

  it('is OpenAPI 3.1 and says of every operation what can go wrong', () => {
    expect(document.openapi).toBe('3.1.0');
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const { responses } of operations) {
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['200', '400', '403', '404', '405', '500', '503']));
    }
  });

  it('refers to nothing that it does not have', () => {
    for (const [, group = '', name = ''] of text.matchAll(/"#\/components\/(\w+)\/(\w+)"/g)) {
      expect([group, name, document.components[group]?.[name] !== undefined]).toEqual([group, name, true]);
    }
    expect(text).not.toContain('$defs');
  });

  it.each(Object.entries(SCHEMAS))('has examples of %s that are valid', (name, schema) => {
    for (const example of document.components.schemas?.[name]?.examples ?? []) {
      expect(schema.safeParse(example).error).toBeUndefined();
    }
  });
});
