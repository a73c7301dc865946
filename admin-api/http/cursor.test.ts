/** Cursors serve the list and the revision that gave them, and nothing that somebody made up. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readCursor, revisionOfCursor, writeCursor } from './cursor.ts';

const SECRET = '0b9f4f4e-5d0a-4a43-9d7c-1f1f5f3f2a11';

describe('cursors', () => {
  it('lead back to where they were written', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9_999_999_999 }),
        fc.nat(999_999_999),
        fc.string(),
        (revision, offset, list) => {
          const cursor = writeCursor({ revision, offset }, SECRET, list);
          expect(revisionOfCursor(cursor)).toBe(revision);
          expect(readCursor(cursor, SECRET, list)).toEqual({ revision, offset });
        },
      ),
    );
  });

  it('are refused when they are of another list, another revision or not whole', () => {
    const cursor = writeCursor({ revision: 7, offset: 50 }, SECRET, 'rules');
    const forged = Buffer.from(cursor, 'base64url').toString().replace('7.50', '7.51');
    for (const [given, secret, list] of [
      [cursor, SECRET, 'sets'],
      [cursor, 'another write', 'rules'],
      [cursor.slice(0, -1), SECRET, 'rules'],
      [`${cursor}A`, SECRET, 'rules'],
      [Buffer.from(forged).toString('base64url'), SECRET, 'rules'],
      ['', SECRET, 'rules'],
      ['x'.repeat(10_000), SECRET, 'rules'],
    ] as const) {
      expect(() => readCursor(given, secret, list)).toThrow('The cursor is not one that this list');
    }
  });

  it('are refused whatever they are', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => readCursor(text, SECRET, 'rules')).toThrow('The cursor is not one');
      }),
    );
  });
});
