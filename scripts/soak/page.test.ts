/** docs/reliability.md has a place for each part of the soak, and tells of no promise that was broken. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { between, figuresText, PAGE } from './page.ts';
import { PARTS } from './parts.ts';

const page = () => readFile(join(resolve(__dirname, '../..'), PAGE), 'utf8');

describe('docs/reliability.md', () => {
  it('has one place for each part, and no other', async () => {
    const text = await page();
    const places = [...text.matchAll(/<!-- soak: (\S+) -->\n[\s\S]*?<!-- end of soak: (\S+) -->/g)];
    expect(places.map(([, name]) => name).sort()).toEqual(PARTS.map(({ name }) => name).sort());
    for (const [, begun, ended] of places) expect(ended).toBe(begun);
  });

  it('tells of no promise that was broken', async () => {
    expect(await page()).not.toMatch(/promises broken \| [^0]/);
  });
});

describe('the figures of a part', () => {
  it('take the place of the older ones, and all else stays', () => {
    const old = 'Before\n<!-- soak: a -->\nold\n<!-- end of soak: a -->\nafter\n';
    const text = figuresText({ figures: [{ what: 'events', figure: '7' }], failures: ['one'] }, 'npm run soak');
    const fresh = between(old, 'a', text);
    expect(fresh).toContain('| events | 7 |\n| promises broken | 1 |\n<!-- end of soak: a -->\nafter\n');
    expect(fresh).toMatch(/^Before\n<!-- soak: a -->\n\d{4}-\d\d-\d\d, Node v.*`npm run soak`\n/);
    expect(fresh).not.toContain('old');
    expect(between(fresh, 'a', text)).toBe(fresh);
  });

  it('have nowhere to go where the page has no place for them', () => {
    expect(() => between('', 'a', '')).toThrow('docs/reliability.md has no place for a');
  });
});
