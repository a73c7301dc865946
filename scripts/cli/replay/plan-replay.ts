/** Replay beside a plan: whom what would come of it would have refused or let in. */
import type { Command } from 'commander';
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import type { ReplayReport } from '../../../shared/replay/index.ts';
import { addDecisionsTableOption, type DecisionAccessOptions, openDecisions } from '../access/decision-options.ts';
import { CommandError } from '../exit-code.ts';
import type { Surroundings } from '../surroundings.ts';
import type { CallerClock } from '../time/caller-zone.ts';
import { readPastMoment } from '../time/past-moment.ts';
import { addNewlyRefusedLimit, type NewlyRefusedLimit, overLimit } from './newly-refused-limit.ts';

export interface PlanReplayOptions extends DecisionAccessOptions {
  readonly replay?: string;
  readonly maxNewlyRefused?: NewlyRefusedLimit;
}

export interface PlannedReplay {
  readonly report: ReplayReport;
  /** How long a time was replayed. */
  readonly spanMs: number;
  /** Why `--max-newly-refused` stops it, in words. */
  readonly stopped: string | undefined;
}

export interface PlanReplay {
  /** Undefined where none is wanted. */
  readonly replay: ((after: PolicyDocument) => Promise<PlannedReplay>) | undefined;
  close(): void;
}

/** `--replay`, `--max-newly-refused`, `--decisions-table`. */
export function addPlanReplayOptions(command: Command): Command {
  command.option(
    '--replay <time>',
    'whom it would have refused or let in, by the connections on record since then: 14d (ago), 2026-11-10',
  );
  addNewlyRefusedLimit(command, 'with --replay: stop where it would newly refuse more');
  return addDecisionsTableOption(command);
}

/** Throws a CommandError where the options do not go together. */
export async function openPlanReplay(
  options: PlanReplayOptions,
  clock: CallerClock,
  surroundings: Surroundings,
): Promise<PlanReplay> {
  const { replay, maxNewlyRefused, decisionsTable } = options;
  if (replay === undefined) {
    const given = maxNewlyRefused ? '--max-newly-refused' : decisionsTable === undefined ? '' : '--decisions-table';
    if (given !== '') throw new CommandError(`${given} needs --replay, such as --replay 14d`);
    return { replay: undefined, close: () => {} };
  }
  const sinceMs = readPastMoment(replay, clock, '--replay');
  const access = await openDecisions(options, surroundings);
  const spanMs = clock.nowMs - sinceMs;
  return {
    replay: async (policy) => {
      const { report } = await access.replay({ sinceMs, untilMs: clock.nowMs, draft: { policy } });
      return { report, spanMs, stopped: maxNewlyRefused && overLimit(report, maxNewlyRefused, spanMs) };
    },
    close: () => access.close(),
  };
}
