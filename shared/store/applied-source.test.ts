import { describe, expect, it } from '@jest/globals';
import { sourceFault } from './applied-source.ts';

/** As Unicode names them; the product says the same by number. */
const CONTROL = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;

describe('the name of a source', () => {
  it.each(['policy.yaml', 'vpn/prod/policy.yaml', 'ポリシー.yaml', '👍.yaml', 'a b', 'x'.repeat(128)])(
    '%j is one',
    (name) => {
      expect(sourceFault(name)).toBeUndefined();
    },
  );

  it.each([
    ['', 'it is empty'],
    ['x'.repeat(129), 'it has 129 bytes'],
    ['é'.repeat(65), 'it has 130 bytes'],
    ['a\nb', 'it has a control character'],
  ])('%j is none: %s', (name, why) => {
    expect(sourceFault(name)).toMatch(why);
  });

  it('has no character of Unicode’s that steers a line', () => {
    const units = Array.from({ length: 0x1_0000 }, (_, unit) => String.fromCharCode(unit));
    expect(units.filter((unit) => (sourceFault(unit) !== undefined) !== CONTROL.test(unit))).toEqual([]);
  });
});
