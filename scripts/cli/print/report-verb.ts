/** What a verb has done, as lines for people. */
import { type DenyRule, parseGraceMs, parseInstantMs } from '../../../shared/engine/index.ts';
import { describeRule } from '../../../shared/policy/index.ts';
import type { CallerClock } from '../time/caller-zone.ts';
import { echoedMoment, spanText } from '../time/moment-text.ts';
import { storedMoment } from '../time/read-moment.ts';
import type { DoneRule } from '../verbs/lasting-plan.ts';

/** `block-batchi (added): refuse batchi, everywhere, until 2026-11-24 12:00 (Asia/Tokyo, UTC+09:00), in 2 h`. */
export function doneLine({ deed, rule }: Pick<DoneRule, 'deed' | 'rule'>, clock: CallerClock): string {
  const said = describeRule(rule, { printTime: (time) => echoedMoment(parseInstantMs(time), clock) });
  return `${rule.id} (${deed}): ${said}${rule.expiresAt === undefined ? ', without end' : ''}`;
}

/** What becomes of connections that stand when the rule comes to refuse them. */
export function standingLine({ standing = 'end', grace }: Pick<DenyRule, 'standing' | 'grace'>): string {
  const when = grace === undefined ? 'within a minute' : `after ${spanText(parseGraceMs(grace))}`;
  switch (standing) {
    case 'keep':
      return 'Connections that stand go on: new ones alone are refused (--disconnect ends those that stand, too).';
    case 'end':
      return `Connections that stand: the enforcer, where it is on, ends them ${when}; --disconnect ends them at once.`;
    case 'endAll':
      return `Connections that stand: the enforcer, where it is on, ends them ${when}, however many they are.`;
  }
}

/** An end for programs: as it is stored, null where there is none, and in which zone it was read. */
export function endData(endMs: number | undefined, { zone }: CallerClock): object {
  return { until: endMs === undefined ? null : storedMoment(endMs, zone), timezone: zone };
}
