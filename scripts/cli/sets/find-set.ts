/** The sets of a policy by name, and what is said where there is none. */
import { type PolicyDocument, type PolicySet, shown } from '../../../shared/engine/index.ts';
import { suggester } from '../../../shared/policy/index.ts';
import { CommandError, EXIT } from '../exit-code.ts';

export function findSet({ sets = {} }: PolicyDocument, name: string): PolicySet | undefined {
  return Object.hasOwn(sets, name) ? sets[name] : undefined;
}

const MOST_TOLD = 20;

/** @param hint what else could be done, if anything */
export function noSuchSet(name: string, { sets = {} }: PolicyDocument, hint = ''): CommandError {
  const names = Object.keys(sets).sort();
  const more = names.length > MOST_TOLD ? ` and ${names.length - MOST_TOLD} more` : '';
  const have =
    names.length === 0 ? 'the policy has no sets' : `there are ${names.slice(0, MOST_TOLD).join(', ')}${more}`;
  return new CommandError(
    `there is no set ${shown(name)}${suggester()(name, names)}; ${have}${hint === '' ? '' : `; ${hint}`}`,
    EXIT.checkFailed,
  );
}
