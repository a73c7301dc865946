/** The admin API's settings, read strictly from environment variables. */
import {
  DECISIONS_TABLE,
  ENFORCER_FUNCTION,
  type Environment,
  PSEUDONYM_KEY,
  RULES_TABLE,
  type Setting,
  type SettingError,
  settingReader,
} from '../shared/settings/index.ts';

export interface AdminSettings {
  /** The rules table's name or ARN; `undefined` when it is not set or no table can have that name. */
  readonly rulesTable: string | undefined;
  /** The decisions table's name or ARN; `undefined` where no decisions are kept. */
  readonly decisionsTable: string | undefined;
  /** What pseudonyms in the decisions table were made with. */
  readonly pseudonymKey: string | undefined;
  /** The enforcer's name or ARN; `undefined` where none is deployed. */
  readonly enforcerFunction: string | undefined;
  /** Who may do what: JSON, read by `access/access-map.ts`. */
  readonly adminAccess: string | undefined;
  /** The web origin whose pages may use the API. */
  readonly corsOrigin: string | undefined;
  /** True in the local stack, which has no authorizer. */
  readonly localStack: boolean;
}

/** Reads the settings. Never throws: a wrong value gives the safe default and an entry in `errors`. */
export function readAdminSettings(environment: Environment): {
  settings: AdminSettings;
  errors: readonly SettingError[];
} {
  const { read, errors } = settingReader(environment);
  const settings = {
    rulesTable: read(RULES_TABLE),
    decisionsTable: read(DECISIONS_TABLE),
    pseudonymKey: read(PSEUDONYM_KEY),
    enforcerFunction: read(ENFORCER_FUNCTION),
    adminAccess: environment.ADMIN_ACCESS,
    corsOrigin: read(CORS_ORIGIN),
    localStack: read(localStackSetting(environment)),
  };
  return { settings, errors };
}

const CORS_ORIGIN: Setting<string | undefined> = {
  variable: 'CORS_ORIGIN',
  fallback: undefined,
  accepted: 'one origin, such as https://vpn-admin.example.com',
  parse: (value) => (isOrigin(value) ? value : undefined),
};

/** Without an authorizer everybody is let in: only where the table, too, is on this machine. */
function localStackSetting({ AWS_ENDPOINT_URL_DYNAMODB: endpoint = '' }: Environment): Setting<boolean> {
  const isLocal = /^http:\/\/(?:127\.0\.0\.1|localhost)(?::\d{1,5})?\/?$/.test(endpoint);
  return {
    variable: 'LOCAL_STACK',
    fallback: false,
    accepted: '"true" where AWS_ENDPOINT_URL_DYNAMODB is on 127.0.0.1, or "false"',
    parse: (value) => (value === 'false' ? false : value === 'true' && isLocal ? true : undefined),
  };
}

function isOrigin(value: string): boolean {
  return /^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?$/.test(value);
}
