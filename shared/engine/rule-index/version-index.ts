/** Rules by a client's version: each is compared, which takes a few numbers. */
import { attributeOf, isMalformed } from '../connection.ts';
import type { Subject, VersionAttribute } from '../subject.ts';
import { parseVersion, type Version, type VersionRange, versionInRanges } from '../version.ts';
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
  /** The last text and what it is found to be: a company's clients have few versions. Undefined where none has been read. */
  #text: string | undefined;
  #version: Version | undefined;

  /** @param found what look-ups add to */
  constructor(attribute: VersionAttribute, found: FoundRules) {
    this.#attribute = attribute;
    this.#found = found;
  }

  add(ranges: readonly VersionRange[], rule: number, refuses: boolean): void {
    this.#entries.push({ ranges, rule });
    if (refuses) this.#inDoubt.push(rule);
  }

  find({ connection }: Subject): void {
    if (this.#entries.length === 0) return;
    const text = attributeOf(connection, this.#attribute);
    if (text === undefined) return;
    const version = isMalformed(text) ? undefined : this.#read(text);
    if (version === undefined) {
      this.#found.addAll(this.#inDoubt);
      return;
    }
    for (let place = 0; place < this.#entries.length; place++) {
      const { ranges, rule } = this.#entries[place] as Entry; // in bounds
      if (versionInRanges(version, ranges)) this.#found.add(rule);
    }
  }

  #read(text: string): Version | undefined {
    if (text !== this.#text) {
      this.#text = text;
      this.#version = parseVersion(text);
    }
    return this.#version;
  }
}
