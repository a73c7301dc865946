/** The handler's settings, read strictly from environment variables. */
import {
  type Environment,
  RULES_TABLE,
  type Setting,
  type SettingError,
  settingReader,
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
}

/**
 * Reads the settings. Never throws: a wrong value gives the safe default and an entry in `errors`. A variable that is
 * empty counts as not set.
 */
export function readSettings(environment: Environment): { settings: Settings; errors: readonly SettingError[] } {
  const { read, errors } = settingReader(environment);
  const settings: Settings = {
    rulesTable: read(RULES_TABLE),
    policyTtlMs: 1_000 * read(POLICY_TTL_SECONDS),
    maxStaleMs: 1_000 * read(MAX_STALE_SECONDS),
    onPolicyUnavailable: read(ON_POLICY_UNAVAILABLE),
  };
  return { settings, errors };
}

const POLICY_TTL_SECONDS: Setting<number> = {
  variable: 'POLICY_TTL_SECONDS',
  fallback: 10,
  accepted: 'a whole number of seconds from 1 to 3600',
  parse: (value) => wholeNumber(value, 1, 3_600),
};

const MAX_STALE_SECONDS: Setting<number> = {
  variable: 'MAX_STALE_SECONDS',
  fallback: 3_600,
  accepted: 'a whole number of seconds from 0 to 604800 (a week)',
  parse: (value) => wholeNumber(value, 0, 604_800),
};

const ON_POLICY_UNAVAILABLE: Setting<'allow' | 'deny'> = {
  variable: 'ON_POLICY_UNAVAILABLE',
  fallback: 'deny',
  accepted: '"deny" or "allow"',
  parse: (value) => (value === 'deny' || value === 'allow' ? value : undefined),
};

/** Digits only: `Number` would take "1e3", "0x10" and " 10 " too. */
function wholeNumber(value: string, least: number, most: number): number | undefined {
  if (!/^(0|[1-9][0-9]{0,8})$/.test(value)) return undefined;
  const number = Number(value);
  return number >= least && number <= most ? number : undefined;
}
