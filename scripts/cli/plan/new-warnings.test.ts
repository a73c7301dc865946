import { describe, expect, it } from '@jest/globals';
import { type ReadPolicy, readPolicy } from '../../../shared/policy/index.ts';
import { newWarnings } from './new-warnings.ts';

const NOW_MS = Date.parse('2026-11-24T01:00:00Z');

function read(text: string): Extract<ReadPolicy, { readonly ok: true }> {
  const policy = readPolicy(text, { nowMs: NOW_MS });
  if (!policy.ok) throw new Error(JSON.stringify(policy.issues));
  return policy;
}

const OLD =
  'version: 1\ndefaultEffect: allow\nrules:\n  - { id: old, effect: deny, match: { sourceIps: [192.0.2.9/24, 192.0.2.0/24] } }\n';

describe('newWarnings', () => {
  it('tells those that the change brings, with their places in the file, and counts the others', () => {
    const file = read(
      OLD.replace('rules:\n', 'rules:\n  - { id: new, effect: deny, match: { identities: [a, a] } }\n'),
    );
    const { document: before, warnings } = read(OLD);
    expect(warnings.length).toBeGreaterThan(1);
    expect(newWarnings({ before, after: file.document, file, nowMs: NOW_MS })).toEqual({
      brought: [expect.objectContaining({ code: 'repeated-entry', where: 'rules[0].match.identities[1]', line: 4 })],
      others: warnings.length,
    });
  });

  it('knows a warning again whose item moved, or whose entry did', () => {
    const { document: before } = read(OLD);
    const moved = read(
      OLD.replace('rules:\n', 'rules:\n  - { id: new, effect: allow, match: everyone }\n').replace(
        '[192',
        '[10.0.0.0/8, 192',
      ),
    );
    expect(newWarnings({ before, after: moved.document, file: moved, nowMs: NOW_MS }).brought).toEqual([]);
  });

  it('knows a warning of a limit again that moved', () => {
    const limits = 'version: 1\ndefaultEffect: allow\nlimits:\n';
    const old = '  - { id: old, match: { users: [x] }, maxConnections: 1 }\n';
    const fresh = '  - { id: new, match: { groups: [x] }, maxConnections: 1 }\n';
    const file = read(`${limits}${fresh}${old}`);
    const found = newWarnings({ before: read(limits + old).document, after: file.document, file, nowMs: NOW_MS });
    expect(found).toMatchObject({ brought: [{ where: 'limits[0].match.groups' }], others: 1 });
  });

  it('tells what only the merged policy has by its path, and all of a first policy', () => {
    const file = read('version: 1\ndefaultEffect: allow\n');
    const { document: after, warnings } = read(OLD);
    const { brought, others } = newWarnings({ before: undefined, after, file, nowMs: NOW_MS });
    expect(brought.map(({ where, line }) => [where, line])).toEqual(warnings.map(({ where }) => [where, undefined]));
    expect(others).toBe(0);
  });
});
