import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PolicyDocument, Rule } from '../../engine/index.ts';
import { sameData } from '../diff.ts';
import { disjointVersions, threeVersions } from '../testing/policy-versions.ts';
import { mergePolicies } from './merge-policies.ts';
import { revertChange } from './revert.ts';

const rule = (id: string, more: object = {}): Rule => ({ id, effect: 'deny', match: 'everyone', ...more });
const policy = (...rules: Rule[]): PolicyDocument => ({ version: 1, defaultEffect: 'deny', rules });

describe('revertChange', () => {
  it.each<
    [what: string, base: PolicyDocument, changed: PolicyDocument, current: PolicyDocument, after: PolicyDocument]
  >([
    [
      'takes away the rule that was put, and keeps what came later',
      policy(rule('a')),
      policy(rule('a'), rule('b')),
      policy(rule('a', { enabled: false }), rule('b'), rule('c')),
      policy(rule('a', { enabled: false }), rule('c')),
    ],
    [
      'puts a deleted rule back beside its old neighbours',
      policy(rule('a'), rule('b'), rule('c')),
      policy(rule('a'), rule('c')),
      policy(rule('z'), rule('a'), rule('c'), rule('d')),
      policy(rule('z'), rule('a'), rule('b'), rule('c'), rule('d')),
    ],
    [
      'undoes one key of a rule, keeps another',
      policy(rule('a')),
      policy(rule('a', { enabled: false })),
      policy(rule('a', { enabled: false, message: 'No.' })),
      policy(rule('a', { message: 'No.' })),
    ],
    [
      'has nothing to do where it is undone already',
      policy(rule('a')),
      policy(rule('a', { enabled: false })),
      policy(rule('a'), rule('b')),
      policy(rule('a'), rule('b')),
    ],
    [
      'undoes the order',
      policy(rule('a'), rule('b')),
      policy(rule('b'), rule('a')),
      policy(rule('b'), rule('x'), rule('a')),
      policy(rule('a'), rule('b'), rule('x')),
    ],
  ])('%s', (_, base, changed, current, after) => {
    expect(revertChange({ base, changed, current })).toEqual({ ok: true, document: after });
  });

  it('tells what the change touched and a later one touched again', () => {
    const result = revertChange({
      base: policy(rule('a')),
      changed: policy(rule('a', { message: 'One' })),
      current: policy(rule('a', { message: 'Two' })),
    });
    expect(result).toEqual({
      ok: false,
      conflicts: [{ what: 'rule', id: 'a', field: 'message', base: undefined, changed: 'One', current: 'Two' }],
    });
  });

  it('does not take away a rule that was changed after it was put', () => {
    const result = revertChange({
      base: policy(),
      changed: policy(rule('a')),
      current: policy(rule('a', { enabled: false })),
    });
    expect(result).toMatchObject({ ok: false, conflicts: [{ what: 'rule', id: 'a', base: undefined }] });
  });

  it('tells 200,000 conflicts of one set', () => {
    const noted = (note: string): PolicyDocument => ({
      version: 1,
      defaultEffect: 'deny',
      sets: { many: { kind: 'user', entries: Array.from({ length: 200_000 }, (_, n) => ({ value: `u-${n}`, note })) } },
    });
    const reverted = revertChange({ base: noted('a'), changed: noted('b'), current: noted('c') });
    expect('conflicts' in reverted && reverted.conflicts.length).toBe(200_000);
  });

  it('gives back the old policy where nothing came after the change', () => {
    fc.assert(
      fc.property(threeVersions(), ([base, changed]) => {
        expect(revertChange({ base, changed, current: structuredClone(changed) })).toEqual({
          ok: true,
          document: base,
        });
      }),
      { numRuns: 100 },
    );
  });

  it('leaves exactly the later change where the two touch different items', () => {
    let told = 0;
    fc.assert(
      fc.property(disjointVersions(), ([base, changed, later]) => {
        const current = mergePolicies({ base, ours: later, theirs: changed });
        if (!current.ok) throw new Error('changes of different items merge');
        // The merge of two valid policies of these arbitraries has the shape of one.
        const reverted = revertChange({ base, changed, current: current.document as PolicyDocument });
        expect(reverted.ok && sameItems(reverted.document, later)).toBe(true);
        if (!sameData(base, changed) && !sameData(base, later)) told++;
      }),
      { numRuns: 100 },
    );
    expect(told).toBeGreaterThan(30);
  });
});

/** Equal but for the order of rules and limits: one that was taken away beside another that went, too, may come back on its other side. */
function sameItems(one: unknown, other: PolicyDocument): boolean {
  const sorted = (document: PolicyDocument) => ({
    ...document,
    rules: [...(document.rules ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1)),
    limits: [...(document.limits ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1)),
    tests: [...(document.tests ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1)),
  });
  return sameData(sorted(one as PolicyDocument), sorted(other)); // a merge of valid policies has the shape of one
}
