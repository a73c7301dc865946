/** What every route has at hand: the means of the API, and what is known of the request. */
import type { DecisionSource } from '../shared/decision-log/index.ts';
import type { Enforcer } from '../shared/enforcement/index.ts';
import type { PolicyStore } from '../shared/store/index.ts';
import type { Caller } from './access/caller.ts';
import type { Permissions } from './access/permissions.ts';
import type { PassAfterWrite } from './connections/pass-after-write.ts';
import type { PolicyReader } from './policies/policy-reader.ts';

/** What stands behind the routes. */
export interface Services {
  readonly store: PolicyStore;
  readonly reader: PolicyReader;
  /** Undefined where no decisions are kept. */
  readonly decisions: DecisionSource | undefined;
  /** Undefined where none is deployed. */
  readonly enforcer: Enforcer | undefined;
  /** Has the enforcer make a pass soon. */
  readonly passAfterWrite: PassAfterWrite;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Hono's types for this API. */
export interface AdminEnv {
  Bindings: RequestFacts;
  Variables: {
    caller: Caller;
    permissions: Permissions;
    /** For the request's log line and metrics; routes fill it in. */
    told: Told;
  };
}

/** What is known of a request beside itself, from whoever received it. */
export interface RequestFacts {
  /** `requestContext.authorizer` of the event. */
  readonly authorizer?: unknown;
  /** The path and the query as they came, before any URL was made of them. */
  readonly rawPath?: string;
  readonly rawQuery?: string;
  /** Names the request in logs. */
  readonly requestId?: string;
  /** How long an answer can still take, in milliseconds. */
  readonly remainingMs?: () => number;
}

export interface Told {
  revision?: number;
  reason?: string;
  written?: boolean;
  dryRun?: boolean;
  /** The checks that the caller asked to override. */
  confirm?: readonly string[];
  /** How many connections were ended. */
  ended?: number;
  /** Why the enforcer could not be asked for a pass. */
  passNotAsked?: unknown;
  problem?: string;
  error?: unknown;
}
