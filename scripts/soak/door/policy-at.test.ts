import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { policyCase } from '../../../shared/engine/reference/arbitraries.ts';
import { referenceDecide } from '../../../shared/engine/reference/reference-evaluator.ts';
import { policyAt } from './policy-at.ts';

describe('a policy as it is at one moment', () => {
  it('decides at that moment as the policy does', () => {
    fc.assert(
      fc.property(policyCase(4), ({ document, questions }) => {
        for (const { connection, nowMs } of questions) {
          expect(referenceDecide(policyAt(document, nowMs), connection, nowMs)).toEqual(
            referenceDecide(document, connection, nowMs),
          );
        }
      }),
      { numRuns: 200 },
    );
  });

  it('and at no other: what depends on the time is read', () => {
    const document = {
      version: 1,
      defaultEffect: 'allow',
      sets: { leavers: { kind: 'user', entries: [{ value: 'batchi', expiresAt: '2026-11-24T10:00Z' }] } },
      rules: [{ id: 'r', effect: 'deny', match: { users: ['@leavers'], windows: [{ until: '2026-11-24T09:00Z' }] } }],
    } as const;
    const [before, after] = ['2026-11-24T08:00Z', '2026-11-24T11:00Z'].map((at) => policyAt(document, Date.parse(at)));
    expect(before?.sets?.leavers?.entries).toEqual(['batchi']);
    expect(after?.sets?.leavers?.entries).toEqual([]);
    expect(before?.rules?.[0]?.match).not.toEqual(after?.rules?.[0]?.match);
  });
});
