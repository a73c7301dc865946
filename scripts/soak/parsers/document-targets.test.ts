import { describe, expect, it } from '@jest/globals';
import { Random } from '../../fuzz/random.ts';
import { DOCUMENT_TARGETS } from './document-targets.ts';
import { mutateData } from './mutate-data.ts';

describe('documents', () => {
  it.each(DOCUMENT_TARGETS)(
    '$name: seeds and some of what is made of them are in order',
    ({ seeds, mutate, check }) => {
      const random = new Random(3);
      const made = Array.from({ length: 60 }, () => mutate(random, random.pick(seeds), random.pick(seeds)));
      expect([...seeds, ...made].map(check).filter((fault) => fault !== undefined)).toEqual([]);
    },
  );

  it('data is changed in a copy, also under `__proto__`, and is data that JSON holds', () => {
    const random = new Random(5);
    const value = { rules: [{ id: 'a' }], sets: {} };
    const before = JSON.stringify(value);
    const made = Array.from({ length: 3_000 }, () => JSON.stringify(mutateData(random, value, { version: 1 })));
    expect(JSON.stringify(value)).toBe(before);
    expect(new Set(made).size).toBeGreaterThan(300);
    expect(made.some((text) => text.includes('__proto__'))).toBe(true);
    expect(made.every((text) => typeof text === 'string')).toBe(true);
  });
});
