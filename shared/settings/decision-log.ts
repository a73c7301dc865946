/** Where decisions are kept, and what pseudonyms are made with. */
import { RULES_TABLE } from './rules-table.ts';
import type { Setting } from './setting.ts';

export const DECISIONS_TABLE: Setting<string | undefined> = { ...RULES_TABLE, variable: 'DECISIONS_TABLE' };

export const PSEUDONYM_KEY: Setting<string | undefined> = {
  variable: 'PSEUDONYM_KEY',
  fallback: undefined,
  accepted: 'a secret of 32 characters or more',
  parse: (value) => (value.length >= 32 ? value : undefined),
  secret: true,
};
