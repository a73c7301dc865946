/** Scripts by which shells complete the command's words. They hold all words, so that pressing Tab starts no process. */
import type { CommandWords, Word } from './command-words.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** @param name the program's, as it is typed */
export function completionScript(shell: Shell, name: string, commands: readonly CommandWords[]): string {
  return SCRIPTS[shell](name, commands);
}

type Script = (name: string, commands: readonly CommandWords[]) => string;

const bash: Script = (name, commands) => `# bash completion for ${name}; works with bash 3.2, which macOS has
_vpn_policy() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} at='' words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
      ${deeperPaths(commands)}) at="$at \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$at $prev" in
${optionValues(commands, (values) => `words=${quoted(values.join(' '))}`)}
    *)
      case "$at" in
${eachCommand(commands, (words) => `words=${quoted(words.map(({ text }) => text).join(' '))}`)}
      esac ;;
  esac
  # Options are offered once a hyphen is typed; where nothing fits, \`-o default\` completes names of files.
  if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "$words" -- "$cur"))
  else COMPREPLY=($(compgen -W "$words" -X '-*' -- "$cur")); fi
}
complete -o default -F _vpn_policy ${name}
`;

const zsh: Script = (name, commands) => `#compdef ${name}
# zsh completion for ${name}; compinit must have run
_vpn_policy() {
  local at='' i
  local -a items
  for ((i = 2; i < CURRENT; i++)); do
    case "$at \${words[i]}" in
      ${deeperPaths(commands)}) at="$at \${words[i]}" ;;
    esac
  done
  case "$at \${words[CURRENT-1]}" in
${optionValues(commands, (values) => `items=(${values.map(quoted).join(' ')})`)}
    *)
      case "$at" in
${eachCommand(commands, (words) => `items=(${words.map(zshItem).join(' ')})`)}
      esac ;;
  esac
  # Options are offered once a hyphen is typed.
  if [[ $PREFIX == -* ]]; then _describe -o ${name} items
  else items=(\${items:#-*}); _describe ${name} items || _files; fi
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _vpn_policy "$@"; else compdef _vpn_policy ${name}; fi
`;

const fish: Script = (name, commands) => `# fish completion for ${name}
function __vpn_policy_at --description 'Is this the command that the words so far lead to?'
    set --local at ''
    for word in (commandline --tokenize --cut-at-cursor --current-process)[2..]
        switch "$at $word"
            case ${deeperPaths(commands).replaceAll(' | ', ' ')}
                set at "$at $word"
        end
    end
    test "$at" = "$argv[1]"
end
${commands.flatMap(({ path, words }) => words.map((word) => fishLine(name, path, word))).join('\n')}
`;

const SCRIPTS: Readonly<Record<Shell, Script>> = { bash, zsh, fish };

/** Patterns for the paths of all commands but the program itself, each with a space before every word. */
function deeperPaths(commands: readonly CommandWords[]): string {
  return commands
    .filter(({ path }) => path !== '')
    .map(({ path }) => quoted(` ${path}`))
    .join(' | ');
}

/** Branches for the options that take a value, on the path and the option. */
function optionValues(commands: readonly CommandWords[], then: (values: readonly string[]) => string): string {
  const options = commands.flatMap(({ path, words }) =>
    words.flatMap(({ text, values }) => (values ? [{ pattern: quoted(`${spaced(path)} ${text}`), values }] : [])),
  );
  const free = options.filter(({ values }) => values.length === 0).map(({ pattern }) => pattern);
  const branches = options.flatMap(({ pattern, values }) =>
    values.length > 0 ? `${pattern}) ${then(values)} ;;` : [],
  );
  return [...branches, ...(free.length > 0 ? [`${free.join(' | ')}) : ;;`] : [])]
    .map((line) => `    ${line}`)
    .join('\n');
}

function eachCommand(commands: readonly CommandWords[], then: (words: readonly Word[]) => string): string {
  return commands.map(({ path, words }) => `        ${quoted(spaced(path))}) ${then(words)} ;;`).join('\n');
}

function spaced(path: string): string {
  return path === '' ? '' : ` ${path}`;
}

/** A colon separates the word from its description. */
function zshItem({ text, description }: Word): string {
  return quoted(`${text.replaceAll(':', '\\:')}:${description}`);
}

function fishLine(name: string, path: string, { text, description, values }: Word): string {
  const condition = `--condition ${fishQuoted(`__vpn_policy_at ${fishQuoted(spaced(path))}`)}`;
  const told = `--description ${fishQuoted(description)}`;
  if (!text.startsWith('-')) return `complete --command ${name} ${condition} --arguments ${text} --no-files ${told}`;
  const option = text.startsWith('--') ? `--long-option ${text.slice(2)}` : `--short-option ${text.slice(1)}`;
  const value = values === undefined ? '' : ' --require-parameter';
  const choices =
    values === undefined || values.length === 0 ? '' : ` --no-files --arguments ${fishQuoted(values.join(' '))}`;
  return `complete --command ${name} ${condition} ${option}${value}${choices} ${told}`;
}

/** In single quotes as POSIX shells read them. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** In single quotes as fish reads them. */
function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
