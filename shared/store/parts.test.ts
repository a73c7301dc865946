import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from '../canonical-json.ts';
import { StoreCorruptError } from './errors.ts';
import { joinFragments } from './fragments.ts';
import { decodeBody, encodeText, MAX_PART_BYTES, type Part, type StoredPart } from './part.ts';
import { decodeDocument, encodeDocument, missingParts, reusableParts } from './parts.ts';
import { sha256 } from './sha256.ts';
import { bigPolicy } from './testing/policies.ts';

/** Reads parts as the store does. */
function read(parts: readonly Part[], stored: readonly StoredPart[]) {
  const bytes = new Map(stored.map(({ part, body }) => [part.hash, decodeBody(part, body)]));
  return decodeDocument(parts, new Map(), bytes);
}

function asJson(value: unknown): JsonObject {
  const json: JsonValue = JSON.parse(canonicalJson(value));
  if (!isJsonObject(json)) throw new TypeError('no object');
  return json;
}

/** Documents of the policy's form, with anything in them; `stretch` makes some collections large. */
const documents = fc
  .record({
    document: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3, noUnicodeString: false })),
    rules: fc.array(fc.jsonValue({ maxDepth: 2 }), { minLength: 1, maxLength: 30 }),
    sets: fc.dictionary(
      fc.string(),
      fc.record({ kind: fc.string(), entries: fc.array(fc.jsonValue({ maxDepth: 1 })) }),
    ),
    endpoints: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 })),
    stretch: fc.record({ rules: fc.nat(1_500), sets: fc.nat(4_000), text: fc.nat(300_000) }),
  })
  .map(({ document, rules, sets, endpoints, stretch }) =>
    asJson({
      ...document,
      version: 1,
      endpoints,
      defaultMessage: 'é'.repeat(stretch.text),
      rules: repeat(rules, stretch.rules),
      sets: Object.fromEntries(
        Object.entries(sets).map(([name, set]) => [name, { ...set, entries: repeat(set.entries, stretch.sets) }]),
      ),
    }),
  );

function repeat(values: readonly unknown[], times: number): unknown[] {
  return values.length === 0 ? [] : Array.from({ length: times }, (_, i) => [i, values[i % values.length] ?? null]);
}

describe('The parts of a policy', () => {
  it('give back the document, and none is larger than its bound', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const { parts, fresh } = encodeDocument(document);
        expect(canonicalJson(read(parts, fresh).document)).toBe(canonicalJson(document));
        for (const { part } of fresh) {
          expect(part.inflated).toBeLessThanOrEqual(MAX_PART_BYTES);
          expect(part.size).toBeLessThanOrEqual(MAX_PART_BYTES + 100);
        }
      }),
      { numRuns: 20 },
    );
  }, 60_000);

  it('are one, in plain text, for a small policy', () => {
    const document = asJson(bigPolicy(20, 20));
    const { parts, fresh } = encodeDocument(document);
    expect(fresh).toEqual([{ part: parts[0], body: { json: canonicalJson(document) } }]);
  });

  it('leave sets under 64 KB in the document and give larger ones parts of their own', () => {
    const set = (bytes: number) => ({
      kind: 'user',
      entries: ['x'.repeat(bytes - '{"entries":[""],"kind":"user"}'.length)],
    });
    const small = asJson({ sets: { a: set(64 * 1024 - 1) } });
    // Together with another one the small sets are large.
    const large = asJson({ version: 1, sets: { b: set(64 * 1024) } });
    expect(encodeDocument(asJson({ version: 1, ...small })).fresh).toHaveLength(2);
    const { parts, fresh } = encodeDocument(large);
    expect(parts).toHaveLength(2);
    expect(fresh[0]?.body).toEqual({ json: '{"sets":{"b":{"kind":"user"}},"version":1}' });
  });

  const before = asJson(bigPolicy(5_000, 50_000));
  const first = encodeDocument(before);
  const entries = bigPolicy(0, 50_000).sets?.offices?.entries ?? [];
  const rules = bigPolicy(5_000, 0).rules ?? [];
  it.each([
    [
      'an entry is added at the start of a set',
      { sets: { offices: { kind: 'ip', entries: ['192.0.2.1', ...entries] } } },
      3,
    ],
    [
      'an entry is removed in the middle',
      { sets: { offices: { kind: 'ip', entries: entries.toSpliced(20_000, 1) } } },
      3,
    ],
    ['an entry is added at the end', { sets: { offices: { kind: 'ip', entries: [...entries, '192.0.2.1'] } } }, 3],
    ['a rule is removed', { rules: rules.toSpliced(100, 1) }, 2],
    ['the default message changes', { defaultMessage: 'No.' }, 1],
  ])('are few anew when %s', (_, change, atMost) => {
    const { parts, fresh } = encodeDocument(asJson({ ...before, ...change }));
    const known = new Set(first.parts.map(({ hash }) => hash));
    const anew = fresh.filter(({ part }) => !known.has(part.hash)).length;
    expect(parts.length).toBeGreaterThan(8);
    expect(anew).toBeGreaterThan(0);
    expect(anew).toBeLessThanOrEqual(atMost);
  });

  it('are used again where the text is the same, even if zlib would now write other bytes', () => {
    const text = canonicalJson(before);
    const { fragments } = read(first.parts, first.fresh);
    const otherwise = new Map([...reusableParts(first.parts, fragments)].map(([of, parts]) => [of, parts]));
    const someText = [...otherwise.keys()].find((of) => of.length > 10_000 && of !== text) ?? '';
    const gzip = gzipSync(someText, { level: 1 });
    const other = { hash: sha256(gzip), size: gzip.length, inflated: Buffer.byteLength(someText) };
    const again = encodeDocument(before, otherwise.set(someText, [other]));
    expect(again.fresh).toEqual([]);
    expect(again.parts).toContainEqual(other);
  });

  it('are read only where they are not known', () => {
    const known = read(first.parts, first.fresh).fragments;
    expect(missingParts(first.parts, known)).toEqual([]);
    const after = encodeDocument(asJson({ ...before, defaultMessage: 'No.' }));
    expect(missingParts(after.parts, known)).toEqual([after.parts[0]]);
  });

  it('are damaged when their bytes are not those that the reference names', () => {
    const [{ part, body }] = encodeText(randomBytes(20_000).toString('hex')) as [StoredPart];
    const bytes = (body as { gzip: Uint8Array }).gzip;
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const noGzip = Buffer.from('not gzip at all');
    const reference = (stored: Uint8Array, inflated: number) => ({
      hash: sha256(stored),
      size: stored.length,
      inflated,
    });
    const cases: [string, Part, Uint8Array][] = [
      ['size', { ...part, size: part.size + 1 }, bytes],
      ['hash', part, Buffer.from(bytes).fill(7, 50, 51)],
      ['inflates to more', { ...part, inflated: part.inflated - 1 }, bytes],
      ['inflates to less', { ...part, inflated: part.inflated + 1 }, bytes],
      ['a bomb', reference(bomb, 1_000), bomb],
      ['no gzip', reference(noGzip, 10), noGzip],
    ];
    for (const [, reference, gzip] of cases) expect(() => decodeBody(reference, { gzip })).toThrow(StoreCorruptError);
    expect(decodeBody(part, body)).toHaveLength(40_000);
  });

  it.each<[string, JsonObject[]]>([
    ['the same value twice', [{ version: 1 }, { version: 1 }]],
    ['a list and an object', [{ rules: [] }, { rules: {} }]],
  ])('are damaged when two give %s', (_, fragments) => {
    expect(() => joinFragments(fragments)).toThrow(StoreCorruptError);
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '[]'],
  ])('are damaged when one is %s', (_, text) => {
    const parts = encodeText(text);
    expect(() =>
      read(
        parts.map(({ part }) => part),
        parts,
      ),
    ).toThrow(StoreCorruptError);
  });
});
