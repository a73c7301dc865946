/** How a subject gets past a rule that refuses them: the command that changes it for them, and for nobody else. */
import { type Block, compile, type PolicyDocument, type Rule, setReference } from '../../../shared/engine/index.ts';
import { applyOperations, entryValue } from '../../../shared/policy/index.ts';
import { blocksOf } from './rule-target.ts';
import { shellWords } from './shell-words.ts';
import { standingOf } from './standing.ts';
import { isEntryOf, type Subject, type SubjectCondition } from './subject.ts';

const CONDITIONS: readonly SubjectCondition[] = ['identities', 'users', 'commonNames', 'groups', 'sourceIps'];
const OPTION = { name: [], commonName: ['--common-name'], group: ['--group'], ip: ['--ip'] } as const;

/** What to do about a deny rule of the policy, in words that hold commands. */
export function remedyFor(document: PolicyDocument, ruleId: string, subject: Subject, nowMs: number): string {
  const rule = (document.rules ?? []).find(({ id }) => id === ruleId);
  if (rule?.effect !== 'deny') throw new Error('INVARIANT: only deny rules refuse');
  const own = ownEntries(rule, subject, document);
  if (own.length > 0 && !refusesWithout(own, rule, subject, document, nowMs)) {
    return own.map(({ set, values }) => `vpn-policy set rm ${shellWords([set, ...values])}`).join(' && ');
  }
  if (rule.final === true)
    return 'the rule is final: only changing it helps (vpn-policy export, then vpn-policy apply)';
  return `vpn-policy admit ${shellWords([...OPTION[subject.kind], subject.typed, '--from', ruleId])} --for 2h`;
}

/** The entries of one set that are about the subject alone. */
interface OwnEntries {
  readonly set: string;
  readonly values: readonly string[];
}

/** In the sets that the rule refers to. */
function ownEntries(rule: Rule, subject: Subject, { sets = {} }: PolicyDocument): readonly OwnEntries[] {
  const names = new Set(blocksOf(rule).flatMap(setsOf));
  return [...names].flatMap((name) => {
    const found = (sets[name]?.entries ?? []).map(entryValue).filter((value) => isEntryOf(subject, value, 'refuse'));
    return found.length === 0 ? [] : [{ set: name, values: [...new Set(found)] }];
  });
}

function setsOf(block: Block): string[] {
  return CONDITIONS.flatMap((condition) =>
    (block[condition] ?? []).flatMap((entry) => {
      const name = setReference(entry);
      return name === undefined ? [] : [name];
    }),
  );
}

/** Whether the rule still refuses the subject where those entries are gone: by a wildcard, or since it names them itself. */
function refusesWithout(
  entries: readonly OwnEntries[],
  rule: Rule,
  subject: Subject,
  { endpoints, sets, version, defaultEffect }: PolicyDocument,
  nowMs: number,
): boolean {
  const removals = entries.map(({ set, values }) => ({ op: 'patch-set' as const, name: set, remove: [...values] }));
  const applied = applyOperations({ version, defaultEffect, endpoints, sets, rules: [rule] }, removals);
  if (!applied.ok) return true;
  const document = applied.document as PolicyDocument; // a valid one, of which entries are gone
  const standing = standingOf({ document, compiled: compile(document) }, subject, [], nowMs);
  return standing === undefined || standing.refusedBy.length + standing.refusedElsewhere.length > 0;
}
