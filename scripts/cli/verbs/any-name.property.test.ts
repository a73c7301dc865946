import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readRequest } from '../../../shared/client-vpn/index.ts';
import { compile, decide, foldNarrow, foldWide, type PolicyDocument } from '../../../shared/engine/index.ts';
import { applyOperations, type PolicyOperation, readPolicy } from '../../../shared/policy/index.ts';
import { CommandError } from '../exit-code.ts';
import { planAdmit } from './admit.ts';
import { planBlock } from './block.ts';
import { readSubjects, type Subject } from './subject.ts';
import { planUnblock } from './unblock.ts';

const clock = { nowMs: Date.parse('2026-11-24T10:00:00+09:00'), zone: 'Asia/Tokyo' };
const lasting = { endpoints: [], endMs: clock.nowMs + 60_000, id: undefined, replace: false, clock };
const texts = { message: undefined, final: false, everybody: false, disconnect: false };
const OPEN: PolicyDocument = { version: 1, defaultEffect: 'allow' };
const SHUT: PolicyDocument = { version: 1, defaultEffect: 'deny' };

/** What names are made of by directories, by people, and by those who look for a way past a block. */
const name = fc.oneof(
  fc.string({
    minLength: 1,
    maxLength: 12,
    unit: fc.constantFrom(...'abZß.-_ *?\\@,;"\'#|\n\t\u00e0\uff42\u200bİσς田'),
  }),
  fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }),
  fc.string({ minLength: 250, maxLength: 256, unit: fc.constantFrom('a', 'b', '.') }),
);

/** Undefined for a text that no rule can call a name. */
function subjectOf(text: string): Subject | undefined {
  try {
    return readSubjects({ names: [text] }, 'refuse')[0];
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}

/** The policy then, which validates. */
function carriedOut(
  document: PolicyDocument,
  plan: { readonly ok: boolean; readonly operations?: readonly PolicyOperation[] },
) {
  const applied = applyOperations(document, plan.operations ?? []);
  expect([plan.ok, applied.ok]).toEqual([true, true]);
  if (!applied.ok) throw new Error();
  expect(readPolicy(JSON.stringify(applied.document), { fileName: 'x.json', nowMs: clock.nowMs })).toMatchObject({
    ok: true,
  });
  return applied.document as PolicyDocument;
}

/** Of other scripts the engine's tests take care. */
function shouted(text: string): string {
  return text.replace(/[a-z]/g, (letter) => letter.toUpperCase());
}

function effectOn(document: PolicyDocument, event: object): string {
  return decide(compile(document), readRequest(event), clock.nowMs).effect;
}

describe('any name', () => {
  it('is refused by block however they log in, and by unblock no longer', () => {
    fc.assert(
      fc.property(name, name, (typed, other) => {
        const subject = subjectOf(typed);
        fc.pre(subject !== undefined);
        const subjects = subject === undefined ? [] : [subject];
        const blocked = carriedOut(OPEN, planBlock(OPEN, { ...lasting, ...texts, subjects }));
        for (const form of [typed, shouted(typed), ` ${typed} `, `CORP\\${typed}`, `${typed}@example.com`]) {
          expect(effectOn(blocked, { username: form })).toBe('deny');
          expect(effectOn(blocked, { 'common-name': form })).toBe('deny');
        }
        if (!foldWide(other).includes(foldWide(typed))) expect(effectOn(blocked, { username: other })).toBe('allow');
        expect(carriedOut(blocked, planUnblock(blocked, { subjects, endpoints: [], ids: [] }))).toEqual(OPEN);
      }),
    );
  });

  it('is let in by admit under exactly that name', () => {
    fc.assert(
      fc.property(name, name, (typed, other) => {
        const subject = subjectOf(typed);
        fc.pre(subject !== undefined);
        const subjects = subject === undefined ? [] : [subject];
        const admitted = carriedOut(SHUT, planAdmit(SHUT, { ...lasting, subjects, from: undefined }));
        expect(effectOn(admitted, { username: typed })).toBe('allow');
        const same = foldNarrow(other) === foldNarrow(typed);
        expect(effectOn(admitted, { username: other })).toBe(same ? 'allow' : 'deny');
        expect(effectOn(admitted, { 'common-name': typed })).toBe('deny');
      }),
    );
  });
});
