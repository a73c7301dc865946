/** docs/drills.md: every drill is run, and comes out as the page says, word for word. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { DrillFailed } from './drill-failed.ts';
import { DRILLS } from './drills.ts';
import { prepareGround } from './ground.ts';
import { shownSteps } from './page.ts';

const ROOT = resolve(__dirname, '../..');

let page: string;
beforeAll(async () => {
  page = await readFile(resolve(ROOT, 'docs/drills.md'), 'utf8');
});

describe('docs/drills.md', () => {
  it.each(DRILLS)(
    'shows what happens: $title',
    async (drill) => {
      expect(page).toContain(`## ${drill.title}\n<!-- drill: ${drill.name} -->`);
      const { ground, steps, close } = await prepareGround(ROOT);
      try {
        await drill.run(ground);
      } finally {
        await close();
      }
      expect(shownSteps(page, drill.name)).toEqual(steps);
    },
    60_000,
  );

  it('says of each what is seen, what is done, and when it is over', () => {
    for (const section of page.split(/^## /m).slice(1)) {
      for (const heading of [/\*\*What you see\*?\*?/, /\*\*What you do/, /\*\*How you know that it is over/])
        expect(section).toMatch(heading);
    }
  });
});

describe('a drill', () => {
  it('fails where a command does not end as it should, or something does not hold', async () => {
    const { ground, close } = await prepareGround(ROOT);
    try {
      await expect(ground.type('vpn-policy verify')).rejects.toThrow(DrillFailed);
      await ground.type('vpn-policy verify', { exits: 1 });
      expect(() => ground.must(false, 'the door is open')).toThrow('the door is open');
    } finally {
      await close();
    }
  }, 30_000);
});
