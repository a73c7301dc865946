/** How a subject gets past a rule that refuses them: the command that changes it for them, and for nobody else. */
import type { ConnectRequest } from '../../../shared/client-vpn/index.ts';
import {
  type Block,
  compile,
  decide,
  type PolicyDocument,
  type PolicySet,
  type SetEntry,
  setReference,
} from '../../../shared/engine/index.ts';
import { applyOperations, entryValue } from '../../../shared/policy/index.ts';
import { blocksOf } from './rule-target.ts';
import { shellWords } from './shell-words.ts';
import { type AskedPolicy, askedPolicy, connectionOf, standingOf } from './standing.ts';
import { isEntryOf, type Subject, type SubjectCondition } from './subject.ts';

const CONDITIONS: readonly SubjectCondition[] = ['identities', 'users', 'commonNames', 'groups', 'sourceIps'];
const OPTION = { name: [], commonName: ['--common-name'], group: ['--group'], ip: ['--ip'] } as const;

/** What to do about a deny rule of the policy, in words that hold commands. */
export function remedyFor({ document }: AskedPolicy, ruleId: string, subject: Subject, nowMs: number): string {
  const rule = (document.rules ?? []).find(({ id }) => id === ruleId);
  if (rule?.effect !== 'deny') throw new Error('INVARIANT: only deny rules refuse');
  const own = blocksOf(rule)
    .flatMap((block) => entriesOfSets(block, document, subject, nowMs))
    .filter(({ value }) => isEntryOf(subject, value, 'refuse'));
  if (own.length > 0 && !refusesWithout(own, document, ruleId, subject, nowMs)) {
    return own.map(({ set, value }) => `vpn-policy set rm ${shellWords([set, value])}`).join(' && ');
  }
  if (rule.final === true)
    return 'the rule is final: only changing it helps (vpn-policy export, then vpn-policy apply)';
  return `vpn-policy admit ${shellWords([...OPTION[subject.kind], subject.typed, '--from', ruleId])} --for 2h`;
}

interface FoundEntry {
  readonly set: string;
  readonly value: string;
}

/** The entries that catch the connection, of the sets that the block refers to. */
function entriesOfSets(
  block: Block,
  { sets = {} }: PolicyDocument,
  subject: Subject,
  nowMs: number,
): readonly FoundEntry[] {
  const connection = connectionOf(subject);
  if (connection === undefined) return [];
  return CONDITIONS.flatMap((condition) =>
    (block[condition] ?? []).flatMap((reference) => {
      const name = setReference(reference);
      const set = name === undefined ? undefined : sets[name];
      if (name === undefined || set === undefined) return [];
      const caught = (entries: readonly SetEntry[]) => catches({ ...set, entries }, condition, connection, nowMs);
      return catching(set.entries, caught).map((entry) => ({ set: name, value: entryValue(entry) }));
    }),
  );
}

/** Those of the entries that catch, found by halves, since few of many do. */
function catching(
  entries: readonly SetEntry[],
  caught: (entries: readonly SetEntry[]) => boolean,
): readonly SetEntry[] {
  if (!caught(entries)) return [];
  if (entries.length === 1) return entries;
  const half = Math.floor(entries.length / 2);
  return [...catching(entries.slice(0, half), caught), ...catching(entries.slice(half), caught)];
}

function catches(set: PolicySet, condition: SubjectCondition, connection: ConnectRequest, nowMs: number): boolean {
  const policy = compile({
    version: 1,
    defaultEffect: 'allow',
    sets: { entries: set },
    rules: [{ id: 'catches', effect: 'deny', match: { [condition]: ['@entries'] } }],
  });
  return decide(policy, connection, nowMs).effect === 'deny';
}

/** Whether the rule still refuses the subject where those entries are gone. */
function refusesWithout(
  entries: readonly FoundEntry[],
  document: PolicyDocument,
  ruleId: string,
  subject: Subject,
  nowMs: number,
): boolean {
  const removals = entries.map(({ set, value }) => ({ op: 'patch-set' as const, name: set, remove: [value] }));
  const applied = applyOperations(document, removals);
  if (!applied.ok) return true;
  // A valid policy stays one when entries are taken out of its sets.
  const standing = standingOf(askedPolicy(applied.document as PolicyDocument), subject, [], nowMs);
  return standing === undefined || [...standing.refusedBy, ...standing.refusedElsewhere].includes(ruleId);
}
