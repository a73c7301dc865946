/**
 * The policy language as TypeScript: what `compile` takes. `shared/policy` checks documents against the same shape
 * with schemas (tsc proves that the two agree), so that the handler's bundle carries the types and no schema library.
 */

export interface PolicyDocument {
  readonly version: 1;
  /** What happens when no rule decides. */
  readonly defaultEffect: Effect;
  readonly defaultMessage?: string | undefined;
  /** Settings for each Client VPN endpoint, by endpoint id. */
  readonly endpoints?: Readonly<Record<string, EndpointSettings>> | undefined;
  /** Named lists; rules refer to them as `@name`. */
  readonly sets?: Readonly<Record<string, PolicySet>> | undefined;
  readonly rules?: readonly Rule[] | undefined;
  /** How many connections one user may have at a time. */
  readonly limits?: readonly Limit[] | undefined;
  readonly tests?: readonly PolicyTest[] | undefined;
}

export type Effect = 'allow' | 'deny';

export interface EndpointSettings {
  /** What rules may call this endpoint. */
  readonly name?: string | undefined;
  readonly defaultEffect?: Effect | undefined;
  readonly defaultMessage?: string | undefined;
  /** `observe`: every decision is made and logged, everybody is let in. Default `enforce`. */
  readonly mode?: 'enforce' | 'observe' | undefined;
}

export type SetKind = 'ip' | 'user' | 'commonName' | 'group' | 'date';

export interface PolicySet {
  readonly kind: SetKind;
  readonly description?: string | undefined;
  readonly entries: readonly SetEntry[];
}

/** A value alone, or with the moment from which it no longer counts. */
export type SetEntry = string | ExpiringEntry;

export interface ExpiringEntry {
  readonly value: string;
  readonly expiresAt?: string | undefined;
  readonly note?: string | undefined;
}

export type Rule = DenyRule | AllowRule | ExemptRule;

interface RuleBase {
  readonly id: string;
  readonly description?: string | undefined;
  readonly match: Match;
  readonly except?: Blocks | undefined;
  /** `report`: counted and logged, never enforced. Default `enforce`. */
  readonly mode?: 'enforce' | 'report' | undefined;
  /** Default true. */
  readonly enabled?: boolean | undefined;
  /** The rule counts from this moment (an RFC 3339 time with offset) … */
  readonly notBefore?: string | undefined;
  /** … and no longer from this one. */
  readonly expiresAt?: string | undefined;
}

export interface DenyRule extends RuleBase {
  readonly effect: 'deny';
  readonly message?: string | undefined;
  readonly postureStatuses?: readonly string[] | undefined;
  /** No exempt rule lifts it. */
  readonly final?: boolean | undefined;
  /**
   * What becomes of connections that stand when the rule comes to refuse them. `keep`: they go on, only new ones are refused.
   * `end` (the default): the enforcer ends them, unless they are too many at once. `endAll`: however many they are.
   */
  readonly standing?: 'keep' | 'end' | 'endAll' | undefined;
  /** Connections that stand are ended when the rule has refused them for so long: an ISO 8601 duration, at most 24 hours. Default: at once. */
  readonly grace?: string | undefined;
}

export interface AllowRule extends RuleBase {
  readonly effect: 'allow';
  readonly postureStatuses?: readonly string[] | undefined;
  /**
   * What becomes of connections that it admitted and that it, and every other allow rule, no longer admits. `keep`: they go on. `end`
   * (the default): the enforcer ends them, unless they are too many at once.
   */
  readonly standing?: 'keep' | 'end' | undefined;
  /** They are ended when nothing has admitted them for so long: an ISO 8601 duration, at most 24 hours. Default: at once. */
  readonly grace?: string | undefined;
}

export interface ExemptRule extends RuleBase {
  readonly effect: 'exempt';
  /** The deny rules that it lifts, by id; `*` is every deny rule that is not final. */
  readonly from: '*' | readonly string[];
}

/** How many connections one user may have at a time, of those to which it applies. */
export interface Limit {
  readonly id: string;
  readonly description?: string | undefined;
  /** Whose connections are counted: conditions that refuse, as in a deny rule. */
  readonly match: Match;
  readonly except?: Blocks | undefined;
  /** Default true. */
  readonly enabled?: boolean | undefined;
  /** 1 to 100. */
  readonly maxConnections: number;
  /**
   * `refuse` (the default): no new one is let in. `endOldest`: it is let in, and the enforcer ends the oldest ones that are too many.
   */
  readonly whenExceeded?: 'refuse' | 'endOldest' | undefined;
  /** For whom `refuse` refuses. */
  readonly message?: string | undefined;
}

/** Every connection, or those for which a block holds. */
export type Match = 'everyone' | Blocks;

/** Any block of a list suffices. */
export type Blocks = Block | readonly Block[];

/** All conditions of a block must hold; in a condition any entry suffices (`allGroups`: every entry). */
export interface Block {
  /** Endpoint ids, or the names given to them under `endpoints`. */
  readonly endpoints?: readonly string[] | undefined;
  readonly users?: readonly string[] | undefined;
  readonly commonNames?: readonly string[] | undefined;
  /** User name or common name, as `x`, `DOMAIN\x` or `x@anything`; only where the condition refuses. */
  readonly identities?: readonly string[] | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly allGroups?: readonly string[] | undefined;
  /** Addresses, CIDR blocks, ranges `a-b`, or sets of kind `ip`. */
  readonly sourceIps?: readonly string[] | undefined;
  readonly platforms?: readonly string[] | undefined;
  /** Comparisons: `<2.6.0`, or several that must all hold: `>=2.5.0 <2.6.0`. */
  readonly openvpnVersion?: string | readonly string[] | undefined;
  readonly awsClientVersion?: string | readonly string[] | undefined;
  readonly windows?: readonly Window[] | undefined;
  /** Holds when one of these attributes is missing, null or empty. */
  readonly missing?: readonly AttributeName[] | undefined;
}

/** The attributes of a connection that conditions speak of. */
export type AttributeName =
  | 'username'
  | 'commonName'
  | 'groups'
  | 'publicIp'
  | 'platform'
  | 'platformVersion'
  | 'openvpnVersion'
  | 'awsClientVersion';

/** A stretch of time, half-open: [start, end). */
export type Window = AbsoluteWindow | WeeklyWindow | DateWindow | CronWindow;

/** At least one end is given; both are RFC 3339 times with an offset. */
export interface AbsoluteWindow {
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

/** Read on the local wall clock; an `end` at or before `start` lies on the next day. */
export interface WeeklyWindow {
  readonly days: readonly Weekday[];
  readonly start: string;
  readonly end: string;
  readonly timezone: string;
}

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** As `WeeklyWindow`, on the given calendar days (`2026-12-29`, or `@name` for a set of kind `date`). */
export interface DateWindow {
  readonly dates: readonly string[];
  readonly start: string;
  readonly end: string;
  readonly timezone: string;
}

/** Starts where the five cron fields say, lasts an ISO 8601 duration of elapsed time. */
export interface CronWindow {
  readonly cron: string;
  readonly duration: string;
  readonly timezone: string;
}

/** A connection and what must come out; checked at every write. */
export interface PolicyTest {
  readonly name: string;
  /** A Client VPN connect request; fields that are left out are absent. */
  readonly connection: Readonly<Record<string, unknown>>;
  readonly at: string;
  readonly expect: TestExpectation;
}

export interface TestExpectation {
  readonly allow: boolean;
  /** The id of the first rule that made the decision; `default` when none did. */
  readonly rule?: string | undefined;
  readonly message?: string | undefined;
  readonly postureStatuses?: readonly string[] | undefined;
}
