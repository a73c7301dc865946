/** The words that a command line can go on with, command by command. */
import type { Command } from 'commander';

export interface CommandWords {
  /** The words that lead to the command, after the program's name: `''`, `seed`, `set add`. */
  readonly path: string;
  readonly words: readonly Word[];
}

/** A command, an argument out of a few, or an option. */
export interface Word {
  readonly text: string;
  /** One line. */
  readonly description: string;
  /** The values that an option takes, where they are few; empty: another text, or a file. Absent: it takes none. */
  readonly values?: readonly string[];
}

/** The program's own words first, then those of its commands. */
export function commandWords(program: Command): CommandWords[] {
  return wordsUnder(program, []);
}

function wordsUnder(command: Command, path: readonly string[]): CommandWords[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command);
  const own: Word[] = [
    ...commands.map((sub) => ({ text: sub.name(), description: oneLine(help.subcommandDescription(sub)) })),
    ...command.registeredArguments.flatMap(({ argChoices = [], description }) =>
      argChoices.map((text) => ({ text, description: oneLine(description) })),
    ),
    ...help.visibleOptions(command).map((option) => ({
      text: option.long ?? option.short ?? '',
      description: oneLine(option.description),
      ...(option.required || option.optional ? { values: option.argChoices ?? [] } : {}),
    })),
  ];
  // `help` takes the names of commands, which commander keeps to itself.
  const inside = commands.filter((sub) => sub.name() !== 'help');
  return [{ path: path.join(' '), words: own }, ...inside.flatMap((sub) => wordsUnder(sub, [...path, sub.name()]))];
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
