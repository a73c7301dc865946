/** Which rules and limits refer to a set. */
import { type PolicyDocument, setReference } from '../../../shared/engine/index.ts';
import { isObject } from '../../../shared/policy/index.ts';

/** The ids of the rules and limits that name each set in their `match` or `except`, in document order, rules first. */
export function setUses({ rules = [], limits = [] }: PolicyDocument): ReadonlyMap<string, readonly string[]> {
  const uses = new Map<string, string[]>();
  for (const { id, match, except } of [...rules, ...limits]) {
    for (const name of new Set([...setsIn(match), ...setsIn(except)])) {
      const users = uses.get(name);
      if (users === undefined) uses.set(name, [id]);
      else users.push(id);
    }
  }
  return uses;
}

function* setsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    const name = setReference(value);
    if (name !== undefined) yield name;
  } else if (Array.isArray(value)) {
    for (const item of value) yield* setsIn(item);
  } else if (isObject(value)) {
    yield* setsIn(Object.values(value));
  }
}
