/** Settings from environment variables, read strictly: what the functions share. */

export { DECISIONS_TABLE, PSEUDONYM_KEY } from './decision-log.ts';
export { RULES_TABLE } from './rules-table.ts';
export { type Environment, type Setting, type SettingError, settingReader } from './setting.ts';
