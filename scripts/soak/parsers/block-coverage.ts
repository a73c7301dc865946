/**
 * Which blocks of code have run, and how often, as V8 itself counts them (node:inspector): no instrumentation, and the same
 * figures whatever the machine is busy with. To be started before the modules are loaded that are to be watched.
 */
import { type Profiler, Session } from 'node:inspector';

export interface BlockCoverage {
  /** What ran since the last call, in the modules that are watched. */
  take(): BlocksRun;
}

export interface BlocksRun {
  /** A block by its place: module and offsets. */
  readonly blocks: readonly string[];
  /** How often any block ran: what the work cost, in steps. What a regular expression or another built-in does is one. */
  readonly steps: number;
}

/** @param watches whether a module is watched, by its URL */
export function startBlockCoverage(watches: (url: string) => boolean): BlockCoverage {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  return {
    take() {
      const blocks: string[] = [];
      let steps = 0;
      for (const { url, scriptId, functions } of takeCoverage(session)) {
        if (!watches(url)) continue;
        for (const { ranges } of functions) {
          for (const { startOffset, endOffset, count } of ranges) {
            if (count === 0) continue;
            steps += count;
            blocks.push(`${scriptId}:${startOffset}-${endOffset}`);
          }
        }
      }
      return { blocks, steps };
    },
  };
}

function takeCoverage(session: Session): readonly Profiler.ScriptCoverage[] {
  let taken: readonly Profiler.ScriptCoverage[] = [];
  // Within one thread the answer is there when `post` returns.
  session.post('Profiler.takePreciseCoverage', (error, { result }) => {
    if (error !== null) throw error;
    taken = result;
  });
  return taken;
}
