/** JSON Merge Patch (RFC 7396). */
import { sameData } from './diff.ts';
import { isObject } from './plain-data.ts';
import { MAX_DEPTH } from './read-document.ts';

/**
 * Applies `patch` to `target` as RFC 7396 says: objects merge key by key, null takes a key away, anything else replaces.
 * Neither is changed; what the patch does not touch stays the same object, and a patch that changes nothing gives back
 * `target` itself. Only own keys count, and every key is data: `__proto__` is a key like any other, for validation to refuse.
 * @param maxDepth most levels of objects in the patch. Default 32.
 * @throws RangeError for a patch that is deeper
 */
export function mergePatch(target: unknown, patch: unknown, maxDepth: number = MAX_DEPTH): unknown {
  if (!isObject(patch)) return sameData(target, patch) ? target : patch;
  if (maxDepth <= 0) throw new RangeError('the merge patch is nested too deeply');
  const members = new Map<string, unknown>(isObject(target) ? Object.entries(target) : []);
  let changed = !isObject(target);
  for (const [key, value] of Object.entries(patch)) {
    const before = members.get(key);
    if (value === undefined) continue;
    if (value === null) {
      changed = members.delete(key) || changed;
      continue;
    }
    const after = mergePatch(before, value, maxDepth - 1);
    if (after === before) continue;
    members.set(key, after);
    changed = true;
  }
  // `fromEntries` defines keys, so that `__proto__` does not become the prototype.
  return changed ? Object.fromEntries(members) : target;
}
