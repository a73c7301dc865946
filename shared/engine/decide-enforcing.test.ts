import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compile, decide, decideEnforcing, type PolicyDocument } from './index.ts';
import { policyCase } from './reference/arbitraries.ts';

describe('decideEnforcing', () => {
  it('decides as the policy in which that rule is enforced, whatever the rule', () => {
    let differs = 0;
    fc.assert(
      fc.property(policyCase(5), ({ document, questions }) => {
        const policy = compile(document);
        const reporting = (document.rules ?? []).filter(({ mode }) => mode === 'report');
        for (const { id } of reporting) {
          const enforced = compile(withEnforced(document, id));
          for (const { connection, nowMs } of questions) {
            const { allow, effect, rules } = decide(enforced, connection, nowMs);
            expect(decideEnforcing(policy, connection, nowMs, id)).toEqual({ allow, effect, rules });
            if (decide(policy, connection, nowMs).allow !== allow) differs += 1;
          }
        }
      }),
      { numRuns: 60 },
    );
    expect(differs).toBeGreaterThan(5);
  });
});

function withEnforced(document: PolicyDocument, id: string): PolicyDocument {
  return {
    ...document,
    rules: (document.rules ?? []).map((rule) => (rule.id === id ? { ...rule, mode: 'enforce' } : rule)),
  };
}
