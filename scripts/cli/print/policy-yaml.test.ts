import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { policyDocument, scene } from '../../../shared/engine/reference/arbitraries.ts';
import { readPolicy } from '../../../shared/policy/index.ts';
import { inReadingOrder, policyYaml } from './policy-yaml.ts';

/** Texts that YAML readers take for something else, that need quotes, or that span lines. */
const awkward = fc.oneof(
  fc.constantFrom(
    'on',
    '07:00',
    '1e3',
    '0x1f',
    'null',
    '~',
    '*x',
    '@x',
    '# no',
    'a: b',
    '- a',
    ' a ',
    'a\nb\n',
    '\n',
    '"',
    "'",
    '%',
    '{',
    'é\u0301',
    '\u2028',
  ),
  fc.string({ minLength: 1, maxLength: 120, unit: 'grapheme' }),
);

describe('policyYaml', () => {
  it('reads back as the same document', () => {
    fc.assert(
      fc.property(
        scene().chain((place) => policyDocument(place, { limits: true })),
        awkward,
        (document, text) => {
          const described = { ...document, rules: document.rules?.map((rule) => ({ ...rule, description: text })) };
          const read = readPolicy(policyYaml(described));
          expect(read.ok ? read.document : read.issues).toEqual(JSON.parse(JSON.stringify(described)));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('prints the same whatever order the keys came in', () => {
    fc.assert(
      fc.property(
        scene().chain((place) => policyDocument(place, { limits: true })),
        (document) => {
          expect(policyYaml(reversed(document))).toBe(policyYaml(document));
          expect(JSON.stringify(inReadingOrder(reversed(document)))).toBe(JSON.stringify(inReadingOrder(document)));
        },
      ),
      { numRuns: 30 },
    );
  });
});

/** The same data, every object's keys the other way round. */
function reversed<T>(value: T): T {
  if (Array.isArray(value)) return value.map(reversed) as T; // of the same shape
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  ) as T; // as above
}
