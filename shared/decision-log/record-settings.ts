/** Settings of those who put decisions on record: how long records are kept, and how much of people's names. */
import { PSEUDONYM_KEY, type Setting, type SettingError, type settingReader, wholeNumber } from '../settings/index.ts';
import { MAX_RETENTION_DAYS } from './decision-log.ts';
import { type NameKeeping, pseudonyms } from './names.ts';

export const DECISION_RETENTION_DAYS: Setting<number> = {
  variable: 'DECISION_RETENTION_DAYS',
  fallback: 90,
  ...wholeNumber('days', 1, MAX_RETENTION_DAYS),
};

/** A wrong value is no permission to keep names. */
const PSEUDONYMIZE: Setting<boolean> = {
  variable: 'PSEUDONYMIZE',
  fallback: false,
  whenWrong: true,
  accepted: '"true" or "false"',
  parse: (value) => (value === 'true' ? true : value === 'false' ? false : undefined),
};

/** How names are kept, and what is wrong where they are left out for want of a key. */
export function readNameKeeping({ read, errors }: ReturnType<typeof settingReader>): {
  readonly names: NameKeeping;
  readonly error?: SettingError;
} {
  if (!read(PSEUDONYMIZE)) return { names: { names: 'clear' } };
  const key = read(PSEUDONYM_KEY);
  if (key !== undefined) return { names: pseudonyms(key) };
  const isTold = errors.some(({ variable }) => variable === PSEUDONYM_KEY.variable);
  return { names: { names: 'left-out' }, ...(isTold ? {} : { error: NO_KEY }) };
}

const NO_KEY: SettingError = {
  variable: PSEUDONYM_KEY.variable,
  value: '',
  accepted: PSEUDONYM_KEY.accepted,
  used: 'none: names are left out',
};
