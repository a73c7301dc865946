/** Moments at which a policy may change its mind: around the nights when clocks change, and at every time that it names. */
import fc from 'fast-check';
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import { moment, type Scene } from '../../../shared/engine/reference/arbitraries.ts';

/** Mostly near the scene's anchor, often to the millisecond on or beside an edge of the document's own. */
export function doorMoment(scene: Scene, document: PolicyDocument): fc.Arbitrary<number> {
  const named = namedMoments(document);
  if (named.length === 0) return moment(scene);
  const edge = fc
    .tuple(fc.constantFrom(...named), fc.constantFrom(0, 0, -1, 1, -1_000, 999, 60_000))
    .map(([base, by]) => base + by);
  return fc.oneof({ weight: 3, arbitrary: moment(scene) }, { weight: 1, arbitrary: edge });
}

/** Every time with an offset in the document. */
function namedMoments(document: PolicyDocument): number[] {
  return [...JSON.stringify(document).matchAll(/"(\d{4}-\d\d-\d\dT[^"]+)"/g)]
    .map(([, text]) => Date.parse(text ?? ''))
    .filter((ms) => ms > 0);
}
