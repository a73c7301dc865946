/** That memory which grows is found. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Folder, makeFolder } from '../../cli/testing/folder.ts';
import { decideInRounds } from './decide-in-rounds.ts';
import { type Extent, judge } from './memory.ts';
import { slope } from './slope.ts';

const EXTENT: Extent = { rounds: 10, decisionsARound: 1_000, recordedARound: 0, mostBytesADecision: 40 };

/** Answers as the handler does by the policy of the soak, and does something else besides. */
const functionThat = (does: string) => `
  const kept = [];
  export async function handler(event) {
    ${does}
    const allow = event.platform === 'win';
    return { allow, 'error-msg-on-denied-connection': allow ? '' : 'Same: ' + event.username + '.' };
  }`;

let folder: Folder;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => folder.remove());

async function decide(name: string, does: string) {
  const bundle = await folder.file(name, functionThat(does));
  return judge(await decideInRounds({ bundle, env: {}, ...EXTENT, publish: async () => 'Same' }), EXTENT);
}

describe('a function', () => {
  it('that keeps nothing passes', async () => {
    expect((await decide('sound.mjs', '')).failures).toEqual([]);
  }, 60_000);

  it('that keeps a little of each decision is found', async () => {
    const { failures } = await decide('keeps.mjs', 'kept.push({ user: event.username });');
    expect(failures).toEqual([expect.stringMatching(/^memory grows by \d+\.\d bytes a decision, more than 40$/)]);
  }, 60_000);

  it('that keeps it outside of the heap is found', async () => {
    const { failures } = await decide('buffers.mjs', 'kept.push(new ArrayBuffer(64));');
    expect(failures).toHaveLength(1);
  }, 60_000);

  it('that answers wrongly is found', async () => {
    const { failures } = await decide(
      'wrong.mjs',
      "if (event.username.startsWith('user-77@')) return { allow: false };",
    );
    expect(failures).toEqual([expect.stringContaining('1 wrong answers, the first: ')]);
  }, 60_000);

  it('that ends its process is told of', async () => {
    await expect(decide('ends.mjs', "if (event.username.startsWith('user-77@')) process.exit(7);")).rejects.toThrow(
      'The deciding process has ended (7)',
    );
  }, 60_000);
});

describe('slope', () => {
  it('is that of the line through the points, and of the nearest one', () => {
    expect(slope([[0, 1], [1, 3], [2, 5]])).toBe(2); // biome-ignore format: points
    expect(slope([[0, 0], [1, 1], [2, 0], [3, 1]])).toBeCloseTo(0.2); // biome-ignore format: points
    expect(() => slope([[1, 1]])).toThrow(RangeError); // biome-ignore format: points
  });
});
