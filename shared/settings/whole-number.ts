/** Settings that are whole numbers. */
import type { Setting } from './setting.ts';

/** What a setting takes that is a whole number within bounds; the text says them. */
export function wholeNumber(
  of: string,
  least: number,
  most: number,
  note = '',
): Pick<Setting<number>, 'accepted' | 'parse'> {
  return {
    accepted: `a whole number of ${of} from ${least} to ${most}${note}`,
    parse(value) {
      // Digits only: `Number` would take "1e3", "0x10" and " 10 " too.
      if (!/^(0|[1-9][0-9]{0,8})$/.test(value)) return undefined;
      const number = Number(value);
      return number >= least && number <= most ? number : undefined;
    },
  };
}
