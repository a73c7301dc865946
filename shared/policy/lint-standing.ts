/** Warnings about `standing` and `grace` where no connection that stands would ever be ended by the rule. */
import type { PolicyDocument } from '../engine/index.ts';
import type { FoundWarning } from './lint.ts';
import { rulesOf } from './policy-walk.ts';

export function standingWarnings(document: PolicyDocument): FoundWarning[] {
  const admitsByDefault = [document, ...Object.values(document.endpoints ?? {})].every(
    ({ defaultEffect = document.defaultEffect }) => defaultEffect === 'allow',
  );
  return rulesOf(document).flatMap(({ rule, path }) => {
    if (rule.effect === 'exempt' || rule.enabled === false) return [];
    const reason = noneEnded(rule, admitsByDefault);
    const keys = (['standing', 'grace'] as const).filter((key) => rule[key] !== undefined);
    if (reason === undefined) return [];
    return keys.map((key): FoundWarning => {
      return { path: [...path, key], code: 'no-effect', message: `${key} has no effect: ${reason}` };
    });
  });
}

function noneEnded(
  { effect, mode }: { effect: 'deny' | 'allow'; mode?: string | undefined },
  admitsByDefault: boolean,
) {
  if (mode === 'report') return 'a rule in report mode refuses and admits nobody';
  // Then nobody is refused because a rule admits no more.
  return effect === 'allow' && admitsByDefault ? 'where no rule decides, the default admits' : undefined;
}
