/** Adds up what a replay finds, connection by connection or part by part, in bounded memory. */
import type { AttributeName } from '../engine/index.ts';
import { type Budget, createDifferenceSums, type DifferenceSums } from './difference-sums.ts';
import type {
  DifferenceGroup,
  ObservedEndpointSummary,
  ReplayPart,
  ReplayReport,
  ReportRuleSummary,
} from './replay-report.ts';
import { userKey } from './user-key.ts';

/** What is kept apart; the rest is counted, and told as such. */
export interface ReplayBounds {
  /** Distinct users. Default 200000. */
  readonly users?: number;
  /** Distinct groups of differences. Default 50000. */
  readonly groups?: number;
  /** Groups in each list of a report. Default 1000. */
  readonly listed?: number;
}

/** What was found about one connection. */
export interface Finding {
  readonly atMs: number;
  readonly user: string | undefined;
  readonly withheld: readonly AttributeName[];
  readonly plainlyAdmitted: boolean;
  /** What the draft changes. */
  readonly difference?: DifferenceGroup | undefined;
  readonly note?: 'told-otherwise' | 'not-compared' | undefined;
  /** What was answered then, where both policies say otherwise. */
  readonly answeredOtherwise?: 'refused' | 'admitted' | undefined;
  /** The draft's report rules that apply, each with what it would change. */
  readonly reported: readonly { readonly rule: string; readonly difference: DifferenceGroup | undefined }[];
  /** The endpoint in observe mode that let a refused connection in. */
  readonly observed?: { readonly endpoint: string; readonly difference: DifferenceGroup } | undefined;
}

export interface ReplaySums {
  add(finding: Finding): void;
  /** What a replay of other connections with the same two policies came to. */
  addPart(part: ReplayPart): void;
  /** How many groups of differences are kept. */
  groups(): number;
  report(): ReplayReport;
  part(): ReplayPart;
}

type ReportRule = Pick<ReportRuleSummary, 'rule' | 'effect'>;
type ObservedEndpoint = Pick<ObservedEndpointSummary, 'endpoint' | 'name'>;

/** What is told of, even where nothing is found; parts bring their own. */
export interface Subjects {
  readonly reportRules: readonly ReportRule[];
  readonly observedEndpoints: readonly ObservedEndpoint[];
  /** The rules that ask for an attribute. */
  readonly rulesAskingFor: (attribute: AttributeName) => readonly string[];
}

const NO_SUBJECTS: Subjects = { reportRules: [], observedEndpoints: [], rulesAskingFor: () => [] };

export function createReplaySums(subjects: Subjects = NO_SUBJECTS, bounds: ReplayBounds = {}): ReplaySums {
  const { users = 200_000, groups = 50_000, listed = 1_000 } = bounds;
  const budget: Budget = { users: 2 * users, groups };
  const sums = () => createDifferenceSums(budget, listed);
  const seen = new Set<string>();
  const withheld = new Map<AttributeName, { connections: number; readonly rules: readonly string[] }>();
  const changed = sums();
  const rules = new Map<string, { readonly of: ReportRule; applied: number; readonly changed: DifferenceSums }>();
  const endpoints = new Map<string, { readonly of: ObservedEndpoint; readonly changed: DifferenceSums }>();
  const total = {
    connections: 0,
    withoutUser: 0,
    plainAdmissions: 0,
    toldOtherwise: 0,
    notCompared: 0,
    refusedThen: 0,
    admittedThen: 0,
  };
  let seenAtLeast = false;
  let span: { readonly firstAt: string; readonly lastAt: string } | undefined;

  const see = (key: string): void => {
    if (seen.has(key)) return;
    if (seen.size < users) seen.add(key);
    else seenAtLeast = true;
  };
  const reach = (firstAt: string, lastAt: string): void => {
    span = {
      firstAt: span === undefined || firstAt < span.firstAt ? firstAt : span.firstAt,
      lastAt: span === undefined || lastAt > span.lastAt ? lastAt : span.lastAt,
    };
  };
  const withhold = (attribute: AttributeName, connections: number, asking: readonly string[] | undefined): void => {
    const known = withheld.get(attribute) ?? { connections: 0, rules: asking ?? subjects.rulesAskingFor(attribute) };
    known.connections += connections;
    withheld.set(attribute, known);
  };
  const ruleOf = ({ rule, effect }: ReportRule) => {
    const known = rules.get(rule) ?? { of: { rule, effect }, applied: 0, changed: sums() };
    rules.set(rule, known);
    return known;
  };
  const endpointOf = ({ endpoint, name }: ObservedEndpoint) => {
    const of = { endpoint, ...(name !== undefined && { name }) };
    const known = endpoints.get(endpoint) ?? { of, changed: sums() };
    endpoints.set(endpoint, known);
    return known;
  };
  subjects.reportRules.forEach(ruleOf);
  subjects.observedEndpoints.forEach(endpointOf);
  const addTo = (to: DifferenceSums | undefined, difference: DifferenceGroup | undefined): void => {
    if (difference !== undefined) to?.add(difference);
  };

  const report = (): ReplayReport => ({
    connections: total.connections,
    ...span,
    users: { count: seen.size, ...(seenAtLeast && { atLeast: true }) },
    withoutUser: total.withoutUser,
    plainAdmissions: total.plainAdmissions,
    changed: changed.report(),
    toldOtherwise: total.toldOtherwise,
    answeredOtherwise: { refusedThen: total.refusedThen, admittedThen: total.admittedThen },
    notCompared: total.notCompared,
    reportRules: [...rules.values()].map((rule) => ({
      ...rule.of,
      applied: rule.applied,
      changed: rule.changed.report(),
    })),
    observedEndpoints: [...endpoints.values()].map((endpoint) => ({
      ...endpoint.of,
      changed: endpoint.changed.report(),
    })),
    withheld: [...withheld].map(([attribute, { connections, rules: asking }]) => ({
      attribute,
      connections,
      rules: asking,
    })),
  });

  return {
    add({ atMs, user, withheld: missing, plainlyAdmitted, difference, note, answeredOtherwise, reported, observed }) {
      total.connections += 1;
      const at = new Date(atMs).toISOString();
      reach(at, at);
      if (plainlyAdmitted) total.plainAdmissions += 1;
      if (user === undefined) total.withoutUser += 1;
      else see(userKey(user));
      for (const attribute of missing) withhold(attribute, 1, undefined);
      addTo(changed, difference);
      if (note === 'told-otherwise') total.toldOtherwise += 1;
      if (note === 'not-compared') total.notCompared += 1;
      if (answeredOtherwise === 'refused') total.refusedThen += 1;
      if (answeredOtherwise === 'admitted') total.admittedThen += 1;
      for (const { rule, difference: would } of reported) {
        const sum = rules.get(rule);
        if (sum !== undefined) sum.applied += 1;
        addTo(sum?.changed, would);
      }
      if (observed !== undefined) addTo(endpoints.get(observed.endpoint)?.changed, observed.difference);
    },
    addPart(part) {
      total.connections += part.connections;
      total.withoutUser += part.withoutUser;
      total.plainAdmissions += part.plainAdmissions;
      total.toldOtherwise += part.toldOtherwise;
      total.notCompared += part.notCompared;
      total.refusedThen += part.answeredOtherwise.refusedThen;
      total.admittedThen += part.answeredOtherwise.admittedThen;
      if (part.firstAt !== undefined && part.lastAt !== undefined) reach(part.firstAt, part.lastAt);
      if (part.users.atLeast) seenAtLeast = true;
      for (const key of part.seen) see(key);
      for (const { attribute, connections, rules: asking } of part.withheld) withhold(attribute, connections, asking);
      changed.addAll(part.changed);
      for (const summary of part.reportRules) {
        const sum = ruleOf(summary);
        sum.applied += summary.applied;
        sum.changed.addAll(summary.changed);
      }
      for (const summary of part.observedEndpoints) endpointOf(summary).changed.addAll(summary.changed);
    },
    groups: () => groups - budget.groups,
    report,
    part: () => ({ ...report(), seen: [...seen] }),
  };
}
