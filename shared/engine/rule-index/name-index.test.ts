import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isMalformed, namesAttribute, textAttribute } from '../connection.ts';
import { foldNarrow, foldWide } from '../folding.ts';
import { NameEntries, type NameList } from '../name-list.ts';
import { formsOfName } from '../subject.ts';
import { FoundRules } from './found-rules.ts';
import { NameIndex } from './name-index.ts';

const USES = { wide: 1, narrow: 2, identity: 16 };
type Use = keyof typeof USES;

interface Filed {
  readonly patterns: readonly string[];
  readonly use: Use;
}

function listOf({ patterns, use }: Filed): NameList {
  const entries = new NameEntries();
  for (const pattern of patterns) entries.add(pattern, Number.POSITIVE_INFINITY);
  return entries.toList(use === 'narrow' ? 'narrow' : 'wide');
}

/** By asking every list in turn. */
function expectedFor(name: string, filed: readonly Filed[]): number[] {
  const forms = (use: Use) => {
    if (use === 'narrow') return [foldNarrow(name)];
    return use === 'wide' ? [foldWide(name)] : formsOfName(foldWide(name));
  };
  return filed.flatMap((each, rule) => {
    const ofUse = forms(each.use);
    return isMalformed(ofUse) || ofUse.some((form) => listOf(each).matches(form, 0)) ? [rule] : [];
  });
}

function found(index: NameIndex, rules: FoundRules, names: string | readonly string[]): readonly number[] {
  rules.clear();
  index.find(typeof names === 'string' ? textAttribute(names) : namesAttribute(names), USES);
  rules.sort();
  return rules.toArray();
}

// Names that divide, fold and almost match: the two sides are made of the same few pieces.
const unit = fc.constantFrom(
  'a',
  'A',
  'b',
  '@',
  '\\',
  ' ',
  '-',
  '{',
  '[',
  'é',
  'é',
  '\u200b',
  'ＡＢ',
  '\u007f',
  '\u0001',
);
const name = fc.string({ unit, minLength: 1, maxLength: 5 });
const exact = name.map((text) => text.replaceAll('\\', '\\\\'));
const pattern = fc
  .oneof(
    exact,
    fc.tuple(exact, fc.constantFrom('*', '?', '*?')).map(([text, end]) => text + end),
  )
  .map((text) => (text.length % 3 === 0 ? `*${text}` : text));

function isPattern(text: string): boolean {
  try {
    new NameEntries().add(text, 0);
    return true;
  } catch {
    return false;
  }
}

const filed = fc.record({
  patterns: fc.array(pattern.filter(isPattern), { minLength: 1, maxLength: 3 }),
  use: fc.constantFrom<Use>('wide', 'narrow', 'identity'),
});

describe('NameIndex', () => {
  it('finds just the rules whose names or patterns fit, in every use, and others only for a pattern', () => {
    let matched = 0;
    fc.assert(
      fc.property(fc.array(filed, { maxLength: 8 }), fc.array(name, { minLength: 6 }), (rules, names) => {
        const asked = rules.filter((each) => NameIndex.canFile([listOf(each)]));
        const marks = new FoundRules(asked.length);
        const index = new NameIndex(marks);
        for (const [rule, each] of asked.entries()) {
          index.add([listOf(each)], USES[each.use], each.use !== 'narrow', rule);
        }
        index.finish();
        const isExact = (rule: number) => listOf(asked[rule] as Filed).globs.length === 0;
        for (const each of names) {
          const expected = expectedFor(each, asked);
          const all = found(index, marks, each);
          matched += expected.length;
          expect(expected.filter((rule) => !all.includes(rule))).toEqual([]);
          expect(all.filter(isExact)).toEqual(expected.filter(isExact));
        }
        // A list of names finds what each of them finds.
        const together = new Set(names.flatMap((each) => found(index, marks, each)));
        expect(new Set(found(index, marks, names))).toEqual(together);
      }),
      { numRuns: 1000 },
    );
    expect(matched).toBeGreaterThan(600);
  });

  it.each([
    ['a @x', 'a', 'identity'],
    ['@x', '@x', 'identity'],
    ['a@', 'a', 'identity'],
    ['ab@', 'ab', 'identity'],
    ['d\\a@x', 'a', 'identity'],
    ['D\\A', 'a', 'identity'],
    ['a\\', 'a\\\\', 'identity'],
    // Wildcards beside texts that are longer than what is looked up of them, and that fold to more characters.
    [`x${'y'.repeat(70)}`, `*${'y'.repeat(70)}`, 'wide'],
    [`${'y'.repeat(70)}x`, `${'Y'.repeat(70)}*`, 'narrow'],
    [`x${'ß'.repeat(40)}`, `*${'ss'.repeat(40)}`, 'wide'],
    ['ﬀ-x', 'ff*', 'wide'],
    ['x@y', '*@y', 'identity'],
  ] as const)('finds %j by %j as %s', (given, listed, use) => {
    const marks = new FoundRules(1);
    const index = new NameIndex(marks);
    index.add([listOf({ patterns: [listed], use })], USES[use], use !== 'narrow', 0);
    index.finish();
    expect(expectedFor(given, [{ patterns: [listed], use }])).toEqual([0]);
    expect(found(index, marks, given)).toEqual([0]);
  });

  it('finds the refusing rules alone for an attribute that is malformed', () => {
    const marks = new FoundRules(3);
    const index = new NameIndex(marks);
    for (const [rule, use] of (['wide', 'narrow', 'identity'] as const).entries()) {
      index.add([listOf({ patterns: ['ann'], use })], USES[use], use !== 'narrow', rule);
    }
    index.finish();
    index.find({ malformed: 42 }, USES);
    expect(marks.toArray()).toEqual([0, 2]);
  });

  it('takes a name that divides into too many forms for malformed', () => {
    const marks = new FoundRules(1);
    const index = new NameIndex(marks);
    index.add([listOf({ patterns: ['ann'], use: 'identity' })], USES.identity, true, 0);
    index.finish();
    expect(found(index, marks, `${'\\'.repeat(20)}bob${'@'.repeat(20)}`)).toEqual([0]);
    expect(found(index, marks, 'bob@ann')).toEqual([]);
  });
});
