import { describe, expect, it } from '@jest/globals';
import type { PolicyDocument, Rule } from '../../../shared/engine/index.ts';
import { policyChanges } from '../../../shared/policy/index.ts';
import type { Plan } from './make-plan.ts';
import { planFileText, readPlanFile } from './plan-file.ts';

const NOW_MS = Date.parse('2026-11-24T01:00:00Z');
const RULE: Rule = { id: 'block', effect: 'deny', match: { users: ['batchi'] }, description: undefined };
const BEFORE: PolicyDocument = { version: 1, defaultEffect: 'allow' };
const DOCUMENT: PolicyDocument = { ...BEFORE, rules: [RULE] };

const PLAN: Plan = {
  application: {
    source: 'vpn/policy.yaml',
    file: { document: DOCUMENT, warnings: [] },
    prune: true,
    forceConflicts: false,
    confirm: ['tests'],
  },
  place: 'the table rules',
  base: {
    number: 7,
    createdAt: '2026-11-23T10:00:00.000Z',
    author: { type: 'cli', id: 'a' },
    reason: '',
    summary: '',
    confirmed: [],
  },
  lastApplied: undefined,
  outcome: { outcome: 'checked', summary: 'rule block added', warnings: [], confirmedFor: [] },
  changes: policyChanges(BEFORE, DOCUMENT),
  kept: [],
  onlyRecords: false,
};

const TEXT = planFileText(PLAN, 'policy.yaml', NOW_MS);

describe('a plan file', () => {
  it('gives back what was planned', () => {
    expect(readPlanFile('plan.json', TEXT)).toEqual({
      createdAt: '2026-11-24T01:00:00.000Z',
      file: 'policy.yaml',
      source: 'vpn/policy.yaml',
      base: { number: 7, createdAt: '2026-11-23T10:00:00.000Z' },
      prune: true,
      forceConflicts: false,
      confirm: ['tests'],
      changes: PLAN.changes,
      document: DOCUMENT,
    });
  });

  it('may be for a first policy, and may be written in another way', () => {
    const first = planFileText({ ...PLAN, base: undefined }, 'policy.yaml', NOW_MS);
    const oneLine = JSON.stringify(JSON.parse(first));
    expect(readPlanFile('plan.json', oneLine)).toMatchObject({ base: null });
  });

  it.each([
    'version: 1\ndefaultEffect: allow\n',
    '{"version":1,"defaultEffect":"allow"}',
    '{"note":"client-vpn-policy/plan"}',
    '{"kind":"client-vpn-policy/plan"',
  ])('is not in %j', (text) => {
    expect(readPlanFile('policy.yaml', text)).toBeUndefined();
  });

  it.each([
    ['another rule', TEXT.replaceAll('batchi', 'tanaka')],
    ['another base', TEXT.replace('"number": 7', '"number": 8')],
    ['one key more', TEXT.replace('"prune"', '"x": 1, "prune"')],
    ['no hash', TEXT.replace('"hash"', '"hasch"')],
  ])('is refused with %s', (_, text) => {
    expect(() => readPlanFile('plan.json', text)).toThrow(
      'plan.json was changed after the plan was made: make a new one with vpn-policy plan',
    );
  });

  it('is refused where a newer program made it', () => {
    expect(() => readPlanFile('plan.json', TEXT.replace('"version": 1,\n  "hash"', '"version": 2,\n  "hash"'))).toThrow(
      'plan.json is a plan of version 2; known: 1: update vpn-policy, or plan anew',
    );
  });
});
