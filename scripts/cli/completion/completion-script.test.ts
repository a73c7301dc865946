/** The scripts, run by the shells themselves. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Folder, makeFolder } from '../testing/folder.ts';
import { runCli } from '../testing/run-cli.ts';

/** What a shell offers after these words, the last one being typed; undefined where this machine lacks the shell. */
type Complete = (...words: string[]) => Promise<string[] | undefined>;

let folder: Folder;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => folder.remove());

async function scriptFor(shell: string): Promise<string> {
  const { exitCode, stdout, stderr } = await runCli(['completion', shell]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return folder.file(`completion.${shell}`, stdout);
}

function run(shell: string, args: readonly string[]): string[] | undefined {
  const { error, stdout, stderr } = spawnSync(shell, args, { encoding: 'utf8', cwd: folder.path });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') {
    console.warn(`${shell} is not on this machine: its completion was not tried`);
    return undefined;
  }
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

const bash: Complete = async (...words) => {
  const program = `source "$0"; source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _vpn_policy
    if [ \${#COMPREPLY[@]} -gt 0 ]; then printf '%s\\n' "\${COMPREPLY[@]}"; fi`;
  return run('bash', ['--norc', '-c', program, await scriptFor('bash'), ...words]);
};

/** zsh's own part, `compinit`, needs a terminal; what the script hands to it does not. */
const zsh: Complete = async (...words) => {
  const program = `
    compdef() { : }
    _files() { print -r -- '<files>' }
    _describe() { [[ $1 == -o ]] && shift; local item; for item in \${(P)2}; do
        [[ $item == \${PREFIX}* ]] && print -r -- \${item%%:*}; done; (( \${#\${(P)2}} > 0 )) }
    script=$1; shift; words=("$@"); CURRENT=$#; PREFIX=\${words[-1]}
    source $script; source $script; _vpn_policy`;
  return run('zsh', ['-f', '-c', program, 'zsh', await scriptFor('zsh'), ...words]);
};

const fish: Complete = async (...words) => {
  const program = 'source $argv[1]; source $argv[1]; complete --do-complete $argv[2]';
  const offered = run('fish', ['--no-config', '-c', program, await scriptFor('fish'), words.join(' ')]);
  return offered?.map((line) => line.split('\t')[0] ?? '');
};

describe.each(Object.entries({ bash, zsh, fish }))('completion by %s', (_, complete) => {
  const cases: readonly (readonly [string[], string[]])[] = [
    [['vpn-policy', 'see'], ['seed']],
    [['vpn-policy', '--vers'], ['--version']],
    [
      ['vpn-policy', 'seed', '--re'],
      ['--reason', '--region', '--replace'],
    ],
    [['vpn-policy', 'seed', '--json', '--dry'], ['--dry-run']],
    [['vpn-policy', 'completion', 'f'], ['fish']],
    [['vpn-policy', 'help', 'no-such-command'], []],
  ];
  it.each(cases)('offers after %j %j', async (words, expected) => {
    const offered = await complete(...words);
    if (offered === undefined) return;
    expect(offered.filter((word) => word !== '<files>').sort()).toEqual(expected);
  });

  it('offers files where files stand, and no options before a hyphen', async () => {
    await folder.file('policy.yaml', '');
    const offered = await complete('vpn-policy', 'seed', 'pol');
    if (offered === undefined) return;
    // bash itself completes files where the script offers nothing.
    expect([[], ['<files>'], ['policy.yaml']]).toContainEqual(offered);
  });
});
