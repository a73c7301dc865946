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
  const boundaries = new Map<string, number[]>();
  return {
    take() {
      const blocks: string[] = [];
      let steps = 0;
      for (const { url, scriptId, functions } of takeCoverage(session)) {
        if (!watches(url)) continue;
        for (const { ranges } of functions) {
          const id = `${scriptId}:${ranges[0]?.startOffset}`;
          const known = mergedBoundaries(boundaries.get(id) ?? [], ranges);
          boundaries.set(id, known);
          for (const offset of offsetsRun(known, ranges)) blocks.push(`${id}:${offset}`);
          for (const { count } of ranges) steps += count;
        }
      }
      return { blocks, steps };
    },
  };
}

/**
 * Where blocks of the function begin or end. V8 leaves out a block that ran as often as the one around it, so that one report alone does not
 * show them all: a block is known from the first report in which it differed.
 */
function mergedBoundaries(known: number[], ranges: readonly Profiler.CoverageRange[]): number[] {
  const all = new Set(known);
  for (const { startOffset, endOffset } of ranges) all.add(startOffset).add(endOffset);
  return all.size === known.length ? known : [...all].sort((a, b) => a - b);
}

/** The boundaries after which something ran; the innermost of the nested ranges, which come outermost first, tells. */
function offsetsRun(offsets: readonly number[], ranges: readonly Profiler.CoverageRange[]): number[] {
  const run: number[] = [];
  const around: Profiler.CoverageRange[] = [];
  let next = 0;
  for (const offset of offsets) {
    for (let range = ranges[next]; range !== undefined && range.startOffset <= offset; range = ranges[++next]) {
      around.push(range);
    }
    while ((around.at(-1)?.endOffset ?? Number.POSITIVE_INFINITY) <= offset) around.pop();
    if ((around.at(-1)?.count ?? 0) > 0) run.push(offset);
  }
  return run;
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
