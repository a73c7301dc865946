/** Decides past connections again, each at its own moment, by two policies, and tells what differs. */
import {
  type AttributeName,
  type CompiledPolicy,
  type Decision,
  decide,
  decideEnforcing,
  type PolicyDocument,
} from '../engine/index.ts';
import { rulesAskingFor } from './asked-attributes.ts';
import type { PastConnection } from './past-connection.ts';
import type { DifferenceGroup, Reason, ReplayPart, ReplayReport } from './replay-report.ts';
import { createReplaySums, type Finding, type ReplayBounds } from './replay-sums.ts';

export interface ReplayedPolicy {
  readonly document: PolicyDocument;
  /** Of the document. */
  readonly compiled: CompiledPolicy;
}

export interface ReplayedPolicies {
  /** `record`: what was answered then. `no-policy`: none has been published, so that the handler refuses everybody. */
  readonly before: ReplayedPolicy | 'record' | 'no-policy';
  readonly after: ReplayedPolicy;
}

export interface Replayer {
  add(past: PastConnection): void;
  /** How many groups of differences are kept. */
  groups(): number;
  report(): ReplayReport;
  /** To be added to the parts of a replay of other connections. */
  part(): ReplayPart;
}

/** Of a policy, report rules and observed endpoints each: the first so many have a summary. */
export const MAX_SUMMARIES = 100;
const MAX_REASON_RULES = 8;
const MAX_ASKING_RULES = 20;

export function createReplayer(policies: ReplayedPolicies, bounds?: ReplayBounds): Replayer {
  const { document } = policies.after;
  const rules = (document.rules ?? []).filter(({ mode, enabled }) => mode === 'report' && enabled !== false);
  const endpoints = Object.entries(document.endpoints ?? {}).filter(([, { mode }]) => mode === 'observe');
  const sums = createReplaySums(
    {
      reportRules: rules.slice(0, MAX_SUMMARIES).map(({ id, effect }) => ({ rule: id, effect })),
      observedEndpoints: endpoints
        .slice(0, MAX_SUMMARIES)
        .map(([endpoint, { name }]) => ({ endpoint, ...(name !== undefined && { name }) })),
      rulesAskingFor: (attribute) => askingRules(policies, attribute),
    },
    bounds,
  );
  return {
    add: (past) => sums.add(findingOf(past, policies)),
    groups: sums.groups,
    report: sums.report,
    part: sums.part,
  };
}

function askingRules({ before, after }: ReplayedPolicies, attribute: AttributeName): readonly string[] {
  const documents = [after.document, ...(typeof before === 'string' ? [] : [before.document])];
  const ids = documents.flatMap((document) => rulesAskingFor(document, attribute));
  return [...new Set(ids)].slice(0, MAX_ASKING_RULES);
}

/** What a policy answers, and why. */
interface Answered {
  readonly allow: boolean;
  readonly reason: Reason;
}

function findingOf(past: PastConnection, { before, after }: ReplayedPolicies): Finding {
  const { connection, atMs, admitted } = past;
  const decided = decide(after.compiled, connection, atMs);
  const now: Answered = { allow: decided.allow, reason: reasonOf(decided) };
  const then = answeredBefore(past, before);
  const difference = then && differenceOf(past, then, now);
  const isOtherwise = admitted !== undefined && then?.allow !== admitted && now.allow !== admitted;
  return {
    atMs,
    user: past.user,
    withheld: past.withheld,
    plainlyAdmitted: past.plainlyAdmitted,
    difference,
    note: noteOf(then, decided),
    answeredOtherwise: isOtherwise ? (admitted ? 'admitted' : 'refused') : undefined,
    reported: decided.reported.map((rule) => ({ rule, difference: ifEnforced(rule, past, after, now) })),
    observed: ifNotObserving(past, decided, now),
  };
}

function answeredBefore(
  past: PastConnection,
  before: ReplayedPolicies['before'],
): (Answered & { readonly decision?: Decision }) | undefined {
  const { admitted, rules, connection, atMs } = past;
  if (before === 'no-policy') return { allow: false, reason: { decidedBy: 'no-policy', rules: [] } };
  if (before !== 'record') {
    const decision = decide(before.compiled, connection, atMs);
    return { allow: decision.allow, reason: reasonOf(decision), decision };
  }
  return admitted === undefined
    ? undefined
    : { allow: admitted, reason: { decidedBy: 'record', rules: rules.slice(0, MAX_REASON_RULES) } };
}

function noteOf(before: ReturnType<typeof answeredBefore>, after: Decision): Finding['note'] {
  if (before === undefined) return 'not-compared';
  if (before.decision === undefined || before.allow !== after.allow) return undefined;
  return answerTo(before.decision) === answerTo(after) ? undefined : 'told-otherwise';
}

/** What reaches the client. */
function answerTo({ allow, message, postureStatuses }: Decision): string {
  return JSON.stringify([allow ? undefined : message, postureStatuses]);
}

/** What it would change, were that report rule alone enforced. */
function ifEnforced(
  rule: string,
  past: PastConnection,
  { compiled }: ReplayedPolicy,
  now: Answered,
): DifferenceGroup | undefined {
  const { allow, rules } = decideEnforcing(compiled, past.connection, past.atMs, rule);
  const decidedBy = rules.length > 0 ? 'rule' : 'default';
  return differenceOf(past, now, { allow, reason: { decidedBy, rules: rules.slice(0, MAX_REASON_RULES) } });
}

function ifNotObserving(past: PastConnection, decided: Decision, now: Answered): Finding['observed'] {
  const { endpointId } = past.connection;
  if (!decided.observed || typeof endpointId !== 'string') return undefined;
  const observing: Answered = { allow: true, reason: { decidedBy: 'observe-mode', rules: [] } };
  const difference = differenceOf(past, observing, { ...now, allow: false, reason: policyReason(decided) });
  return difference && { endpoint: endpointId, difference };
}

function differenceOf(
  { atMs, id, user }: PastConnection,
  before: Answered,
  after: Answered,
): DifferenceGroup | undefined {
  if (before.allow === after.allow) return undefined;
  const at = new Date(atMs).toISOString();
  return {
    change: after.allow ? 'newly-admitted' : 'newly-refused',
    ...(user !== undefined && { user }),
    before: before.reason,
    after: after.reason,
    connections: 1,
    firstAt: at,
    lastAt: at,
    ...(id !== undefined && { lastConnection: id }),
  };
}

/** Why the answer is as it is. */
function reasonOf(decision: Decision): Reason {
  return decision.observed ? { decidedBy: 'observe-mode', rules: [] } : policyReason(decision);
}

/** Why the policy decides as it does, whatever is answered. */
function policyReason({ decidedBy, rules }: Decision): Reason {
  return { decidedBy, rules: rules.slice(0, MAX_REASON_RULES) };
}
