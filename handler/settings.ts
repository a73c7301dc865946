/** The handler's settings, read strictly from environment variables. */
import { DECISION_RETENTION_DAYS, type NameKeeping, readNameKeeping } from '../shared/decision-log/index.ts';
import {
  DECISIONS_TABLE,
  type Environment,
  RULES_TABLE,
  SESSIONS_TABLE,
  type Setting,
  type SettingError,
  settingReader,
  wholeNumber,
} from '../shared/settings/index.ts';

export type { Environment, SettingError };

export interface Settings {
  /** The rules table's name or ARN; `undefined` when it is not set or no table can have that name. */
  readonly rulesTable: string | undefined;
  /** How long a policy is used before the store is asked again, in milliseconds. Default 10,000. */
  readonly policyTtlMs: number;
  /** How long the last good policy serves while the store fails, in milliseconds. Default 3,600,000. */
  readonly maxStaleMs: number;
  /** What to answer when the store cannot be reached and no policy is in hand. Default `deny`. */
  readonly onPolicyUnavailable: 'allow' | 'deny';
  /** The decisions table's name or ARN; without one no decision is put on record. */
  readonly decisionsTable: string | undefined;
  /** Which decisions are put on record; `refused` is everything but plain admissions. Default `all`. */
  readonly decisionLog: 'all' | 'refused' | 'off';
  /** What putting one on record may take, in milliseconds. Default 150. */
  readonly decisionLogTimeoutMs: number;
  /** How long a record is kept. Default 90. */
  readonly decisionRetentionDays: number;
  /** The sessions table's name or ARN; without one it is not known how many sessions a user has. */
  readonly sessionsTable: string | undefined;
  /** What counting a user's sessions may take, in milliseconds. Default 300. */
  readonly sessionsTimeoutMs: number;
  /** How names are kept and logged. Default as they are; left out where pseudonyms are wanted and there is no key for them. */
  readonly names: NameKeeping;
}

/**
 * Reads the settings. Never throws: a wrong value gives the safe default and an entry in `errors`. A variable that is
 * empty counts as not set.
 */
export function readSettings(environment: Environment): { settings: Settings; errors: readonly SettingError[] } {
  const reader = settingReader(environment);
  const { read, errors } = reader;
  const { names, error } = readNameKeeping(reader);
  const settings: Settings = {
    rulesTable: read(RULES_TABLE),
    policyTtlMs: 1_000 * read(POLICY_TTL_SECONDS),
    maxStaleMs: 1_000 * read(MAX_STALE_SECONDS),
    onPolicyUnavailable: read(ON_POLICY_UNAVAILABLE),
    decisionsTable: read(DECISIONS_TABLE),
    decisionLog: read(DECISION_LOG),
    decisionLogTimeoutMs: read(DECISION_LOG_TIMEOUT_MS),
    decisionRetentionDays: read(DECISION_RETENTION_DAYS),
    sessionsTable: read(SESSIONS_TABLE),
    sessionsTimeoutMs: read(SESSIONS_TIMEOUT_MS),
    names,
  };
  return { settings, errors: error === undefined ? errors : [...errors, error] };
}

const POLICY_TTL_SECONDS: Setting<number> = {
  variable: 'POLICY_TTL_SECONDS',
  fallback: 10,
  ...wholeNumber('seconds', 1, 3_600),
};

const MAX_STALE_SECONDS: Setting<number> = {
  variable: 'MAX_STALE_SECONDS',
  fallback: 3_600,
  ...wholeNumber('seconds', 0, 604_800, ' (a week)'),
};

const ON_POLICY_UNAVAILABLE: Setting<'allow' | 'deny'> = {
  variable: 'ON_POLICY_UNAVAILABLE',
  fallback: 'deny',
  accepted: '"deny" or "allow"',
  parse: (value) => (value === 'deny' || value === 'allow' ? value : undefined),
};

const DECISION_LOG: Setting<Settings['decisionLog']> = {
  variable: 'DECISION_LOG',
  fallback: 'all',
  accepted: '"all", "refused" or "off"',
  parse: (value) => (value === 'all' || value === 'refused' || value === 'off' ? value : undefined),
};

const DECISION_LOG_TIMEOUT_MS: Setting<number> = {
  variable: 'DECISION_LOG_TIMEOUT_MS',
  fallback: 150,
  ...wholeNumber('milliseconds', 10, 2_000),
};

const SESSIONS_TIMEOUT_MS: Setting<number> = {
  variable: 'SESSIONS_TIMEOUT_MS',
  fallback: 300,
  ...wholeNumber('milliseconds', 10, 2_000),
};
