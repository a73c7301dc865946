import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sameData } from './diff.ts';
import { mergePatch } from './merge-patch.ts';

// RFC 7396, appendix A: original, patch, result.
const APPENDIX_A: readonly (readonly [original: string, patch: string, result: string])[] = [
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', '{}'],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['["a","b"]', '["c","d"]', '["c","d"]'],
  ['{"a":"b"}', '["c"]', '["c"]'],
  ['{"a":"foo"}', 'null', 'null'],
  ['{"a":"foo"}', '"bar"', '"bar"'],
  ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
  ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
  ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
];

describe('mergePatch', () => {
  it.each(APPENDIX_A)('makes of %s with %s what appendix A says', (original, patch, result) => {
    expect(mergePatch(JSON.parse(original), JSON.parse(patch))).toEqual(JSON.parse(result));
  });

  it('changes neither the target nor the patch', () => {
    const target = Object.freeze({ a: Object.freeze({ b: 1 }), c: 2 });
    const patch = Object.freeze({ a: Object.freeze({ b: null, d: 3 }) });
    expect(mergePatch(target, patch)).toEqual({ a: { d: 3 }, c: 2 });
  });

  it('keeps what it does not touch as the very same object', () => {
    const target = { match: { users: ['batchi'] }, enabled: true };
    const patched = mergePatch(target, { enabled: false });
    expect(patched).toEqual({ match: { users: ['batchi'] }, enabled: false });
    expect((patched as typeof target).match).toBe(target.match);
  });

  it.each([[{}], [{ users: ['batchi'] }], [{ gone: null }], [{ match: {} }], [{ users: undefined }]])(
    'gives back the target itself where %j changes nothing',
    (patch) => {
      const target = { users: ['batchi'], match: { groups: ['a'] } };
      expect(mergePatch(target, patch)).toBe(target);
    },
  );

  it.each(['__proto__', 'constructor', 'prototype', 'toString'])('takes the key %s as data', (key) => {
    const patched = mergePatch({ a: 1 }, JSON.parse(`{"${key}":{"polluted":true}}`));
    expect(Object.keys(patched as object)).toEqual(['a', key]);
    expect(Object.getPrototypeOf(patched)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(mergePatch(patched, JSON.parse(`{"${key}":null}`))).toEqual({ a: 1 });
  });

  it('refuses a patch that is deeper than it may be', () => {
    let patch: unknown = 1;
    for (let level = 0; level < 100_000; level++) patch = { a: patch };
    expect(() => mergePatch({}, patch)).toThrow(RangeError);
    expect(mergePatch({}, { a: { b: 1 } }, 2)).toEqual({ a: { b: 1 } });
    expect(() => mergePatch({}, { a: { b: {} } }, 2)).toThrow(RangeError);
  });

  it('is the algorithm of the RFC for any data', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.jsonValue({ maxDepth: 4 }), (target, patch) => {
        // The RFC's pseudocode, written plainly, would set the prototype.
        fc.pre(!JSON.stringify([target, patch]).includes('__proto__'));
        expect(mergePatch(target, patch)).toEqual(asTheRfcWritesIt(target, patch));
      }),
    );
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.jsonValue({ maxDepth: 4 }), (target, patch) => {
        const once = mergePatch(target, patch);
        expect(sameData(mergePatch(once, patch), once)).toBe(true);
      }),
    );
  });
});

/** The pseudocode of RFC 7396, section 2. */
function asTheRfcWritesIt(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const object: Record<string, unknown> =
    typeof target !== 'object' || target === null || Array.isArray(target) ? {} : { ...target };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete object[key];
    else object[key] = asTheRfcWritesIt(object[key], value);
  }
  return object;
}
