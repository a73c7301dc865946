import { describe, expect, it } from '@jest/globals';
import type { Conflict, RevisionInfo, Warning, Written } from '../access/policy-access.ts';
import { CONFLICT_SIDES } from './report-conflicts.ts';
import { reportWritten, type WrittenReport } from './report-written.ts';

const REVISION: RevisionInfo = {
  number: 7,
  createdAt: '2026-11-24T01:00:00.000Z',
  author: { type: 'cli', id: 'tanaka@laptop' },
  reason: 'because',
  summary: 'rule a added',
  confirmed: [],
};
const TTL_LINE = 'Every handler obeys it within its POLICY_TTL_SECONDS (10 where nothing else is set).\n';
const NO_REFUSAL = { issues: [], failedTests: [], unconfirmed: [] };

function report(written: Written, how: Partial<WrittenReport> = {}) {
  const printed = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof printed) => ({
    write: (text: string) => {
      printed[name] += text;
    },
  });
  const exitCode = reportWritten(
    written,
    { dryRun: false, ...how },
    { stdout: stream('stdout'), stderr: stream('stderr') },
  );
  return { exitCode, ...printed };
}

const accepted = (outcome: 'written' | 'unchanged' | 'checked', warnings: readonly Warning[] = []): Written => ({
  outcome,
  revision: REVISION,
  summary: 'rule a added\u0007',
  warnings,
  confirmedFor: [],
});
const warning = (number: number): Warning => ({ code: 'unused-set', where: `sets.s${number}`, message: 'unused' });

describe('reportWritten', () => {
  it.each<[Written, string]>([
    [accepted('written'), `Revision 7: rule a added\\u{7}\n${TTL_LINE}undo: …\n`],
    [accepted('unchanged'), 'Nothing to change: revision 7 already says the same.\nundo: …\n'],
    [
      accepted('checked'),
      'Dry run, nothing written: rule a added\\u{7}\nIt would follow revision 7 (2026-11-24T01:00:00.000Z by tanaka@laptop: because).\nundo: …\n',
    ],
  ])('tells people on stdout what was done: %j', (written, stdout) => {
    expect(report(written, { extra: { lines: ['undo: …'] } })).toEqual({ exitCode: 0, stdout, stderr: '' });
  });

  it.each<[string, Written, Partial<WrittenReport>, string]>([
    [
      'a refusal of a file',
      {
        outcome: 'refused',
        refusal: { ...NO_REFUSAL, issues: [{ code: 'c', where: 'rules[0]', message: 'no', line: 4, column: 2 }] },
      },
      { file: 'policy.yaml' },
      'policy.yaml:4:2: rules[0]: no\nvpn-policy: policy.yaml is refused, nothing has changed\n',
    ],
    [
      'a refusal of a change',
      { outcome: 'refused', refusal: { ...NO_REFUSAL, unconfirmed: [{ confirm: 'lockout', message: 'it locks' }] } },
      {},
      'the policy: it locks; if that is meant: --confirm lockout\nvpn-policy: refused, nothing has changed\n',
    ],
    [
      'that somebody was first',
      { outcome: 'moved', message: 'the rule "a" has\nchanged' },
      {},
      'vpn-policy: the rule "a" has changed; nothing was written\n',
    ],
  ])('tells people on stderr of %s', (_, written, how, stderr) => {
    expect(report(written, { ...how, extra: { lines: ['undo: …'] } })).toEqual({ exitCode: 1, stdout: '', stderr });
  });

  it('shows both sides of a conflict', () => {
    const conflicts: Conflict[] = [
      { what: 'rule', id: 'a', field: 'message', base: undefined, ours: 'x\u202e', theirs: { text: 'y'.repeat(400) } },
      {
        what: 'set-entry',
        id: 's',
        entry: 'kato',
        base: 'kato',
        ours: undefined,
        theirs: { value: 'kato', note: 'n' },
      },
      { what: 'order', id: 'rules', base: undefined, ours: undefined, theirs: undefined },
    ];
    expect(report({ outcome: 'conflict', conflicts }, { sides: CONFLICT_SIDES.revert })).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: [
        'rule a: message',
        '  before the change: (not there)',
        '  after the change:  "x\\u{202e}"',
        `  now:               {"text":"${'y'.repeat(291)} …`,
        'set s: kato',
        '  before the change: "kato"',
        '  after the change:  (not there)',
        '  now:               {"value":"kato","note":"n"}',
        'the order of rules: too long to be shown through the API',
        'vpn-policy: 3 conflicts with what others changed, nothing has changed',
        '',
      ].join('\n'),
    });
  });

  it('warns of everything in a file, of some where there is none', () => {
    const warnings = Array.from({ length: 13 }, (_, index) => warning(index));
    const lines = (text: string) => text.split('\n').filter(Boolean);
    expect(lines(report(accepted('written', warnings), { file: 'f' }).stderr)).toHaveLength(13);
    const told = lines(report(accepted('written', warnings)).stderr);
    expect([told.length, told[0], told[10]]).toEqual([
      11,
      'the policy: sets.s0: warning: unused [unused-set]',
      'vpn-policy: and 3 more warnings',
    ]);
    const ownWarnings = [{ ...warning(1), line: 3, column: 5 }];
    expect(report(accepted('written', warnings), { file: 'f', warnings: ownWarnings }).stderr).toBe(
      'f:3:5: sets.s1: warning: unused [unused-set]\n',
    );
  });

  it.each<[Written, object]>([
    [
      accepted('written', [warning(1)]),
      { written: true, revision: REVISION, summary: 'rule a added\u0007', warnings: [warning(1)], confirmedFor: [] },
    ],
    [
      { outcome: 'refused', refusal: NO_REFUSAL },
      { written: false, ...NO_REFUSAL },
    ],
    [
      { outcome: 'conflict', conflicts: [] },
      { written: false, conflicts: [] },
    ],
    [
      { outcome: 'moved', message: 'm' },
      { written: false, message: 'm' },
    ],
  ])('gives programs JSON on stdout, whatever became of it: %j', (written, data) => {
    const { stdout, exitCode } = report(written, { json: true, extra: { lines: ['undo: …'], data: { undo: 7 } } });
    expect(JSON.parse(stdout)).toEqual({ outcome: written.outcome, dryRun: false, ...data, undo: 7 });
    expect(exitCode).toBe(written.outcome === 'written' ? 0 : 1);
  });
});
