/** Reads what the command line names: files, or `-` for standard input. */
import { readFile } from 'node:fs/promises';
import { type ReadPolicy, readPolicy } from '../../../shared/policy/index.ts';
import { errorFacts } from '../error-facts.ts';
import { CommandError } from '../exit-code.ts';
import type { Surroundings } from '../surroundings.ts';
import { onOneLine } from '../terminal/output.ts';
import { withNotice } from '../terminal/progress.ts';

export const STDIN = '-';
const STDIN_NAME = '<stdin>';

export interface InputText {
  /** As messages call it. */
  readonly name: string;
  readonly text: string;
}

export interface PolicyFile {
  readonly name: string;
  readonly read: ReadPolicy;
}

/** From this many characters on, reading a policy takes about a second. */
const LONG_TEXT = 1_000_000;

/** Throws a CommandError when the file cannot be read or is no UTF-8. */
export async function readInput(file: string, { readStdin }: Pick<Surroundings, 'readStdin'>): Promise<InputText> {
  const name = file === STDIN ? STDIN_NAME : file;
  const bytes = await (file === STDIN ? readStdin() : readFile(file)).catch((error: unknown) => {
    throw new CommandError(`cannot read ${onOneLine(name)}: ${reasonOf(error)}`, undefined, { cause: error });
  });
  try {
    return { name, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (cause) {
    throw new CommandError(`cannot read ${onOneLine(name)}: ${whyNoText(bytes)}`, undefined, { cause });
  }
}

/** What bytes are that are no UTF-8, in words; PowerShell writes UTF-16. */
export function whyNoText([first, second]: Uint8Array): string {
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return isUtf16 ? 'it is UTF-16 text; accepted: UTF-8' : 'it is no UTF-8 text';
}

/** Reads and validates a policy, YAML or JSON. Throws a CommandError when the file cannot be read. */
export async function readPolicyFile(file: string, surroundings: Surroundings): Promise<PolicyFile> {
  return policyIn(await readInput(file, surroundings), surroundings);
}

/** The policy in a text, YAML or JSON, with all that is wrong with it. */
export function policyIn({ name, text }: InputText, surroundings: Surroundings): PolicyFile {
  const read = withNotice(surroundings, `Checking ${name}`, text.length > LONG_TEXT, () =>
    readPolicy(text, {
      fileName: name,
      nowMs: surroundings.now(),
      ...(name === STDIN_NAME && isJson(text) ? { format: 'json' } : {}),
    }),
  );
  return { name, read };
}

/** Standard input has no name that tells its format. */
function isJson(text: string): boolean {
  if (!text.trimStart().startsWith('{')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Why a file could not be read or written, in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = errorFacts(error);
  switch (code) {
    case 'ENOENT':
      return 'there is no such file or folder';
    case 'EISDIR':
      return 'it is a folder';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ENOSPC':
      return 'no space left on the device';
    default:
      return onOneLine(message);
  }
}
