/** A command line as it was typed, put together again from what the parser made of it. */
import type { Command } from 'commander';
import { ACCESS_OPTION_NAMES } from '../access/access-options.ts';
import type { Written } from '../access/policy-access.ts';
import { shellWords } from '../verbs/shell-words.ts';

/** The options that were typed (not those from defaults), of those that are wanted by their attribute. */
function typedOptions(command: Command, wanted: (attribute: string) => boolean): string[] {
  return command.options.flatMap((option) => {
    const attribute = option.attributeName();
    if (!wanted(attribute) || command.getOptionValueSource(attribute) !== 'cli') return [];
    const flag = option.long ?? option.short ?? '';
    const value: unknown = command.getOptionValue(attribute);
    if (typeof value === 'boolean') return value !== option.negate ? [flag] : [];
    return (Array.isArray(value) ? value : [value]).flatMap((one: unknown) => [flag, String(one)]);
  });
}

/** How a verb is carried out, which says nothing of what it does. */
const NOT_OF_THE_VERB = [
  ...ACCESS_OPTION_NAMES,
  ...['enforcer', 'reason', 'confirm', 'dryRun', 'unverifiedAuthor', 'yes', 'json'],
];

/** `block batchi --for 2h`: the reason of a revision for which no other was given. */
export function typedVerb(command: Command, words: readonly string[]): string {
  const options = typedOptions(command, (attribute) => !NOT_OF_THE_VERB.includes(attribute));
  return shellWords([command.name(), ...words, ...options]);
}

/** `vpn-policy block batchi --for 2h --confirm share --local`: the same once more with a word more, and in earnest. */
export function typedAgain(command: Command, words: readonly string[], more: readonly string[]): string {
  const options = typedOptions(command, (attribute) => !NOT_AGAIN.includes(attribute));
  return `vpn-policy ${shellWords([command.name(), ...words, ...options, ...more])}`;
}

/** Nobody wants their token in what they copy around. */
const NOT_AGAIN = ['token', 'dryRun', 'json'];

/** `vpn-policy revert 14 --local`: what takes a revision back, where the command has written it. */
function undoCommand(revision: number, command: Command): string {
  const access = typedOptions(command, (name) => ACCESS_OPTION_NAMES.includes(name) && !NOT_AGAIN.includes(name));
  return `vpn-policy revert ${shellWords([String(revision), ...access])}`;
}

/** How a write is undone, for the end of what is told of it: nothing where nothing was written. */
export function undoOf(written: Written, command: Command): { readonly lines: string[]; readonly data: object } {
  if (written.outcome !== 'written' || written.revision === undefined) return { lines: [], data: {} };
  const undo = undoCommand(written.revision.number, command);
  return { lines: [`Undo: ${undo}`], data: { undo } };
}
