/** Reading decisions: what the admin API and the command line ask, whatever is behind it. */
import type { DecisionOutcome, DecisionRecord } from './record.ts';

/** All that is given must hold. */
export interface DecisionFilter {
  /**
   * A user name, a common name where the event had no user name, or a pseudonym; whole (`DOMAIN\x` and `x@y` are not `x`),
   * folded as refusing conditions fold.
   */
  readonly user?: string | undefined;
  /**
   * The id of a rule that refused, ended or, in report mode, applied. Not found is what it admitted, and a rule beyond the
   * first eight of one decision.
   */
  readonly rule?: string | undefined;
  readonly outcome?: DecisionOutcome | undefined;
  /** The endpoint's id, or its name at the time. */
  readonly endpoint?: string | undefined;
}

export interface DecisionQuery extends DecisionFilter {
  /** From then on, in milliseconds since the epoch. Default: with `user` all that is kept, else seven days before `untilMs`. */
  readonly sinceMs?: number | undefined;
  /** Before then. Default: now, when the first page is asked. */
  readonly untilMs?: number | undefined;
  /** At most so many on a page, 1 to 1000. Default 100. */
  readonly limit?: number | undefined;
  /** From the page before, with the same query but for `limit`. */
  readonly cursor?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface DecisionPage {
  /** Newest first. May be fewer than asked, or none, while there is a cursor: the work for one page is bounded. */
  readonly decisions: readonly DecisionRecord[];
  /** Absent on the last page. */
  readonly cursor?: string;
  /** How far back this page has looked, in milliseconds since the epoch. */
  readonly reachedMs: number;
}

export interface DecisionWalk extends DecisionFilter {
  /** From then on, in milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Before then. */
  readonly untilMs: number;
  /** Goes on after this decision (`placeOf`), of a walk with the same filter. */
  readonly after?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Decisions whose time is over are not among what is read. Every method rejects with a StoreError
 * (`store-unreachable`, `store-refused`) where the table cannot be read.
 */
export interface DecisionSource {
  /**
   * @param id the connection's id, or a record's `id`
   * @throws StoreCorruptError where what stands there cannot be read
   */
  get(id: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<DecisionRecord | undefined>;

  /**
   * The records of many ids at once, by their ids: a hundred at a time, a few times in parallel. Eventually consistent, so that
   * what was written within the last second may be missing. What cannot be read is passed over.
   */
  getMany(
    ids: readonly string[],
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<ReadonlyMap<string, DecisionRecord>>;

  /** @throws DecisionCursorError where the cursor is not one that this query has answered */
  list(query: DecisionQuery): Promise<DecisionPage>;

  /** All decisions in order of time, read ahead in parallel and in bounded memory. */
  walk(walk: DecisionWalk): AsyncIterable<DecisionRecord>;
}

/** A cursor that the query has not answered. */
export class DecisionCursorError extends Error {
  override readonly name = 'DecisionCursorError';
  readonly code = 'bad-cursor';
}
