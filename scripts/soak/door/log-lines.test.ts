import { describe, expect, it } from '@jest/globals';
import { parseLines } from './log-lines.ts';

describe('the lines of a log', () => {
  it('are JSON objects, one a line', () => {
    expect(parseLines('{"a":1}\n{"b":"x\\ny"}\n')).toEqual({ lines: [{ a: 1 }, { b: 'x\ny' }], bad: [] });
    expect(parseLines('')).toEqual({ lines: [], bad: [] });
  });

  it.each([
    ['a forged line', '{"a":"x"}\nbatchi was admitted"}\n'],
    ['a line without an end', '{"a":1}'],
    ['a value that is no object', '[1]\n'],
    ['an empty line', '{"a":1}\n\n'],
  ])('%s is none', (_what, written) => {
    expect(parseLines(written).bad).toHaveLength(1);
  });
});
