/** Replays an exported connection log. */
import {
  createReplayer,
  type PastConnection,
  pastOfLogLine,
  type ReplayedPolicies,
  type ReplayReport,
} from '../../../shared/replay/index.ts';
import { CommandError } from '../exit-code.ts';
import { connectionsIn } from '../input/connections-file.ts';
import { nameOf } from '../input/text-lines.ts';
import type { Surroundings } from '../surroundings.ts';
import { counted, onOneLine } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';

export interface LogReplay {
  readonly file: string;
  readonly policies: ReplayedPolicies;
  /** Which connections of the log. */
  readonly isWanted: (past: PastConnection) => boolean;
}

export interface ReplayedLog {
  readonly report: ReplayReport;
  /** What there is to know about how the log was read, in words. */
  readonly notes: readonly string[];
}

/** Throws a CommandError that names the first line that is none of the connection log. */
export function replayLog({ file, policies, isWanted }: LogReplay, surroundings: Surroundings): Promise<ReplayedLog> {
  const name = onOneLine(nameOf(file));
  let [replayed, notAsked, withoutTime] = [0, 0, 0];
  return withProgress(
    surroundings,
    () => `Replaying ${name}: ${counted(replayed, 'connection')}`,
    async () => {
      const replayer = createReplayer(policies);
      for await (const record of connectionsIn(file, surroundings)) {
        if (record.kind === 'event') {
          throw new CommandError(
            `${name} has connect events in it, which tell no time; accepted: lines of the Client VPN connection log (plan --connections decides on events, at one moment)`,
          );
        }
        const past = record.kind === 'attempt' ? pastOfLogLine(record.line) : undefined;
        if (record.kind === 'not-asked') notAsked += 1;
        else if (past === undefined) withoutTime += 1;
        if (past === undefined || !isWanted(past)) continue;
        replayer.add(past);
        replayed += 1;
      }
      const notes = [
        notAsked > 0
          ? `${counted(notAsked, 'line')} of the log passed over: the end of a connection, or an attempt that did not come to the handler`
          : '',
        withoutTime > 0
          ? `${counted(withoutTime, 'line')} of the log passed over: without a time that can be read`
          : '',
      ];
      return { report: replayer.report(), notes: notes.filter((note) => note !== '') };
    },
  );
}
