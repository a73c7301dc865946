/** The fuzzer is led by coverage: it finds what tries at random do not, and what takes too many steps. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type FuzzResult, smallestText } from './guided-fuzz.ts';

jest.setTimeout(120_000);

let found: Readonly<Record<'guided' | 'unguided' | 'slow', FuzzResult>>;

beforeAll(async () => {
  // In a process of its own: Jest loads modules in a way in which V8's counts are not to be had.
  const script = join(import.meta.dirname, 'testing', 'maze-process.ts');
  const ended = promisify(execFile)(process.execPath, ['--import', 'tsx', script]);
  const { stdout } = await ended.catch(({ code, signal, stderr }) => {
    throw new Error(`the process ended with ${signal ?? code}: ${stderr}`);
  });
  found = JSON.parse(stdout);
});

describe('the fuzzer', () => {
  it('finds its way through a maze, and makes the input small', () => {
    expect(found.guided.failures[0]).toMatch(/^maze: "maze!7": it threw TypeError: the middle of the maze/);
    expect(found.guided.corpus).toContainEqual(expect.stringMatching(/^maze!/));
    expect(found.guided.blocks).toBeGreaterThan(found.guided.blocksOfSeeds);
  });

  it('does not without the coverage', () => {
    expect(found.unguided.failures).toEqual([]);
    expect(found.unguided.corpus).toEqual(['x']);
  });

  it('counts steps', () => {
    expect(found.slow.failures[0]).toMatch(/^slow: ".*": \d+ steps for \d+ units/);
  });
});

describe('a text is made smaller', () => {
  it('as long as it fails', () => {
    expect(smallestText('what is x in y here?', (text) => /x.*y/.test(text))).toBe('xy');
    expect(smallestText('abc', () => true)).toBe('');
    expect(smallestText('abc', () => false)).toBe('abc');
  });
});
