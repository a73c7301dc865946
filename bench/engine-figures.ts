/** What this project's engine takes at the sizes of its budgets: time to compile, memory, time and garbage of a decision. */
import { execFileSync } from 'node:child_process';
import { type Connection, compile, decide, type PolicyDocument } from '../shared/engine/index.ts';
import type { Contender } from './contenders/contender.ts';
import { type Entrant, type MeasureOptions, measureInTurn, processorNs, ratioOf, type Timing } from './measure.ts';
import { median } from './median.ts';
import { toConnection, toDocument, type Workload } from './plain-policy.ts';
import { wholeLanguage } from './whole-language.ts';
import { mixedWorkload, NOW_MS, setWorkload } from './workloads.ts';

export interface EngineFigures {
  /** Nanoseconds a decision, by the number of rules, beside 100,000 CIDRs. */
  readonly decisionNs: Readonly<Record<string, number>>;
  readonly manyRulesAgainst100: number;
  /** Two deny lists of 250,000 entries in all against two of 1,000, by the same connections. */
  readonly manyEntriesAgainst1000: number;
  /** Bytes of garbage a decision makes. */
  readonly bytesADecision: number;
  readonly compile: CompileFigures;
}

export interface CompileFigures {
  /** In a fresh process, as a handler compiles: medians, in milliseconds of processor time. */
  readonly coldMs: number;
  /** Of the last of several in one process. */
  readonly warmMs: number;
  /** What JSON.parse takes for the same document in the same process, of several times the median. */
  readonly parseMs: number;
  /** What the compiled policy keeps, in MB (1,000,000 bytes). */
  readonly keptMb: number;
}

const CIDRS = 100_000;

/** Rules of all kinds beside a set of 100,000 CIDRs. */
export function largePolicy(ruleCount: number): PolicyDocument {
  const [, addresses] = setWorkload(2 * CIDRS).rules;
  const rules = mixedWorkload(ruleCount).rules;
  return wholeLanguage(toDocument(addresses === undefined ? rules : [addresses, ...rules]));
}

export async function engineFigures(rounds: number, options: MeasureOptions): Promise<EngineFigures> {
  const [few, many] = [100, 10_000].map((count) => entrant(String(count), largePolicy(count), mixedWorkload(count)));
  const byRules = await measureInTurn([few, many] as readonly Entrant[], options);
  const lists = [1000, 250_000].map((count) => {
    const workload = setWorkload(count);
    return entrant(workload.name, toDocument(workload.rules), workload);
  });
  const byEntries = await measureInTurn(lists, options);
  return {
    decisionNs: Object.fromEntries([...byRules].map(([size, { ns }]) => [size, ns])),
    manyRulesAgainst100: lastAgainstFirst(byRules),
    manyEntriesAgainst1000: lastAgainstFirst(byEntries),
    bytesADecision: garbageOfOne(many as Entrant),
    compile: compileFigures(rounds),
  };
}

/** This project's engine with a policy, and the connections of a workload to decide. */
function entrant(name: string, document: PolicyDocument, { connections }: Workload): Entrant {
  const policy = compile(document);
  const contender: Contender<Connection> = {
    name,
    prepare: toConnection,
    decide: (connection) => decide(policy, connection, NOW_MS).allow,
  };
  return { contender: contender as Contender, connections }; // takes what its `prepare` makes
}

function lastAgainstFirst(timings: ReadonlyMap<string, Timing>): number {
  const [first, last] = timings.values();
  if (first === undefined || last === undefined) throw new RangeError('two are compared');
  return ratioOf(last, first);
}

/** Bytes allocated by a decision: the heap's growth over many short runs, without those in which it was cleared. */
function garbageOfOne({ contender, connections }: Entrant): number {
  const inputs = connections.map((connection) => contender.prepare(connection));
  const grown: number[] = [];
  const RUN = 1000;
  for (let run = 0; run < 1000; run++) {
    const before = process.memoryUsage().heapUsed;
    for (let index = 0; index < RUN; index++) {
      contender.decide(inputs[(run * RUN + index) % inputs.length]);
    }
    const growth = process.memoryUsage().heapUsed - before;
    if (growth >= 0) grown.push(growth / RUN);
  }
  return median(grown);
}

function compileFigures(rounds: number): CompileFigures {
  const runs = Array.from({ length: rounds }, (): CompileFigures => {
    const [script = ''] = process.argv.slice(1);
    return JSON.parse(execFileSync(process.execPath, ['--expose-gc', script, '--compile-once'], { encoding: 'utf8' }));
  });
  const medianOf = (key: keyof CompileFigures) => median(runs.map((run) => run[key]));
  return {
    coldMs: medianOf('coldMs'),
    warmMs: medianOf('warmMs'),
    parseMs: medianOf('parseMs'),
    keptMb: medianOf('keptMb'),
  };
}

/** Reading is quick, so that a collection in between would count much. */
const PARSES = 5;

/** For a process of its own: compiles the largest policy of the budgets for the first time, then again. */
export function compileOnce(): CompileFigures {
  const text = JSON.stringify(largePolicy(10_000));
  let document = timedMs(() => JSON.parse(text) as PolicyDocument);
  const parseMs = [document.ms];
  while (parseMs.length < PARSES) {
    document = timedMs(() => JSON.parse(text) as PolicyDocument);
    parseMs.push(document.ms);
  }
  const heldBytes = held();
  const first = timedMs(() => compile(document.result));
  const keptMb = (held() - heldBytes) / 1e6;
  let again = first;
  for (let round = 0; round < 3; round++) again = timedMs(() => compile(document.result));
  return { coldMs: first.ms, warmMs: again.ms, parseMs: median(parseMs), keptMb };
}

function timedMs<T>(work: () => T): { readonly result: T; readonly ms: number } {
  const startedNs = processorNs();
  const result = work();
  return { result, ms: (processorNs() - startedNs) / 1e6 };
}

/** Bytes in use, after a collection. */
function held(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
