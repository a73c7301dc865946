/** The `vpn-policy` program: its commands, and what becomes of their errors. */
import { Command, CommanderError, Help } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { withoutRequest } from '../../shared/without-request.ts';
import { addAttach } from './commands/attach.ts';
import { addCompletion } from './commands/completion.ts';
import { addConnections } from './commands/connections/connections.ts';
import { addEnforce } from './commands/connections/enforce.ts';
import { addKick } from './commands/connections/kick.ts';
import { addDecisions } from './commands/decisions/decisions.ts';
import { addReplay } from './commands/decisions/replay.ts';
import { addDetach } from './commands/detach.ts';
import { addEvaluate } from './commands/evaluate.ts';
import { addDiff } from './commands/history/diff.ts';
import { addLog } from './commands/history/log.ts';
import { addRevert } from './commands/history/revert.ts';
import { addRollback } from './commands/history/rollback.ts';
import { addVerify } from './commands/history/verify.ts';
import { addApply } from './commands/policy-file/apply.ts';
import { addExport } from './commands/policy-file/export.ts';
import { addLint } from './commands/policy-file/lint.ts';
import { addPlan } from './commands/policy-file/plan.ts';
import { addSeed } from './commands/policy-file/seed.ts';
import { addTest } from './commands/policy-file/test.ts';
import { addValidate } from './commands/policy-file/validate.ts';
import { addRules } from './commands/rules.ts';
import { addSet } from './commands/sets/set.ts';
import { addAdmit } from './commands/verbs/admit.ts';
import { addBlock } from './commands/verbs/block.ts';
import { addMaintenance } from './commands/verbs/maintenance.ts';
import { addUnblock } from './commands/verbs/unblock.ts';
import { errorFacts } from './error-facts.ts';
import { CommandError, EXIT, type ExitCode } from './exit-code.ts';
import type { RunAction } from './run-action.ts';
import type { Surroundings } from './surroundings.ts';
import { messageLine, printable, writeLines } from './terminal/output.ts';

export interface Program {
  /** Runs one command line (without `node` and the script); never throws, never exits. */
  run(args: readonly string[]): Promise<ExitCode>;
}

const COMMANDS = [
  addValidate,
  addLint,
  addTest,
  addPlan,
  addApply,
  addSeed,
  addExport,
  addVerify,
  addBlock,
  addUnblock,
  addAdmit,
  addMaintenance,
  addSet,
  addRules,
  addLog,
  addDiff,
  addRevert,
  addRollback,
  addEvaluate,
  addDecisions,
  addReplay,
  addConnections,
  addKick,
  addEnforce,
  addAttach,
  addDetach,
  addCompletion,
];

export function createProgram(surroundings: Surroundings): Program {
  return {
    async run(args) {
      let exitCode: ExitCode = EXIT.ok;
      const command = createCommand(surroundings, (action) => async (...input) => {
        exitCode = await action(...input);
      });
      try {
        checkHelpWanted(args, command);
        await command.parseAsync(args, { from: 'user' });
        return exitCode;
      } catch (error) {
        return tellError(error, surroundings);
      }
    },
  };
}

function createCommand(surroundings: Surroundings, run: RunAction): Command {
  const { stdout, stderr } = surroundings;
  const outWidth = stdout.columns || 100;
  const errWidth = stderr.columns || 100;
  const program = new Command('vpn-policy')
    .description('Policy as data for AWS Client VPN: check it, publish it, ask it.')
    .version(manifest.version, '-V, --version', 'show the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(fillExitCodes(text, outWidth)),
      writeErr: (text) => stderr.write(fillExitCodes(text, errWidth)),
      outputError: (text, write) => write(usageLine(text)),
      getOutHelpWidth: () => outWidth,
      getErrHelpWidth: () => errWidth,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    // Descriptions are filled to the width of the terminal, wherever their lines end in the code.
    .configureHelp({ commandDescription: (command) => command.description().replaceAll('\n', ' ') })
    .addHelpText(
      'after',
      `
In a checkout: npm run -s vpn-policy -- <command>. Data goes to stdout, messages to stderr.
Exit codes: 0, 1 (the policy fails a check, or there is none), 2 (wrong usage or no store), 3 (plan: there are changes).`,
    );
  for (const add of COMMANDS) add(program, surroundings, run);
  for (const group of [program, ...program.commands].filter(({ commands }) => commands.length > 0)) {
    const { outputError = () => {} } = group.configureOutput();
    group.configureOutput({ outputError: (text, write) => outputError(withPlaceOfOption(text, group), write) });
  }
  return program;
}

/** commander would show the help of all where that of a command is wanted which is none. */
function checkHelpWanted([first, wanted]: readonly string[], program: Command): void {
  if (first !== 'help' || wanted === undefined || wanted.startsWith('-')) return;
  if (!program.commands.some((command) => command.name() === wanted)) program.error(`unknown command '${wanted}'`);
}

/** commander fills all of a help but what stands after the options. */
function fillExitCodes(text: string, width: number): string {
  return text.replace(/^Exit codes: (?:.+\n?)+/m, (paragraph) => {
    const end = paragraph.endsWith('\n') ? '\n' : '';
    return `${new Help().boxWrap(paragraph.trimEnd().replaceAll('\n', ' '), width)}${end}`;
  });
}

/** What commander says of a wrong command line. */
function usageLine(text: string): string {
  const line = text
    .replace(/^error: /, '')
    .replace(/^command-argument value ('.*') is invalid for argument '(.*?)'/s, '$2 $1 is invalid');
  return `${messageLine(line)}\n`;
}

/** Says of an option that stands before the command that it belongs to where it goes. */
function withPlaceOfOption(text: string, group: Command): string {
  const flag = /^error: unknown option '(--[^'=]+)/.exec(text)?.[1];
  if (!group.commands.some(({ options }) => options.some(({ long }) => long === flag))) return text;
  const words = [group.parent?.name(), group.name(), 'COMMAND', flag].filter((word) => word !== undefined);
  return `error: options stand after the command: ${words.join(' ')} …`;
}

/** Tells an error once, in one line. */
function tellError(error: unknown, { stderr, env }: Surroundings): ExitCode {
  // commander has told it, and knows help that was asked for from help that had to be given.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const expected = error instanceof CommandError;
  const message = expected ? error.message : `unexpected error: ${errorFacts(error).message}`;
  const debug = (env.DEBUG ?? '') !== '';
  writeLines(stderr, [messageLine(`${message}${expected || debug ? '' : ' (DEBUG=1 shows where)'}`)]);
  if (debug) writeLines(stderr, withoutRequest(stackOf(error)).split('\n').map(printable));
  return expected ? error.exitCode : EXIT.usage;
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
