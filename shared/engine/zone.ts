/**
 * Time zones: which offset holds when, and which moment a wall clock means. luxon knows the offset of a moment; what
 * lies between two changes of offset is kept, since one look-up costs microseconds.
 */
import { IANAZone } from 'luxon';
import { DAY_MS } from './duration.ts';
import { PolicyValueError, shown } from './errors.ts';

/** A stretch [fromMs, untilMs) in which one offset from UTC holds. */
export interface OffsetSpan {
  readonly fromMs: number;
  readonly untilMs: number;
  /** Wall clock minus UTC. */
  readonly offsetMs: number;
}

export interface Zone {
  readonly name: string;
  /** Wall clock minus UTC at that moment. */
  offsetMs(atMs: number): number;
  /** The stretch of one offset around a moment: up to where the offset changes, or at least `reachMs` (whole days) far. */
  span(atMs: number, reachMs: number): OffsetSpan;
  /**
   * The first moment at which the wall clock shows `wallMs`; where the clocks skip it, the moment at which they do
   * (both as SSM maintenance windows and cron daemons that know daylight saving).
   */
  firstMoment(wallMs: number): number;
}

/** Area and location. Node knows more (JST, CST, +09:00): abbreviations are ambiguous, and neither is in use everywhere. */
const ZONE_NAME = /^(?:UTC|[A-Za-z]+(?:\/[A-Za-z0-9_+-]+){1,2})$/;

/** The zone of an IANA name or `UTC`. Throws `invalid-timezone`. */
export function parseZone(name: string): Zone {
  if (!ZONE_NAME.test(name) || !IANAZone.isValidZone(name)) {
    throw new PolicyValueError(
      'invalid-timezone',
      `${shown(name)} is no time zone; accepted: UTC or an area and location of the IANA time zone database, such as Asia/Tokyo`,
    );
  }
  return new IanaZone(name);
}

class IanaZone implements Zone {
  readonly name: string;
  readonly #zone: IANAZone;
  #known: OffsetSpan = { fromMs: 0, untilMs: 0, offsetMs: 0 };
  /** Whether the offset is known to change at the ends of `#known`; else it ends there for want of looking further. */
  #changes = { before: false, after: false };

  constructor(name: string) {
    this.name = name;
    this.#zone = IANAZone.create(name);
  }

  offsetMs(atMs: number): number {
    if (atMs >= this.#known.fromMs && atMs < this.#known.untilMs) return this.#known.offsetMs;
    return Math.round(this.#zone.offset(atMs) * 60_000);
  }

  span(atMs: number, reachMs: number): OffsetSpan {
    const known = this.#known;
    const inside = atMs >= known.fromMs && atMs < known.untilMs;
    const reachesBack = this.#changes.before || atMs - reachMs >= known.fromMs;
    const reachesOn = this.#changes.after || atMs + reachMs <= known.untilMs;
    if (!(inside && reachesBack && reachesOn)) this.#look(atMs, 2 * reachMs);
    return this.#known;
  }

  firstMoment(wallMs: number): number {
    const near = wallMs - this.offsetMs(wallMs);
    const before = this.offsetMs(near - DAY_MS);
    const after = this.offsetMs(near + DAY_MS);
    for (const offset of before >= after ? [before, after] : [after, before]) {
      const moment = wallMs - offset;
      if (this.offsetMs(moment) === offset) return moment;
    }
    return this.#change(wallMs - after, wallMs - before);
  }

  /** Finds the stretch of one offset around `atMs`, looking as far as `reachMs` (further than asked, to be asked less often). */
  #look(atMs: number, reachMs: number): void {
    const offsetMs = this.offsetMs(atMs);
    // A zone that changes twice within a day has never been seen, so day by day misses nothing.
    let fromMs = atMs;
    while (atMs - fromMs < reachMs && this.offsetMs(fromMs - DAY_MS) === offsetMs) fromMs -= DAY_MS;
    let lastMs = atMs;
    while (lastMs - atMs < reachMs && this.offsetMs(lastMs + DAY_MS) === offsetMs) lastMs += DAY_MS;
    const changes = { before: atMs - fromMs < reachMs, after: lastMs - atMs < reachMs };
    const span = {
      fromMs: changes.before ? this.#change(fromMs - DAY_MS, fromMs) : fromMs,
      untilMs: changes.after ? this.#change(lastMs, lastMs + DAY_MS) : lastMs,
      offsetMs,
    };
    this.#known = span;
    this.#changes = changes;
  }

  /** The first moment in (lowMs, highMs] with the offset of `highMs`. */
  #change(lowMs: number, highMs: number): number {
    const offset = this.offsetMs(highMs);
    let low = lowMs;
    let high = highMs;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.offsetMs(middle) === offset) high = middle;
      else low = middle;
    }
    return high;
  }
}
