import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Folder, makeFolder } from '../testing/folder.ts';
import { policySource } from './policy-source.ts';

let folder: Folder;

beforeAll(async () => {
  folder = await makeFolder();
  await mkdir(join(folder.path, 'repository/.git'), { recursive: true });
  await mkdir(join(folder.path, 'repository/vpn/prod'), { recursive: true });
  await mkdir(join(folder.path, 'work tree'));
  await writeFile(join(folder.path, 'work tree/.git'), 'gitdir: elsewhere\n');
});
afterAll(() => folder.remove());

describe('policySource', () => {
  it.each<[string, string, string | undefined, string | undefined]>([
    ['the path in the git work tree', 'repository/vpn/prod/policy.yaml', undefined, 'vpn/prod/policy.yaml'],
    ['the path in a linked work tree', 'work tree/policy.yaml', undefined, 'policy.yaml'],
    ['the name outside of git', 'policy.yaml', undefined, 'policy.yaml'],
    ['what --source says', 'repository/vpn/prod/policy.yaml', 'vpn', 'vpn'],
  ])('is %s', async (_, file, source, expected) => {
    expect(await policySource(join(folder.path, file), source === undefined ? {} : { source })).toBe(expected);
  });

  it('is what --source says for standard input, and nothing without', async () => {
    expect(await policySource('-', { source: 'vpn/policy.yaml' })).toBe('vpn/policy.yaml');
    expect(await policySource('-', {})).toBeUndefined();
  });

  it.each([
    ['', '--source: it is empty; accepted: '],
    ['a\nb', '--source: it has a control character; accepted: '],
    ['x'.repeat(129), '--source: it has 129 bytes; accepted: '],
  ])('is refused where the history does not take it: %j', async (source, message) => {
    await expect(policySource('policy.yaml', { source })).rejects.toThrow(message);
  });

  it('asks for a name where the path is too long for one', async () => {
    const file = join(folder.path, 'repository', ...Array.from({ length: 20 }, () => 'folder-name'), 'policy.yaml');
    await expect(policySource(file, {})).rejects.toThrow(
      /^the history cannot call \S+ folder-name\S+: it has 251 bytes; accepted: .*; give --source$/,
    );
  });
});
