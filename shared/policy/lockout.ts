/**
 * Lockout: a policy that refuses everybody for good. It is found without connections, from the document alone, and only
 * told where it is certain: what ends by itself (a window, a lifetime) or might let a single person in is no lockout.
 */
import {
  type Block,
  type ExemptRule,
  type PolicyDocument,
  parseAddressRange,
  parseInstantMs,
  type Window,
} from '../engine/index.ts';
import { neverApplies, neverHolds } from './dead-rules.ts';
import { familiesCovered, LiveSets } from './live-sets.ts';
import { blocksOf, momentMs, type PlacedRule, rulesOf } from './policy-walk.ts';

/** Why the policy refuses everybody from `nowMs` on, or undefined where somebody may get in. */
export function lockoutReason(document: PolicyDocument, nowMs: number): string | undefined {
  const sets = new LiveSets(document, nowMs);
  const standing = rulesOf(document).filter((placed) => mayApply(sets, placed));
  // Besides the endpoints with settings there may always be others, which have the document's default.
  const reasons = [...Object.keys(document.endpoints ?? {}), undefined].map((endpointId) =>
    refusesAllOf(endpointId, document, standing, sets),
  );
  return reasons.every((reason) => reason !== undefined) ? reasons.at(-1) : undefined;
}

/** Enforced, and neither switched off, expired nor impossible. */
function mayApply(sets: LiveSets, placed: PlacedRule): boolean {
  const { rule } = placed;
  if (rule.mode === 'report' || rule.enabled === false) return false;
  return momentMs(rule.expiresAt, Number.POSITIVE_INFINITY) > sets.nowMs && neverApplies(sets, placed) === undefined;
}

function refusesAllOf(
  endpointId: string | undefined,
  document: PolicyDocument,
  standing: readonly PlacedRule[],
  sets: LiveSets,
): string | undefined {
  const settings = endpointId === undefined ? undefined : document.endpoints?.[endpointId];
  if (settings?.mode === 'observe') return undefined;
  const scope: Scope = { sets, names: [endpointId, settings?.name].filter((name) => name !== undefined) };
  const exemptions = standing.flatMap(({ rule, match }) =>
    rule.effect === 'exempt' && mayMatchIn(scope, match) ? [rule] : [],
  );
  const wall = standing.find(
    (placed) => refusesEverybody(scope, placed) && !exemptions.some((rule) => mayLift(rule, placed)),
  );
  if (wall !== undefined) return `the rule ${wall.rule.id} refuses everybody, and nothing lifts it`;
  const defaultEffect = settings?.defaultEffect ?? document.defaultEffect;
  const mayAdmit = standing.some(({ rule, match }) => rule.effect === 'allow' && mayMatchIn(scope, match));
  return defaultEffect === 'allow' || mayAdmit ? undefined : 'the default refuses, and no allow rule can admit anybody';
}

/** An endpoint as rules name it: by id, by name; neither for endpoints that the document does not mention. */
interface Scope {
  readonly sets: LiveSets;
  readonly names: readonly string[];
}

/** Whether the rule might match somebody in that endpoint; an endpoint that is not mentioned may have any id. */
function mayMatchIn({ names }: Scope, match: PlacedRule['match']): boolean {
  if (match.length === 0 || names.length === 0) return true;
  return match.some(
    ({ block }) => block.endpoints === undefined || block.endpoints.some((entry) => names.includes(entry)),
  );
}

function mayLift({ from }: ExemptRule, { rule }: PlacedRule): boolean {
  return rule.effect === 'deny' && rule.final !== true && (from === '*' || from.includes(rule.id));
}

/** A deny rule without end that holds for every connection. */
function refusesEverybody(scope: Scope, { rule, match }: PlacedRule): boolean {
  if (rule.effect !== 'deny' || rule.expiresAt !== undefined) return false;
  if (momentMs(rule.notBefore, Number.NEGATIVE_INFINITY) > scope.sets.nowMs) return false;
  const mayExcept = blocksOf(rule.except, []).some(
    ({ block }) => neverHolds(scope.sets, rule, block) === undefined && mayMatchIn(scope, [{ block, path: [] }]),
  );
  if (mayExcept) return false;
  return (
    rule.match === 'everyone' || match.some(({ block }) => alwaysHolds(scope, block)) || holdTogether(scope, match)
  );
}

/** True where every condition of the block holds for every real connection, now and later. */
function alwaysHolds(scope: Scope, block: Block): boolean {
  return Object.keys(block).every((condition) => {
    switch (condition) {
      case 'endpoints':
        return block.endpoints?.some((entry) => scope.names.includes(entry)) === true;
      case 'sourceIps':
        return coversAllAddresses(scope.sets, block.sourceIps ?? []);
      case 'identities':
        // Whoever connects has a user name or a common name.
        return block.identities?.some((entry) => /^\*+$/.test(entry)) === true;
      case 'windows':
        return block.windows?.some((window) => isForEver(window, scope.sets.nowMs)) === true;
      default:
        return false;
    }
  });
}

/** Conditions on a name, and the attribute that `missing` knows it by. */
const NAMES = [
  ['users', 'username'],
  ['commonNames', 'commonName'],
  ['groups', 'groups'],
  ['platforms', 'platform'],
] as const;

/** True where blocks hold for everybody between them: whoever has a name and who has none; all of IPv4 and all of IPv6. */
function holdTogether(scope: Scope, match: PlacedRule['match']): boolean {
  const entriesThatSuffice = <C extends keyof Block>(condition: C) =>
    match.flatMap(
      ({ block: { [condition]: entries, ...others } }) =>
        Array.isArray(entries) && alwaysHolds(scope, others) ? (entries as readonly string[]) : [], // lists of texts, below
    );
  const missing = entriesThatSuffice('missing');
  return (
    coversAllAddresses(scope.sets, entriesThatSuffice('sourceIps')) ||
    NAMES.some(
      ([condition, attribute]) =>
        missing.includes(attribute) && entriesThatSuffice(condition).some((entry) => /^\*+$/.test(entry)),
    )
  );
}

/** True where each family is covered by one entry that stays. */
function coversAllAddresses(sets: LiveSets, entries: readonly string[]): boolean {
  const covered = entries.flatMap((entry) => [
    ...(sets.referredTo(entry)?.coveredForEver ?? familiesCovered([parseAddressRange(entry)])),
  ]);
  return new Set(covered).size === 2;
}

function isForEver(window: Window, nowMs: number): boolean {
  if ('days' in window) return new Set(window.days).size === 7 && window.start === window.end;
  if ('dates' in window || 'cron' in window) return false;
  return window.until === undefined && window.from !== undefined && parseInstantMs(window.from) <= nowMs;
}
