import { describe, expect, it } from '@jest/globals';
import { readZdump } from './zdump.ts';

const LORD_HOWE = `
Australia/Lord_Howe  Sat Apr  4 14:59:59 2026 UT = Sun Apr  5 01:59:59 2026 +11 isdst=1 gmtoff=39600
Australia/Lord_Howe  Sat Apr  4 15:00:00 2026 UT = Sun Apr  5 01:30:00 2026 +1030 isdst=0 gmtoff=37800
Australia/Lord_Howe  Sat Oct  3 15:29:59 2026 UT = Sun Oct  4 01:59:59 2026 +1030 isdst=0 gmtoff=37800
Australia/Lord_Howe  Sat Oct  3 15:30:00 2026 UT = Sun Oct  4 02:30:00 2026 +11 isdst=1 gmtoff=39600
`;

describe('the output of zdump -V', () => {
  it('tells the moments from which another offset holds', () => {
    expect(readZdump(LORD_HOWE)).toEqual([
      { atMs: Date.parse('2026-04-04T15:00:00Z'), offsetMs: 10.5 * 3_600_000 },
      { atMs: Date.parse('2026-10-03T15:30:00Z'), offsetMs: 11 * 3_600_000 },
    ]);
  });

  it('may tell of a new name for the same offset, which is no change of clocks', () => {
    const renamed = `
America/Vancouver  Sun Nov  1 08:59:59 2026 UT = Sun Nov  1 01:59:59 2026 PDT isdst=1 gmtoff=-25200
America/Vancouver  Sun Nov  1 09:00:00 2026 UT = Sun Nov  1 02:00:00 2026 MST isdst=0 gmtoff=-25200
`;
    expect(readZdump(renamed)).toEqual([]);
  });

  it('is not guessed at', () => {
    expect(() => readZdump('Asia/Tokyo  -9223372036854775808 = NULL')).toThrow('no line of zdump -V');
  });
});
