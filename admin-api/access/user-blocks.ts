/** What a help desk may do with the permission `block`: refuse single users for some days, and end that again. */
import {
  type Block,
  type PolicyDocument,
  parseInstantMs,
  parseNamePattern,
  type Rule,
  setReference,
} from '../../shared/engine/index.ts';
import type { ItemsDiff } from '../../shared/policy/index.ts';

/** A block may last this long from the moment it is written. */
export const MAX_BLOCK_MS = 7 * 24 * 60 * 60 * 1000;

/** What a block looks at: names, and in which endpoints. All of a block's conditions must hold, so more only narrows. */
const NAME_CONDITIONS = ['users', 'commonNames', 'identities'] as const;
const CONDITIONS: readonly string[] = [...NAME_CONDITIONS, 'endpoints'];

/**
 * Why changes of rules go beyond blocks; undefined when they do not. A block is a deny rule
 * - on single users: each block of its `match` has `users`, `commonNames` or `identities`, with names written out (no
 *   wildcard, no set), and nothing else but `endpoints`; it has no `except`;
 * - that expires, at the latest seven days from now;
 * - that exempt rules lift as they lift others (`final` is not true), so that nobody whom the policy always lets in is
 *   blocked with it;
 * - that ends standing connections only as far as the enforcer's cap lets it (`standing` is not `endAll`). To keep them, or to
 *   give them a grace, is less than what a block does anyway.
 * Rules added, changed (before and after) and removed must all be such; who wrote them does not matter. Their order stays.
 */
export function whyNotUserBlocks(
  before: PolicyDocument,
  after: PolicyDocument,
  diff: ItemsDiff,
  nowMs: number,
): string | undefined {
  if (diff.reordered) return 'the rules would stand in another order';
  const [old, now] = [rulesById(before), rulesById(after)];
  const changed = diff.changed.map(({ name }) => name);
  const touched = [
    ...[...diff.added, ...changed].map((id) => now.get(id)),
    ...[...diff.removed, ...changed].map((id) => old.get(id)),
  ];
  for (const rule of touched) {
    const reason = rule && whyNoUserBlock(rule, nowMs);
    if (reason !== undefined) return reason;
  }
  const place = after.rules?.findIndex(({ id }) => diff.added.includes(id)) ?? -1;
  const isLast = place < 0 || after.rules?.slice(place).every(({ id }) => diff.added.includes(id));
  return isLast ? undefined : 'a new rule would stand before others';
}

/** Why a rule is not such a block; undefined where it is. */
export function whyNoUserBlock(rule: Rule, nowMs: number): string | undefined {
  const subject = `the rule ${rule.id}`;
  if (rule.effect !== 'deny') return `${subject} is no deny rule`;
  if (rule.final === true) return `${subject} is final`;
  if (rule.standing === 'endAll') return `${subject} ends standing connections however many they are`;
  if (rule.except !== undefined) return `${subject} has an except`;
  if (rule.match === 'everyone') return `${subject} is on everyone`;
  const blocks: readonly Block[] = isList(rule.match) ? rule.match : [rule.match];
  for (const block of blocks) {
    const other = Object.keys(block).find((condition) => !CONDITIONS.includes(condition));
    if (other !== undefined) return `${subject} has the condition ${other}`;
    const names = NAME_CONDITIONS.flatMap((condition) => block[condition] ?? []);
    if (names.length === 0) return `${subject} is not on users`;
    const wide = names.find((name) => !isPlainName(name));
    if (wide !== undefined) return `${subject} is on ${JSON.stringify(wide)}, which is no single user`;
  }
  if (rule.expiresAt === undefined) return `${subject} does not expire`;
  if (parseInstantMs(rule.expiresAt) > nowMs + MAX_BLOCK_MS) return `${subject} lasts longer than seven days from now`;
  return undefined;
}

function isPlainName(name: string): boolean {
  return setReference(name) === undefined && parseNamePattern(name).pieces.every((piece) => 'text' in piece);
}

function isList(match: Block | readonly Block[]): match is readonly Block[] {
  return Array.isArray(match);
}

function rulesById(document: PolicyDocument): ReadonlyMap<string, Rule> {
  return new Map((document.rules ?? []).map((rule) => [rule.id, rule]));
}
