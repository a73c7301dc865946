import { execFileSync } from 'node:child_process';
import { expect, it } from '@jest/globals';
import { shellWords } from './shell-words.ts';

it('leaves plain words, and quotes the others so that a shell reads them back', () => {
  expect(shellWords(['revert', '14', '--region', 'eu-west-1'])).toBe('revert 14 --region eu-west-1');
  const words = ["it's", 'a b', '*', '$HOME', '\\', '', '"', 'CORP\\x', "--from='*'"];
  const printed = execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${shellWords(words)}`], { encoding: 'utf8' });
  expect(printed).toBe(words.map((word) => `${word}\n`).join(''));
});
