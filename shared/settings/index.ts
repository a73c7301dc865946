/** Settings from environment variables, read strictly: what the functions share. */

export { RULES_TABLE } from './rules-table.ts';
export { type Environment, type Setting, type SettingError, settingReader } from './setting.ts';
