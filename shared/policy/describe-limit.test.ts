import { describe, expect, it } from '@jest/globals';
import type { Limit } from '../engine/index.ts';
import { describeLimit } from './describe-limit.ts';

describe('describeLimit', () => {
  it.each<[limit: Limit, sentence: string]>([
    [
      { id: 'a', match: 'everyone', maxConnections: 1 },
      'at most 1 connection each for everyone, everywhere, else a new one is refused',
    ],
    [
      {
        id: 'a',
        enabled: false,
        match: { groups: ['contractors'], endpoints: ['frankfurt'] },
        except: { users: ['oncall'] },
        maxConnections: 2,
        whenExceeded: 'endOldest',
        message: 'Enough.',
      },
      'switched off: at most 2 connections each for everyone in contractors at frankfurt, but not user oncall, else the oldest ends',
    ],
  ])('%j', (limit, sentence) => {
    expect(describeLimit(limit)).toBe(sentence);
  });

  it('cuts long lists, and tells them whole on wish', () => {
    const limit: Limit = { id: 'a', match: { users: ['a', 'b', 'c', 'd', 'e'] }, maxConnections: 1 };
    expect(describeLimit(limit)).toContain('user a, b, c or 2 more');
    expect(describeLimit(limit, { inFull: true })).toContain('user a, b, c, d or e');
  });
});
