/** What the enforcer is asked, and what it answers: JSON, as Lambda's invoke API carries it. */

/** Looks at every connection that stands, and ends those that the policy refuses now. What the schedule sends. */
export interface PassRequest {
  readonly task: 'pass';
  /** Judge and report, end nobody. Default false. */
  readonly dryRun?: boolean | undefined;
  /**
   * What an operator has confirmed: that all connections that this revision refuses are ended, however many they are. Where another
   * revision is in force by now, the request is refused.
   */
  readonly confirm?: { readonly revision: number } | undefined;
  /** Who asks; absent for the schedule and after a change of policy. */
  readonly by?: AskedBy | undefined;
}

/** Reads the connections that stand, judged. */
export interface ListRequest {
  readonly task: 'list';
  /** Only those of this user, as the decision log finds users (folded, whole). */
  readonly user?: string | undefined;
  /** Only those that the policy refuses now, those in grace included. Default false. */
  readonly wouldRefuse?: boolean | undefined;
  /** The id of a Client VPN endpoint, or its name in the policy. */
  readonly endpoint?: string | undefined;
}

/** Ends connections because an operator says so, whatever the policy and the mode say. One of `connections`, `user` and `refusedBy` is given. */
export interface TerminateRequest {
  readonly task: 'terminate';
  /** Ids of connections. */
  readonly connections?: readonly string[] | undefined;
  /** All connections of this user, as the decision log finds users. */
  readonly user?: string | undefined;
  /** All connections that one of these rules refuses now. Too many at once want `confirm`. */
  readonly refusedBy?: readonly string[] | undefined;
  /** That so many may be ended at once. Default false. */
  readonly confirm?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  readonly by: AskedBy;
}

export interface AskedBy {
  /** As revisions name their author. */
  readonly author: { readonly type: string; readonly id: string };
  readonly reason: string;
}

export type EnforcerRequest = PassRequest | ListRequest | TerminateRequest;

/** How long the enforcer may work before it answers with what is done, in milliseconds; in each request. Default: as long as Lambda lets it. */
export interface Within {
  readonly withinMs?: number | undefined;
}

/** One connection that stands. */
export interface StandingConnection {
  readonly id: string;
  /** The Client VPN endpoint's id. */
  readonly endpoint: string;
  /** Its name in the policy, where it has one. */
  readonly endpointName?: string;
  readonly username?: string;
  readonly commonName?: string;
  /** The address that the endpoint gave to the client. */
  readonly clientIp?: string;
  /** When it was established: ISO 8601, UTC. */
  readonly since: string;
  /** Of its connect event, where that is on record. */
  readonly publicIp?: string;
  readonly platform?: string;
  /** The decision that let it in; absent where none is on record. */
  readonly admitted?: {
    readonly at: string;
    readonly revision?: number;
    /** The rules that made the decision; empty where the default did. */
    readonly rules: readonly string[];
  };
  readonly standing: Judged;
}

/**
 * What the policy says of it now. `kept`: a new one would be refused, this one goes on by `rules`. `grace`: it ends at `endsAt`.
 * `refused`: it is to be ended. `unknown`: its event is not on record, so that nobody can say; it goes on.
 */
export interface Judged {
  readonly verdict: 'admitted' | 'kept' | 'grace' | 'refused' | 'unknown';
  /** The rules (`default` where none admits it) or limits that refuse it, or keep it. */
  readonly rules: readonly string[];
  /** ISO 8601, UTC; of `grace` only. */
  readonly endsAt?: string;
}

export interface ConnectionList {
  readonly at: string;
  /** The revision that judged. */
  readonly revision: number;
  readonly mode: EnforcerMode;
  readonly connections: readonly StandingConnection[];
}

export type EnforcerMode = 'observe' | 'enforce';

/** What has become of one connection that was to be ended. */
export interface EndedConnection {
  readonly id: string;
  readonly endpoint: string;
  readonly username?: string;
  readonly commonName?: string;
  /** The rules or limits that refuse it; empty where an operator ended it. */
  readonly rules: readonly string[];
  /**
   * `would-end`: it was only looked at (a dry run, or the enforcer observes). `gone`: it had ended by itself. `held`: too many at once, an
   * operator must confirm. `left`: no time was left, or it was not refused any more. `failed`: EC2 did not end it.
   */
  readonly outcome: 'ended' | 'would-end' | 'gone' | 'held' | 'left' | 'failed';
  /** Of `failed`: what EC2 said. */
  readonly error?: string;
}

export interface EndpointReport {
  readonly endpoint: string;
  readonly active: number;
  readonly unknown: number;
  readonly kept: number;
  readonly grace: number;
  /** Those to be ended. */
  readonly refused: number;
  readonly ended: number;
  /** How many may be ended at once here without an operator's word. */
  readonly cap: number;
  /** True where more than that were to be ended: none of them was. */
  readonly held: boolean;
}

/** What a pass, or a termination, has done. */
export interface PassReport {
  readonly at: string;
  /** 0 where connections were ended by name and no policy could be read. */
  readonly revision: number;
  readonly mode: EnforcerMode;
  readonly dryRun: boolean;
  readonly endpoints: readonly EndpointReport[];
  /** Those that were to be ended, the first 1000. */
  readonly connections: readonly EndedConnection[];
  /** How many they were, where `connections` does not hold all. */
  readonly connectionsCount?: number;
}

/** Why there is no answer of the kind that was asked for. Nobody was ended. */
export interface EnforcerProblem {
  readonly problem: {
    readonly code: EnforcerProblemCode;
    readonly message: string;
    /** Of `too-many`: what would be ended. */
    readonly report?: PassReport;
  };
}

/**
 * `bad-request`: not one of the above. `not-configured`: no endpoint or no table is named. `no-policy`: none is published, or it cannot be read
 * now. `ec2-unavailable`, `ec2-refused`: EC2 does not answer, or not this role. `no-record`: the decision log cannot be read. `moved`: the
 * revision that was confirmed is not in force any more. `too-many`: more than may be ended at once. `internal`: a fault, told in the log.
 */
export type EnforcerProblemCode =
  | 'bad-request'
  | 'not-configured'
  | 'no-policy'
  | 'ec2-unavailable'
  | 'ec2-refused'
  | 'no-record'
  | 'moved'
  | 'too-many'
  | 'internal';
