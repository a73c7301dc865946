/** `maintenance`: the policy and a stretch of time -> operations that close the VPN for it. */
import type { Block, DenyRule, PolicyDocument, Rule } from '../../../shared/engine/index.ts';
import { describeRule, itemHash, mergePatch, type PolicyOperation, sameData } from '../../../shared/policy/index.ts';
import type { CallerClock } from '../time/caller-zone.ts';
import { storedMoment } from '../time/read-moment.ts';
import { type NotDone, schemaRule } from './lasting-rule.ts';
import { freeId } from './rule-id.ts';
import { checkEndpoints } from './rule-target.ts';
import type { Subject } from './subject.ts';

export interface MaintenanceRequest {
  /** Milliseconds since 1970. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** Ids or names; none: everywhere. */
  readonly endpoints: readonly string[];
  /** Who gets in all the same. */
  readonly exceptGroups: readonly Subject[];
  readonly exceptUsers: readonly Subject[];
  readonly message: string;
  /** The enforcer ends connections that stand; undefined: they go on. */
  readonly disconnect: Disconnect | undefined;
  readonly id: string | undefined;
  readonly clock: CallerClock;
}

export interface Disconnect {
  /** ISO 8601: how long they go on when it begins; undefined: not at all. */
  readonly grace: string | undefined;
}

export interface PlannedMaintenance {
  readonly ok: true;
  readonly operations: readonly PolicyOperation[];
  readonly deed: 'added' | 'changed' | 'unchanged';
  readonly rule: DenyRule;
}

export type MaintenancePlan = PlannedMaintenance | { readonly ok: false; readonly notDone: readonly NotDone[] };

/**
 * A deny rule for everyone with one window; none where a rule says just that already. What such a rule says of connections that stand is
 * changed where they are to be ended, and stays where nothing is asked of them.
 */
export function planMaintenance(document: PolicyDocument, request: MaintenanceRequest): MaintenancePlan {
  const { id } = request;
  checkEndpoints(request.endpoints, document);
  const { rules = [] } = document;
  const fresh = maintenanceRule(request);
  const same = (rule: Rule): rule is DenyRule => sameData(withoutStanding(rule), withoutStanding(fresh));
  const named = id === undefined ? rules.find(same) : rules.find((rule) => rule.id === id);
  if (named === undefined) {
    const rule = { ...fresh, id: id ?? freeId(fresh.id, new Set(rules.map((other) => other.id))) };
    return {
      ok: true,
      operations: [{ op: 'put-rule', rule: schemaRule(rule), ifNoneMatch: '*' }],
      rule,
      deed: 'added',
    };
  }
  if (!same(named)) {
    const message = `the rule ${named.id} is another: ${describeRule(named)}; accepted: another --id`;
    return { ok: false, notDone: [{ ok: false, code: 'other-rule', message }] };
  }
  const patch = request.disconnect === undefined ? {} : { standing: fresh.standing, grace: fresh.grace ?? null };
  const rule = mergePatch(named, patch) as DenyRule; // the patch leaves it one
  const operation: PolicyOperation = { op: 'patch-rule', id: named.id, patch, ifMatch: itemHash(named) };
  return { ok: true, operations: [operation], rule, deed: rule === named ? 'unchanged' : 'changed' };
}

function withoutStanding(rule: Rule): object {
  const { standing: _, grace: __, ...rest } = rule as DenyRule; // other rules are another anyway
  return { ...rest, id: '' };
}

function maintenanceRule(request: MaintenanceRequest): DenyRule {
  const { fromMs, untilMs, endpoints, exceptGroups, exceptUsers, message, disconnect, clock } = request;
  const from = storedMoment(fromMs, clock.zone);
  const except: Block[] = [
    ...(exceptGroups.length === 0 ? [] : [{ groups: exceptGroups.map(({ entry }) => entry) }]),
    ...(exceptUsers.length === 0 ? [] : [{ users: exceptUsers.map(({ entry }) => entry) }]),
  ];
  return {
    id: `maintenance-${from.slice(0, 10)}`,
    effect: 'deny',
    match: {
      ...(endpoints.length === 0 ? {} : { endpoints }),
      windows: [{ from, until: storedMoment(untilMs, clock.zone) }],
    },
    ...(except.length === 0 ? {} : { except }),
    message,
    ...standingFor(disconnect),
  };
}

/** The rule itself confirms that everybody may be ended at once, with its author and reason. */
function standingFor(disconnect: Disconnect | undefined): Pick<DenyRule, 'standing' | 'grace'> {
  if (disconnect === undefined) return { standing: 'keep' };
  return { standing: 'endAll', ...(disconnect.grace === undefined ? {} : { grace: disconnect.grace }) };
}
