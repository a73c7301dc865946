/** Writes that are killed: each a command of `vpn-policy`, with the history that it finds. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PolicyDocument, Rule } from '../../../shared/engine/index.ts';
import { applyPolicy, type PolicyStore, writePolicy } from '../../../shared/store/index.ts';

export interface Scenario {
  readonly name: string;
  /** Puts the history into an empty table, and what the command reads into a folder. */
  prepare(store: PolicyStore, folder: string): Promise<void>;
  /** The command, run in that folder, without what says where the table is. */
  readonly command: readonly string[];
}

const FILE = 'policy.yaml';

/** @param listEntries how long the list is that the large change brings in, at 200 bytes an entry */
export function scenarios(listEntries: number): readonly Scenario[] {
  return [
    {
      name: 'first seed',
      prepare: (_, folder) => saveAs(folder, FILE, basePolicy()),
      command: ['seed', FILE],
    },
    {
      name: 'small change',
      prepare: (store) => publish(store, basePolicy()),
      command: ['block', 'batchi'],
    },
    {
      name: 'large change',
      async prepare(store, folder) {
        await publish(store, basePolicy());
        await writeFile(join(folder, 'list.txt'), `${longNames(listEntries).join('\n')}\n`);
      },
      command: ['set', 'import', 'leavers', '--file', 'list.txt'],
    },
    {
      name: 'apply',
      async prepare(store, folder) {
        const document = basePolicy();
        await applyPolicy(store, { ...BY, document, source: FILE, prune: false, forceConflicts: false });
        await publish(store, withRule(document, blockRule('operators-block')));
        await saveAs(folder, FILE, withRule(document, blockRule('files-block')));
      },
      command: ['apply', FILE, '--yes'],
    },
    {
      name: 'restore',
      async prepare(store) {
        await publish(store, basePolicy());
        await publish(store, withRule(basePolicy(), blockRule('mistake')));
      },
      command: ['rollback', '1', '--yes'],
    },
  ];
}

const BY = {
  author: { type: 'local', id: 'soak' },
  reason: 'the history that a command finds',
  confirm: [],
  now: Date.now,
} as const;

/** Publishes a document whatever was before. */
async function publish(store: PolicyStore, document: PolicyDocument): Promise<void> {
  await writePolicy(store, { ...BY, change: () => document });
}

/** Adds a rule to the policy in force: what anybody must be able to do afterwards. */
export async function publishRule(store: PolicyStore, id: string): Promise<PolicyDocument> {
  const rule = blockRule(id);
  const { document } = await writePolicy(store, {
    ...BY,
    change: (current) => withRule(current?.document ?? { version: 1, defaultEffect: 'allow' }, rule),
  });
  return document;
}

export function withRule(document: PolicyDocument, rule: Rule): PolicyDocument {
  return { ...document, rules: [...(document.rules ?? []), rule] };
}

export function blockRule(id: string): Rule {
  return { id, effect: 'deny', match: { users: [`user-of-${id}`] }, message: 'This user is not permitted.' };
}

/** Over 8 KB, so that parts of it are compressed, and with a set over 64 KB, which has parts of its own. */
function basePolicy(): PolicyDocument {
  return {
    version: 1,
    defaultEffect: 'allow',
    sets: {
      leavers: { kind: 'user', entries: ['sato'] },
      contractors: { kind: 'user', entries: longNames(400, 'contractor') },
    },
    rules: [
      { id: 'block-leavers', effect: 'deny', match: { users: ['@leavers'] } },
      { id: 'block-contractors', effect: 'deny', match: { users: ['@contractors'] } },
      ...Array.from({ length: 60 }, (_, place) => blockRule(`rule-${place}`)),
    ],
  };
}

/** Names of 200 characters, each different, that compress to about half. */
function longNames(count: number, kind = 'leaver'): string[] {
  let state = count;
  const digits = () => {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0).toString(16).padStart(8, '0');
  };
  return Array.from({ length: count }, (_, place) =>
    `${kind}-${place}-${Array.from({ length: 25 }, digits).join('')}`.slice(0, 200),
  );
}

function saveAs(folder: string, name: string, document: PolicyDocument): Promise<void> {
  return writeFile(join(folder, name), JSON.stringify(document));
}
