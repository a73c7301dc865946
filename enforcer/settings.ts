/** The enforcer's settings, read strictly from environment variables. */
import { DECISION_RETENTION_DAYS, type NameKeeping, readNameKeeping } from '../shared/decision-log/index.ts';
import type { EnforcerMode } from '../shared/enforcement/index.ts';
import { ENDPOINT_ID } from '../shared/engine/index.ts';
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
import { DESCRIBE_PER_SECOND, type Ec2Rates, TERMINATE_PER_SECOND } from './ec2/index.ts';

export interface Settings {
  readonly rulesTable: string | undefined;
  readonly decisionsTable: string | undefined;
  /** Where sessions are counted for limits; without it no limit is known at the door. */
  readonly sessionsTable: string | undefined;
  /** How long a record is kept. Default 90. */
  readonly decisionRetentionDays: number;
  /** How names are kept and logged. */
  readonly names: NameKeeping;
  /** The Client VPN endpoints whose connections it looks at. */
  readonly endpoints: readonly string[];
  /** Default `observe`: it ends nobody by itself. */
  readonly mode: EnforcerMode;
  /** How many of an endpoint's connections may be ended at once, in percent. Default 20. */
  readonly maxSharePercent: number;
  /** How fast EC2 is asked. */
  readonly rates: Required<Ec2Rates>;
}

/**
 * Reads the settings. Never throws: a wrong value gives the safe default and an entry in `errors`. A variable
 * that is empty counts as not set.
 */
export function readSettings(environment: Environment): { settings: Settings; errors: readonly SettingError[] } {
  const reader = settingReader(environment);
  const { read, errors } = reader;
  const { names, error } = readNameKeeping(reader);
  const settings: Settings = {
    rulesTable: read(RULES_TABLE),
    decisionsTable: read(DECISIONS_TABLE),
    sessionsTable: read(SESSIONS_TABLE),
    decisionRetentionDays: read(DECISION_RETENTION_DAYS),
    names,
    endpoints: read(ENFORCER_ENDPOINTS),
    mode: read(ENFORCER_MODE),
    maxSharePercent: read(ENFORCER_MAX_SHARE),
    rates: { describePerSecond: read(DESCRIBE_PER_SECOND), terminatePerSecond: read(TERMINATE_PER_SECOND) },
  };
  return { settings, errors: error === undefined ? errors : [...errors, error] };
}

const ENFORCER_ENDPOINTS: Setting<readonly string[]> = {
  variable: 'ENFORCER_ENDPOINTS',
  fallback: [],
  accepted: 'ids of Client VPN endpoints with commas between',
  parse(value) {
    const ids = value.split(',').map((id) => id.trim());
    return ids.every((id) => ENDPOINT_ID.test(id)) ? [...new Set(ids)] : undefined;
  },
};

const ENFORCER_MODE: Setting<EnforcerMode> = {
  variable: 'ENFORCER_MODE',
  fallback: 'observe',
  accepted: '"observe" or "enforce"',
  parse: (value) => (value === 'observe' || value === 'enforce' ? value : undefined),
};

const ENFORCER_MAX_SHARE: Setting<number> = {
  variable: 'ENFORCER_MAX_SHARE',
  fallback: 20,
  whenWrong: 0,
  ...wholeNumber('percent', 0, 100),
};
