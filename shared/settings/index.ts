/** Settings from environment variables, read strictly: what the functions share. */

export { DECISIONS_TABLE, PSEUDONYM_KEY } from './decision-log.ts';
export { ENFORCER_FUNCTION } from './enforcer-function.ts';
export { RULES_TABLE } from './rules-table.ts';
export { SESSIONS_TABLE } from './sessions.ts';
export { type Environment, type Setting, type SettingError, settingReader } from './setting.ts';
export { wholeNumber } from './whole-number.ts';
