/** `vpn-policy completion`: the script by which a shell completes commands and options. */
import { Argument, type Command } from 'commander';
import { commandWords } from '../completion/command-words.ts';
import { completionScript, SHELLS, type Shell } from '../completion/completion-script.ts';
import { EXIT } from '../exit-code.ts';
import type { RunAction } from '../run-action.ts';
import type { Surroundings } from '../surroundings.ts';

export function addCompletion(program: Command, { stdout }: Surroundings, run: RunAction): void {
  program
    .command('completion')
    .summary('print the script by which a shell completes commands and options')
    .description('Prints the script by which a shell completes the commands and options of vpn-policy.')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .addHelpText(
      'after',
      `
It works where vpn-policy is a command of its own, as after npm install --global.

Examples:
  source <(vpn-policy completion bash)            # in ~/.bashrc
  source <(vpn-policy completion zsh)             # in ~/.zshrc, after compinit
  vpn-policy completion fish > ~/.config/fish/completions/vpn-policy.fish`,
    )
    .action(
      run(async (shell: Shell) => {
        stdout.write(completionScript(shell, program.name(), commandWords(program)));
        return EXIT.ok;
      }),
    );
}
