/** What differs between two policies, for people. */
import { type PolicyDocument, parseInstantMs } from '../../../shared/engine/index.ts';
import { changeLines, policyChanges } from '../../../shared/policy/index.ts';
import type { Paint } from '../terminal/output.ts';
import type { CallerClock } from '../time/caller-zone.ts';
import { shortMoment, zoneText } from '../time/moment-text.ts';
import { paintDiffLine } from './diff-lines.ts';

/** What each change is, in brief, times on the caller's clock, and at the end which clock that is, where one is told. */
export function differenceLines(
  before: PolicyDocument | undefined,
  after: PolicyDocument,
  clock: CallerClock,
  paint: Paint,
): string[] {
  let tellsTimes = false;
  const printTime = (time: string) => {
    tellsTimes = true;
    return shortMoment(parseInstantMs(time), clock);
  };
  const lines = policyChanges(before, after).flatMap((change) => changeLines(change, { printTime, brief: true }));
  const painted = lines.map((line) => paintDiffLine(line, paint));
  return tellsTimes ? [...painted, `Times: ${zoneText(clock.nowMs, clock.zone)}`] : painted;
}
