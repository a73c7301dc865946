/** SESSIONS_TABLE: where users' sessions are counted. */
import { RULES_TABLE } from './rules-table.ts';
import type { Setting } from './setting.ts';

export const SESSIONS_TABLE: Setting<string | undefined> = { ...RULES_TABLE, variable: 'SESSIONS_TABLE' };
