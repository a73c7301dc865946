/** `maintenance --disconnect`: the rule says that the enforcer's passes end whom it refuses, so that one is all there is to ask for. */
import type { PassReport } from '../../../../shared/enforcement/index.ts';
import type { EnforcerAccess } from '../../access/enforcer-access.ts';
import { CommandError, EXIT } from '../../exit-code.ts';
import { endedCounts } from '../../print/ended-counts.ts';
import { heldText } from '../../print/report-ended.ts';
import type { Surroundings } from '../../surroundings.ts';
import { counted } from '../../terminal/output.ts';
import { OBSERVES } from '../connections/observe-note.ts';
import type { Afterwards } from './run-verb.ts';
import { againNotes, failureData, failureNotes, reportLines, unknownNotes } from './tell-ended.ts';

const BY_HAND = 'vpn-policy kick CONNECTION…';

/** Has the enforcer make a pass, once the rule is in force: never throws what the enforcer says no with. */
export async function endByPass(
  enforcer: EnforcerAccess,
  reason: string,
  surroundings: Pick<Surroundings, 'stdout' | 'env'>,
): Promise<Afterwards> {
  try {
    const { report } = await enforcer.pass({ reason });
    return tellPass(report, surroundings);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return {
      lines: [],
      notes: failureNotes(error, BY_HAND),
      data: { disconnect: failureData(error) },
      exitCode: EXIT.checkFailed,
    };
  }
}

/** Asks the enforcer how many stand, and whether it ends anybody by itself; ends nobody. */
export async function lookAhead(enforcer: EnforcerAccess, reason: string): Promise<Afterwards> {
  try {
    const { report } = await enforcer.pass({ dryRun: true, reason });
    const { mode, endpoints } = report;
    const active = endpoints.reduce((sum, endpoint) => sum + endpoint.active, 0);
    return {
      lines: [`Now ${counted(active, 'connection stands', 'connections stand')}.`],
      notes: mode === 'observe' ? [`warning: ${OBSERVES}`] : [],
      data: { disconnect: { mode, active } },
      exitCode: EXIT.ok,
    };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return {
      lines: [],
      notes: [`warning: whether the enforcer will end anybody is not known: ${error.message}`],
      data: { disconnect: failureData(error) },
      exitCode: EXIT.checkFailed,
    };
  }
}

function tellPass(report: PassReport, surroundings: Pick<Surroundings, 'stdout' | 'env'>): Afterwards {
  const told = { lines: reportLines(report, surroundings), data: { disconnect: report } };
  const { left, failed, unnamed, 'would-end': wouldEnd } = endedCounts(report);
  if (report.mode === 'observe') {
    const nobody = wouldEnd === 0 ? [] : [`nobody was ended: ${BY_HAND} ends those that are named`];
    return { ...told, notes: [`warning: ${OBSERVES}`, ...nobody], exitCode: EXIT.ok };
  }
  // Not the maintenance's: of that none are held.
  const held = report.endpoints.filter((endpoint) => endpoint.held).map(heldText);
  const others = left + failed + (held.length === 0 ? unnamed : 0);
  return {
    ...told,
    notes: [
      ...againNotes(report),
      ...(others === 0 ? [] : [`the enforcer's next passes end the other ${others.toLocaleString('en-US')}`]),
      ...(held.length === 0
        ? []
        : [
            `what other rules refuse is held at ${held.join('; ')}: vpn-policy enforce shows it, and how to confirm it`,
          ]),
      ...unknownNotes(report),
    ],
    // That there was no time for all of them is no fault.
    exitCode: failed + unnamed === 0 ? EXIT.ok : EXIT.checkFailed,
  };
}
