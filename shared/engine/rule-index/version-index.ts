/** Rules by a client's version: each is compared, which takes a few numbers. */
import { isMalformed } from '../connection.ts';
import type { Subject, VersionAttribute } from '../subject.ts';
import { type VersionRange, versionInRanges } from '../version.ts';
import type { FoundRules } from './found-rules.ts';

interface Entry {
  readonly ranges: readonly VersionRange[];
  readonly rule: number;
}

export class VersionIndex {
  readonly #attribute: VersionAttribute;
  readonly #found: FoundRules;
  readonly #entries: Entry[] = [];
  /** Those with a refusing condition: in doubt they are found. */
  readonly #inDoubt: number[] = [];

  /** @param found what look-ups add to */
  constructor(attribute: VersionAttribute, found: FoundRules) {
    this.#attribute = attribute;
    this.#found = found;
  }

  add(ranges: readonly VersionRange[], rule: number, refuses: boolean): void {
    this.#entries.push({ ranges, rule });
    if (refuses) this.#inDoubt.push(rule);
  }

  find(subject: Subject): void {
    if (this.#entries.length === 0) return;
    const version = subject.version(this.#attribute);
    if (version === undefined) return;
    if (isMalformed(version)) {
      this.#found.addAll(this.#inDoubt);
      return;
    }
    for (let place = 0; place < this.#entries.length; place++) {
      const { ranges, rule } = this.#entries[place] as Entry; // in bounds
      if (versionInRanges(version, ranges)) this.#found.add(rule);
    }
  }
}
