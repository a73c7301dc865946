/** The environment of a process that is tried: credentials that open nothing, so that whoever's account it is, it cannot be reached. */
import { devNull } from 'node:os';

export const NO_AWS_ACCOUNT = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
} as const;
