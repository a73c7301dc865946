import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { askOnTerminal, goesOn } from './ask.ts';

describe('goesOn', () => {
  it.each([
    ['y', true],
    [' YES ', true],
    ['', false],
    ['n', false],
    ['yesterday', false],
  ])('takes the answer %j for %j', async (answer, goes) => {
    const asked: string[] = [];
    const ask = async (question: string) => {
      asked.push(question);
      return answer;
    };
    expect(await goesOn('Apply this?', { ask })).toBe(goes);
    expect(asked).toEqual(['Apply this? [y/N] ']);
  });

  it('goes on where nobody can be asked', async () => {
    expect(await goesOn('Apply this?', {})).toBe(true);
  });
});

describe('askOnTerminal', () => {
  it.each([
    ['the line', 'y\nmore\n', 'y', ''],
    ['an empty answer at the end of the input, and ends the line,', '', '', '\n'],
  ])('gives %s', async (_, typed, answer, end) => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const answered = askOnTerminal(input, output)('Sure? ');
    input.end(typed);
    expect(await answered).toBe(answer);
    output.end();
    expect(await text(output)).toBe(`Sure? ${end}`);
  });
});
