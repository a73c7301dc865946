/** The one error that the engine throws: a value of the policy language that it does not understand. */

/** Stable names of what can be wrong with a value; API, CLI and logs share them. */
export type PolicyValueCode =
  | 'invalid-address'
  | 'invalid-name'
  | 'invalid-version'
  | 'invalid-duration'
  | 'invalid-time'
  | 'invalid-time-of-day'
  | 'invalid-date'
  | 'invalid-timezone'
  | 'invalid-cron'
  | 'invalid-message'
  | 'invalid-window'
  | 'invalid-value'
  | 'unknown-key'
  | 'unknown-set'
  | 'wrong-set-kind'
  | 'unknown-endpoint'
  | 'unknown-rule'
  | 'unknown-language-version';

/** Thrown by the value parsers (`path` empty) and by `compile` (`path` leads to the value in the document). */
export class PolicyValueError extends Error {
  override readonly name = 'PolicyValueError';
  readonly code: PolicyValueCode;
  readonly path: readonly (string | number)[];

  constructor(code: PolicyValueCode, message: string, path: readonly (string | number)[] = []) {
    super(message);
    this.code = code;
    this.path = path;
  }
}

/** `value` as an error message shows it: quoted, on one line, at most 80 characters. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`;
}
