/**
 * Judges what concurrent writers and readers saw. The policy is one register that each write reads and changes: its revisions are the
 * one order that there can be, so that it is linearizable where this order agrees with who had an answer before who asked.
 */

/** What the policy held: of each writer the last write that took effect. */
export type State = Readonly<Record<string, string>>;

export interface RevisionSeen {
  readonly number: number;
  readonly state: State;
}

/** From when it was asked until the answer came, in milliseconds of one clock. */
interface Interval {
  readonly client: string;
  readonly begunAt: number;
  readonly endedAt: number;
}

export interface WriteSeen extends Interval {
  /** What it puts in its writer's place; never the same twice. */
  readonly id: string;
  readonly outcome:
    | { readonly was: 'acknowledged'; readonly revision: number }
    | /** The writer was told that nothing was written. */ { readonly was: 'refused' }
    | { readonly was: 'unknown' };
}

/** A strongly consistent read. */
export interface ReadSeen extends Interval {
  readonly revision: number;
  readonly state: State;
}

/** A read by the cache of a handler. */
export interface CachedReadSeen extends ReadSeen {
  /** The cache said that it could not ask. */
  readonly stale: boolean;
}

export interface History {
  /** Of the whole table, read when all was over; the first is from before. */
  readonly revisions: readonly RevisionSeen[];
  readonly writes: readonly WriteSeen[];
  readonly reads: readonly ReadSeen[];
  readonly cachedReads: readonly CachedReadSeen[];
  /** By how long a cached read that is not stale may be behind: the TTL and what a check may take. */
  readonly freshMs: number;
  /** By how long any may be. */
  readonly staleMs: number;
}

export interface Judgement {
  readonly lostUpdates: number;
  readonly staleBeyondBound: number;
  /** By how long a cached read that was not marked as stale was behind, at most. */
  readonly worstBehindMs: number;
  /** All that is wrong, those two included. */
  readonly failures: readonly string[];
}

export function judge(history: History): Judgement {
  const { revisions, writes } = history;
  const failures: string[] = [];
  failures.push(...numberFaults(revisions));
  const effects = effectsOf(revisions, failures);
  const lost = writes.filter(
    ({ id, outcome }) => outcome.was === 'acknowledged' && effects.get(id)?.[0] !== outcome.revision,
  );
  failures.push(...lost.map(({ id }) => `${id} was acknowledged and is not in the history as that revision`));
  failures.push(...effectFaults(writes, effects));
  failures.push(...orderFaults(history, effects));
  const cached = judgeCached(history, effects);
  failures.push(...stateFaults(history), ...cached.failures);
  return {
    lostUpdates: lost.length,
    staleBeyondBound: cached.staleBeyondBound,
    worstBehindMs: cached.worstBehindMs,
    failures,
  };
}

/** By the id of a write: the revisions that brought it in. */
type Effects = ReadonlyMap<string, readonly number[]>;

function numberFaults(revisions: readonly RevisionSeen[]): string[] {
  return revisions.flatMap(({ number }, place) =>
    number === place + 1 ? [] : [`the revision at place ${place + 1} is ${number}`],
  );
}

/** Each revision is the one before it with one write more. */
function effectsOf(revisions: readonly RevisionSeen[], failures: string[]): Effects {
  const effects = new Map<string, number[]>();
  for (const [place, { number, state }] of revisions.entries()) {
    const before = revisions[place - 1]?.state;
    if (before === undefined) continue;
    const writers = new Set([...Object.keys(before), ...Object.keys(state)]);
    const changed = [...writers].filter((writer) => before[writer] !== state[writer]);
    if (changed.length !== 1) failures.push(`revision ${number} changes the places of ${changed.length} writers`);
    for (const writer of changed) {
      const id = state[writer];
      if (id === undefined) failures.push(`revision ${number} takes out what ${writer} wrote`);
      else effects.set(id, [...(effects.get(id) ?? []), number]);
    }
  }
  return effects;
}

function effectFaults(writes: readonly WriteSeen[], effects: Effects): string[] {
  const byId = new Map(writes.map((write) => [write.id, write]));
  return [...effects].flatMap(([id, numbers]) => {
    const was = byId.get(id)?.outcome.was;
    const faults = numbers.length > 1 ? [`${id} took effect ${numbers.length} times`] : [];
    if (was === undefined) faults.push(`${id} is in the history and nobody wrote it`);
    if (was === 'refused') faults.push(`${id} was refused and took effect as revision ${numbers[0]}`);
    return faults;
  });
}

/** Who had an answer before another one asked is before it: writes and strongly consistent reads. */
function orderFaults({ writes, reads }: History, effects: Effects): string[] {
  const known = writes.flatMap(({ id, client, begunAt, endedAt, outcome }) => {
    const revision = effects.get(id)?.[0];
    if (revision === undefined) return [];
    // Of a write with an unknown outcome nobody knows when it was over.
    const until = outcome.was === 'acknowledged' ? endedAt : Number.POSITIVE_INFINITY;
    return [{ what: `the write ${id}`, isWrite: true, client, begunAt, endedAt: until, revision }];
  });
  const seen = reads.map(({ client, begunAt, endedAt, revision }) => ({
    what: `a read of ${client}`,
    isWrite: false,
    client,
    begunAt,
    endedAt,
    revision,
  }));
  const begun = [...known, ...seen].sort((a, b) => a.begunAt - b.begunAt);
  const ended = [...begun].sort((a, b) => a.endedAt - b.endedAt);
  const faults: string[] = [];
  let next = 0;
  let newest = 0;
  for (const operation of begun) {
    for (; (ended[next]?.endedAt ?? Number.POSITIVE_INFINITY) < operation.begunAt; next++) {
      newest = Math.max(newest, ended[next]?.revision ?? 0);
    }
    const { what, isWrite, revision } = operation;
    if (isWrite ? revision <= newest : revision < newest) {
      faults.push(`${what} is of revision ${revision}; ${newest} had been seen before it began`);
    }
  }
  return [...faults, ...tooEarly(reads, writes, effects, 'a read')];
}

/** Nobody sees a revision before its writer asked for it. */
function tooEarly(reads: readonly ReadSeen[], writes: readonly WriteSeen[], effects: Effects, what: string): string[] {
  const begun = new Map(
    writes.flatMap(({ id, begunAt }) => (effects.get(id) ?? []).map((number) => [number, begunAt])),
  );
  return reads
    .filter(({ revision, endedAt }) => (begun.get(revision) ?? Number.NEGATIVE_INFINITY) > endedAt)
    .map(({ client, revision }) => `${what} of ${client} saw revision ${revision} before it was written`);
}

/** What was read under a number is what that revision holds, whole. */
function stateFaults({ revisions, reads, cachedReads }: History): string[] {
  const states = new Map(revisions.map(({ number, state }) => [number, textOf(state)]));
  return [...reads, ...cachedReads]
    .filter(({ revision, state }) => states.get(revision) !== textOf(state))
    .map(({ client, revision }) => `${client} read something else than revision ${revision} holds`);
}

function textOf(state: State): string {
  return JSON.stringify(Object.entries(state).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function judgeCached({ writes, cachedReads, freshMs, staleMs }: History, effects: Effects) {
  const failures = tooEarly(cachedReads, writes, effects, 'a cached read');
  const acknowledged = writes.flatMap(({ endedAt, outcome }) =>
    outcome.was === 'acknowledged' ? [{ endedAt, revision: outcome.revision }] : [],
  );
  const endOf = supersededAt(acknowledged);
  let staleBeyondBound = 0;
  let worstBehindMs = 0;
  const last = new Map<string, number>();
  for (const { client, begunAt, revision, stale } of [...cachedReads].sort((a, b) => a.begunAt - b.begunAt)) {
    const behindMs = begunAt - endOf(revision);
    if (!stale) worstBehindMs = Math.max(worstBehindMs, behindMs);
    if (behindMs > (stale ? staleMs : freshMs)) {
      staleBeyondBound++;
      failures.push(
        `${client} read revision ${revision} ${Math.round(behindMs)} ms after a newer one was acknowledged`,
      );
    }
    const before = last.get(client) ?? 0;
    if (revision < before) failures.push(`${client} read revision ${revision} after ${before}`);
    last.set(client, revision);
  }
  return { failures, staleBeyondBound, worstBehindMs };
}

/** When it was certain that a revision was no longer the newest: the first acknowledgement of a later one. */
function supersededAt(
  acknowledged: readonly { readonly endedAt: number; readonly revision: number }[],
): (revision: number) => number {
  const byRevision = [...acknowledged].sort((a, b) => b.revision - a.revision);
  const firsts: { readonly revision: number; readonly at: number }[] = [];
  let at = Number.POSITIVE_INFINITY;
  for (const { revision, endedAt } of byRevision) {
    at = Math.min(at, endedAt);
    firsts.push({ revision, at });
  }
  // The latest first; of those after a revision the last one has the earliest end of them all.
  return (revision) => {
    let [low, high] = [0, firsts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((firsts[middle]?.revision ?? 0) > revision) low = middle + 1;
      else high = middle;
    }
    return firsts[low - 1]?.at ?? Number.POSITIVE_INFINITY;
  };
}
