/** What the enforcer has done, or has not, once a rule that refuses is there. */
import type { PassReport } from '../../../../shared/enforcement/index.ts';
import { EnforcerFailure } from '../../access/enforcer-access.ts';
import type { CommandError } from '../../exit-code.ts';
import { endedCounts } from '../../print/ended-counts.ts';
import { endedLines, sumLine } from '../../print/report-ended.ts';
import type { Surroundings } from '../../surroundings.ts';
import { counted } from '../../terminal/output.ts';

const NOBODY =
  'Nobody whom it refuses is connected any more at the endpoints that the enforcer of this Region watches.';

/** What became of each, and how many. */
export function reportLines(report: PassReport, surroundings: Pick<Surroundings, 'stdout' | 'env'>): readonly string[] {
  return [...endedLines(report, surroundings), sumLine(report) ?? NOBODY];
}

/** That who was ended may come again. */
export function againNotes(report: PassReport): readonly string[] {
  if (endedCounts(report).ended === 0) return [];
  const again =
    report.mode === 'enforce' ? "the enforcer's next pass ends that" : 'vpn-policy connections --would-refuse shows it';
  return [`until every handler has the rule (POLICY_TTL_SECONDS) they may get in once more: ${again}`];
}

/** That some cannot be judged. */
export function unknownNotes({ endpoints }: PassReport): readonly string[] {
  const unknown = endpoints.reduce((sum, endpoint) => sum + endpoint.unknown, 0);
  if (unknown === 0) return [];
  const go = unknown === 1 ? 'goes' : 'go';
  return [
    `${counted(unknown, 'connection')} whose decision is not on record ${go} on: vpn-policy connections shows them, vpn-policy kick ends them`,
  ];
}

/** @param byHand ends by hand what this did not: `vpn-policy kick --user batchi` */
export function failureNotes(error: CommandError, byHand: string): readonly string[] {
  return [
    `the rule is in force, but ${wasAnybody(error)}: ${error.message}`,
    `vpn-policy connections --would-refuse shows who is in; ${byHand} ends them`,
  ];
}

function wasAnybody(error: CommandError): string {
  // What does not answer may still have been at work.
  const isOpen = !(error instanceof EnforcerFailure) || error.code === 'unreachable' || error.code === 'internal';
  return isOpen ? 'whether connections were ended is not known' : 'nobody was ended';
}

/** The failure for programs. */
export function failureData(error: CommandError): object {
  const { code, report } = error instanceof EnforcerFailure ? error : { code: 'unreachable', report: undefined };
  return { problem: { code, message: error.message, ...(report && { report }) } };
}
