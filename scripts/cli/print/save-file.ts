/** Writes what a command makes into a file. */
import { writeFile } from 'node:fs/promises';
import { CommandError } from '../exit-code.ts';
import { reasonOf } from '../input/input-file.ts';
import { onOneLine } from '../terminal/output.ts';

/** Throws a CommandError where it cannot be written. */
export async function saveFile(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((error: unknown) => {
    throw new CommandError(`cannot write ${onOneLine(file)}: ${reasonOf(error)}`, undefined, { cause: error });
  });
}
