/** Policy tests, run on the real engine. */
import { describe, expect, it } from '@jest/globals';
import { compile, type PolicyDocument, type TestExpectation } from '../engine/index.ts';
import { runPolicyTests } from './policy-tests.ts';

const policy = (expectation: TestExpectation): PolicyDocument => ({
  version: 1,
  defaultEffect: 'deny',
  rules: [
    {
      id: 'block',
      effect: 'deny',
      match: { identities: ['batchi'] },
      message: 'Not you, {username}.',
      postureStatuses: ['blocked'],
    },
    { id: 'block-too', effect: 'deny', match: { users: ['b*'] } },
    { id: 'admit', effect: 'allow', match: { users: ['tanaka'] } },
  ],
  tests: [{ name: 't', connection: { username: 'Batchi' }, at: '2026-11-24T10:00Z', expect: expectation }],
});

describe('a policy test', () => {
  it.each<[string, TestExpectation]>([
    ['allow alone', { allow: false }],
    ['the first rule that decided', { allow: false, rule: 'block' }],
    ['the message', { allow: false, message: 'Not you, Batchi.' }],
    ['the posture statuses', { allow: false, postureStatuses: ['blocked'] }],
  ])('passes by %s', (_name, expectation) => {
    expect(runPolicyTests(policy(expectation))).toEqual([
      {
        name: 't',
        passed: true,
        expected: expectation,
        actual: { allow: false, rule: 'block', message: 'Not you, Batchi.', postureStatuses: ['blocked'] },
        differences: [],
      },
    ]);
  });

  it('fails with every expectation that was not met', () => {
    const [result] = runPolicyTests(
      policy({ allow: true, rule: 'block-too', message: 'Not you.', postureStatuses: [] }),
    );
    expect(result).toMatchObject({
      passed: false,
      differences: [
        'allow: expected true, got false',
        'rule: expected "block-too", got "block"',
        'message: expected "Not you.", got "Not you, Batchi."',
        'postureStatuses: expected [], got ["blocked"]',
      ],
    });
  });

  it('knows the default as the rule where none decided', () => {
    const document: PolicyDocument = {
      version: 1,
      defaultEffect: 'allow',
      tests: [
        { name: 'default', connection: {}, at: '2026-11-24T10:00Z', expect: { allow: true, rule: 'default' } },
        { name: 'no message', connection: {}, at: '2026-11-24T10:00Z', expect: { allow: true, message: 'x' } },
      ],
    };
    expect(runPolicyTests(document).map(({ passed, differences }) => ({ passed, differences }))).toEqual([
      { passed: true, differences: [] },
      { passed: false, differences: ['message: expected "x", got none'] },
    ]);
  });

  it('runs against a policy that is already compiled, and tests of another document', () => {
    const other = policy({ allow: false, rule: 'default' });
    const document: PolicyDocument = { version: 1, defaultEffect: 'deny' };
    const results = runPolicyTests(document, { compiled: compile(document), tests: other.tests });
    expect(results.map(({ passed }) => passed)).toEqual([true]);
    expect(runPolicyTests(document)).toEqual([]);
  });
});
