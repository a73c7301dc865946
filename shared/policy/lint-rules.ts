/** Warnings about rules that do nothing, and about rules and limits that somebody passes by leaving an attribute out. */
import type { AttributeName, Block, PolicyDocument, Rule } from '../engine/index.ts';
import { liftableRules, liftsNothing, MAY_BE_MISSING, neverApplies } from './dead-rules.ts';
import type { FoundWarning } from './lint.ts';
import type { LiveSets } from './live-sets.ts';
import { limitsIn, momentMs, type Placed, type PlacedBlock, rulesAndLimitsOf, rulesOf } from './policy-walk.ts';

type ConditionOnOptional = keyof typeof MAY_BE_MISSING;

const CLAIMED: readonly ConditionOnOptional[] = ['platforms', 'openvpnVersion', 'awsClientVersion'];

/** Expired rules, and rules that can never apply or never lift anything. */
export function deadRuleWarnings(document: PolicyDocument, sets: LiveSets): FoundWarning[] {
  const rules = rulesOf(document);
  const liftable = liftableRules(rules);
  return rules.flatMap((placed): FoundWarning[] => {
    const { rule, path } = placed;
    if (rule.enabled === false) return [];
    if (momentMs(rule.expiresAt, Number.POSITIVE_INFINITY) <= sets.nowMs) {
      return [{ path, code: 'expired-rule', message: `the rule expired at ${rule.expiresAt} and no longer counts` }];
    }
    const reason = neverApplies(sets, placed) ?? (rule.effect === 'exempt' ? liftsNothing(rule, liftable) : undefined);
    return reason === undefined ? [] : [{ path, code: 'never-applies', message: reason }];
  });
}

/** Deny rules and limits that somebody passes whose event lacks the attribute. */
export function missingAttributeWarnings(document: PolicyDocument): FoundWarning[] {
  const rules = rulesOf(document);
  const refusedAnyway = new Set(
    rules.flatMap(({ rule, match }) => (isStandingDeny(rule) ? match.flatMap(({ block }) => missingAlone(block)) : [])),
  );
  return [
    ...rules.flatMap(({ rule, match }) =>
      rule.effect === 'deny' ? passesMissing(match, refusedAnyway, 'deny-passes-missing', 'passes') : [],
    ),
    ...limitsIn(document).flatMap(({ match }) =>
      passesMissing(match, refusedAnyway, 'limit-passes-missing', 'is not counted'),
    ),
  ];
}

function passesMissing(
  match: readonly PlacedBlock[],
  refusedAnyway: ReadonlySet<AttributeName>,
  code: FoundWarning['code'],
  consequence: string,
): FoundWarning[] {
  return match.flatMap(({ block, path }, index) =>
    conditionsOnOptional(block).flatMap((condition): FoundWarning[] => {
      const attribute = MAY_BE_MISSING[condition];
      const beside = match.some(({ block: other }, place) => place !== index && other.missing?.includes(attribute));
      if (beside || refusedAnyway.has(attribute)) return [];
      const cure = condition === 'users' || condition === 'commonNames' ? 'use identities, or add' : 'add';
      const message = `who sends no ${attribute} ${consequence}; ${cure} a block { missing: [${attribute}] }`;
      return [{ path: [...path, condition], code, message }];
    }),
  );
}

function isStandingDeny(rule: Rule): boolean {
  return (
    rule.effect === 'deny' &&
    rule.enabled !== false &&
    rule.mode !== 'report' &&
    rule.except === undefined &&
    rule.notBefore === undefined &&
    rule.expiresAt === undefined
  );
}

function missingAlone(block: Block): readonly AttributeName[] {
  return Object.keys(block).length === 1 ? (block.missing ?? []) : [];
}

function conditionsOnOptional(block: Block): ConditionOnOptional[] {
  return Object.keys(MAY_BE_MISSING).filter((name): name is ConditionOnOptional => Object.hasOwn(block, name));
}

/** `except` of an allow rule that somebody escapes, and `except` blocks of several conditions. */
export function exceptWarnings(document: PolicyDocument): FoundWarning[] {
  return [
    ...rulesAndLimitsOf(document).flatMap(({ except }) =>
      except.flatMap(({ block, path }): FoundWarning[] => {
        const conditions = Object.keys(block);
        if (conditions.length < 2) return [];
        const message = `only who fits ${conditions.join(' and ')} together is excepted; for either, write a list of blocks`;
        return [{ path, code: 'except-is-and', message }];
      }),
    ),
    ...rulesOf(document).flatMap(({ rule, except }) =>
      rule.effect === 'allow' ? except.flatMap((_, index) => allowExceptWarnings(except, index)) : [],
    ),
  ];
}

function allowExceptWarnings(except: Placed['except'], index: number): FoundWarning[] {
  const placed = except[index];
  if (placed === undefined) return [];
  return conditionsOnOptional(placed.block).flatMap((condition): FoundWarning[] => {
    const path = [...placed.path, condition];
    const attribute = MAY_BE_MISSING[condition];
    if (CLAIMED.includes(condition)) {
      const message = `clients claim their ${attribute} themselves, and may leave it out: put what is admitted under match`;
      return [{ path, code: 'except-on-claims', message }];
    }
    const beside = except.some(({ block }, place) => place !== index && block.missing?.includes(attribute));
    if (beside) return [];
    const message = `who sends no ${attribute} is not excepted, so gets in; add a block { missing: [${attribute}] }`;
    return [{ path, code: 'except-passes-missing', message }];
  });
}
