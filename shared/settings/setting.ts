/** One environment variable: how it is read, and what counts where it is wrong. */

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Setting<T> {
  readonly variable: string;
  /** Where the variable is not set or empty, and where it is wrong unless `whenWrong` says otherwise. */
  readonly fallback: T;
  readonly whenWrong?: T;
  readonly accepted: string;
  /** `undefined` for what is not accepted. */
  readonly parse: (value: string) => T | undefined;
  /** True for what no log may hold. Default false. */
  readonly secret?: boolean;
}

/** A variable that was set wrongly, and what counts instead. */
export interface SettingError {
  readonly variable: string;
  /** As it was set, cut to 100 characters; of a secret only that it was. */
  readonly value: string;
  readonly accepted: string;
  readonly used: string;
}

/** Reads settings one by one; what was wrong collects in `errors`. Never throws. */
export function settingReader(environment: Environment): {
  readonly read: <T>(setting: Setting<T>) => T;
  readonly errors: readonly SettingError[];
} {
  const errors: SettingError[] = [];
  return {
    errors,
    read: ({ variable, fallback, whenWrong = fallback, accepted, parse, secret = false }) => {
      const value = environment[variable];
      if (value === undefined || value === '') return fallback;
      const parsed = parse(value);
      if (parsed !== undefined) return parsed;
      const told = secret ? '(a secret)' : value.slice(0, 100);
      errors.push({ variable, value: told, accepted, used: String(whenWrong ?? 'none') });
      return whenWrong;
    },
  };
}
