import { describe, expect, it } from '@jest/globals';
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import { lintPolicy } from '../../../shared/policy/index.ts';
import { setUses } from './set-uses.ts';
import { setWarnings } from './set-warnings.ts';

const POLICY: PolicyDocument = {
  version: 1,
  defaultEffect: 'allow',
  sets: { temps: { kind: 'group', entries: [] }, days: { kind: 'date', entries: ['2099-12-29'] } },
  rules: [
    {
      id: 'holidays',
      effect: 'deny',
      match: { windows: [{ dates: ['@days'], start: '00:00', end: '00:00', timezone: 'UTC' }] },
      except: { groups: ['@temps'] },
    },
  ],
  limits: [
    { id: 'one-each', match: [{ groups: ['@temps'] }, { missing: ['groups'], groups: ['@temps'] }], maxConnections: 1 },
    { id: 'ten-each', match: 'everyone', maxConnections: 10 },
  ],
};

describe('setUses', () => {
  it('names rules and limits, each once', () => {
    expect(Object.fromEntries(setUses(POLICY))).toEqual({ temps: ['holidays', 'one-each'], days: ['holidays'] });
  });
});

describe('setWarnings', () => {
  it('tells of a limit on a set in which nobody is left', () => {
    const warnings = lintPolicy(POLICY, 0);
    const told = setWarnings({ warnings } as unknown as Parameters<typeof setWarnings>[0], 'temps', POLICY);
    expect(told.map(({ where, code }) => `${where} ${code}`)).toEqual(['limits[0] never-applies']);
  });
});
