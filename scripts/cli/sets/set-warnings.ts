/** Which warnings of a policy a change of a set may have brought. */
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import { readablePath } from '../../../shared/policy/index.ts';
import type { Warning, Written } from '../access/policy-access.ts';
import { setUses } from './set-uses.ts';

/** Those about the set, and those about rules and limits that refer to it and can no longer apply. */
export function setWarnings(written: Written, name: string, document: PolicyDocument): readonly Warning[] {
  if (!('warnings' in written)) return [];
  const users = new Set(setUses(document).get(name));
  const places = (['rules', 'limits'] as const).flatMap((part) =>
    (document[part] ?? []).flatMap(({ id }, index) => (users.has(id) ? [readablePath([part, index])] : [])),
  );
  const set = readablePath(['sets', name]);
  return written.warnings.filter(
    ({ where, code }) => isIn(set, where) || (code === 'never-applies' && places.some((place) => isIn(place, where))),
  );
}

function isIn(item: string, place: string): boolean {
  return place.startsWith(item) && /^$|^[.[]/.test(place.slice(item.length));
}
