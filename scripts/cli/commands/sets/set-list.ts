/** `vpn-policy set list`: which sets there are. */
import type { Command } from 'commander';
import { type PolicySet, parseInstantMs, type SetEntry } from '../../../../shared/engine/index.ts';
import { type AccessOptions, addAccessOptions, openAccess } from '../../access/access-options.ts';
import { publishedPolicy } from '../../access/policy-access.ts';
import { EXIT, type ExitCode } from '../../exit-code.ts';
import type { RunAction } from '../../run-action.ts';
import { setUses } from '../../sets/set-uses.ts';
import type { Surroundings } from '../../surroundings.ts';
import { paintFor, writeJson, writeLines } from '../../terminal/output.ts';
import { tableLines } from '../../terminal/table.ts';

interface SetListOptions extends AccessOptions {
  readonly json?: boolean;
}

export function addSetList(set: Command, surroundings: Surroundings, run: RunAction): void {
  const command = set
    .command('list')
    .summary('list the sets')
    .description(
      'Lists the sets of the policy in force: their kind, how many entries they have, which rules and limits use them.',
    );
  addAccessOptions(command)
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      `
Exit codes: 0 listed, 1 no policy has been published yet, 2 wrong usage or no store.

Examples:
  vpn-policy set list
  vpn-policy set list --json`,
    )
    .action(run((options: SetListOptions) => setList(options, surroundings)));
}

async function setList(options: SetListOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { stdout, env, now } = surroundings;
  const access = await openAccess(options, surroundings);
  try {
    const policy = await publishedPolicy(access);
    const { document, revision } = policy;
    const uses = setUses(document);
    const sets = Object.entries(document.sets ?? {})
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, set]) => ({ name, ...factsOf(set, now()), rules: uses.get(name) ?? [] }));
    if (options.json) writeJson(stdout, { revision: revision.number, sets });
    else if (sets.length === 0) writeLines(stdout, ['The policy has no sets.']);
    else {
      const rows = sets.map(({ name, kind, entries, expired, rules, description = '' }) => [
        name,
        kind,
        expired === 0 ? String(entries) : `${entries} (${expired} expired)`,
        rules.join(', '),
        description,
      ]);
      const head = ['SET', 'KIND', 'ENTRIES', 'USED BY', 'DESCRIPTION'];
      writeLines(stdout, tableLines({ head, rows }, paintFor(stdout, env), stdout.columns));
    }
    return EXIT.ok;
  } finally {
    access.close();
  }
}

function factsOf({ kind, description, entries }: PolicySet, nowMs: number) {
  return {
    kind,
    entries: entries.length,
    expired: entries.filter((entry) => hasExpired(entry, nowMs)).length,
    ...(description !== undefined && { description }),
  };
}

function hasExpired(entry: SetEntry, nowMs: number): boolean {
  return typeof entry !== 'string' && entry.expiresAt !== undefined && parseInstantMs(entry.expiresAt) <= nowMs;
}
