import { describe, expect, it } from '@jest/globals';
import { latePattern } from './late-pattern.ts';

describe('a late pattern', () => {
  it('is made once, when it is first asked for', () => {
    const pattern = latePattern(String.raw`^\p{Lu}+$`, 'u');
    expect(pattern()).toEqual(/^\p{Lu}+$/u);
    expect(pattern()).toBe(pattern());
  });

  it('is not made before', () => {
    const broken = latePattern('[', 'u');
    expect(broken).toThrow(SyntaxError);
  });
});
