/** Rules by the names that they speak of: whole names by hash, patterns with wildcards by what they begin or end with. */
import { type Attribute, isMalformed } from '../connection.ts';
import { foldNarrow, foldWide } from '../folding.ts';
import type { NameList } from '../name-list.ts';
import { formsOfName } from '../subject.ts';
import { Anchors } from './anchors.ts';
import type { FoundRules } from './found-rules.ts';
import { ListedTexts } from './listed-texts.ts';
import { NumberLists } from './number-lists.ts';
import { hashOf } from './text-hash.ts';

/** How conditions compare the names of one attribute: each way is a bit of its own, 0 where no condition can. */
export interface NameUses {
  readonly wide: number;
  readonly narrow: number;
  /** In every form that `identities` knows, folded wide. */
  readonly identity: number;
}

export class NameIndex {
  readonly #numberOfList = new Map<NameList, number>();
  /** By list and use: `placeOf(list, use)`. */
  readonly #rules: (number[] | undefined)[] = [];
  /** By use: the rules with a refusing condition, which are found in doubt. */
  readonly #inDoubt = new Map<number, number[]>();
  #uses = 0;
  #exact = new ListedTexts();
  readonly #anchors = new Anchors();
  #usesOfAnchors = 0;
  #rulesOf = new NumberLists([]);
  /** By list, pairs: where one rule alone stands on it, in one way, that use and that rule; else 0. */
  #soleRules: Int32Array = new Int32Array(0);
  readonly #found: FoundRules;
  /** The uses for which the running look-up speaks. */
  #accepted = 0;
  readonly #visit = (lists: number | readonly number[]): void => this.#addLists(lists);

  /** @param found what look-ups add to */
  constructor(found: FoundRules) {
    this.#found = found;
  }

  /** True when a rule can be filed under the lists: each pattern with wildcards has a text at one of its ends. */
  static canFile(lists: readonly NameList[]): boolean {
    return lists.every((list) => list.globs.every(Anchors.has));
  }

  /** Files a rule under lists, which are compared as `use` says. A list that several rules share (a set) is filed once. */
  add(lists: readonly NameList[], use: number, refuses: boolean, rule: number): void {
    this.#uses |= use;
    if (refuses) this.#addInDoubt(use, rule);
    for (const list of lists) {
      if (list.globs.length > 0) this.#usesOfAnchors |= use;
      let number = this.#numberOfList.get(list);
      if (number === undefined) {
        number = this.#numberOfList.size;
        this.#numberOfList.set(list, number);
      }
      const place = placeOf(number, use);
      const rules = this.#rules[place];
      if (rules === undefined) this.#rules[place] = [rule];
      else rules.push(rule);
    }
  }

  /** To be called once, after all rules were added. */
  finish(): void {
    let names = 0;
    for (const list of this.#numberOfList.keys()) names += list.names.length;
    this.#exact = new ListedTexts(names);
    for (const [list, number] of this.#numberOfList) {
      for (const name of list.names) this.#exact.add(name, hashOf(name), number);
      for (const glob of list.globs) this.#anchors.add(glob, number);
    }
    const places = this.#numberOfList.size * ALL_USES.length;
    this.#rulesOf = new NumberLists(Array.from({ length: places }, (_, place) => this.#rules[place]));
    this.#soleRules = this.#findSoleRules();
    this.#rules.length = 0;
  }

  #findSoleRules(): Int32Array {
    const sole = new Int32Array(2 * this.#numberOfList.size);
    for (let list = 0; list < this.#numberOfList.size; list++) {
      const uses = ALL_USES.filter((use) => this.#rules[placeOf(list, use)] !== undefined);
      const [use] = uses;
      const rules = use === undefined ? undefined : this.#rules[placeOf(list, use)];
      if (use !== undefined && uses.length === 1 && rules?.length === 1) sole.set([use, rules[0] as number], 2 * list);
    }
    return sole;
  }

  /** Adds the rules that the attribute's names can concern. */
  find(names: Attribute<string | readonly string[]>, uses: NameUses): void {
    if (names === undefined || (this.#uses & (uses.wide | uses.narrow | uses.identity)) === 0) return;
    if (typeof names === 'string') this.#findName(names, uses);
    else if (isMalformed(names)) {
      this.#findInDoubt(uses.wide);
      this.#findInDoubt(uses.identity);
    } else for (let place = 0; place < names.length; place++) this.#findName(names[place] as string, uses); // in bounds
  }

  /**
   * Nearly all names are printable ASCII, which both foldings make the same of: its letters small. One pass finds out, hashes, and
   * sees where a name divides into the forms that `identities` knows.
   */
  #findName(name: string, uses: NameUses): void {
    const { length } = name;
    const mayDivide = (this.#uses & uses.identity) !== 0;
    // `hashOf`, written out. Of a unit that is less than 0x20 or more than 0x7e, one of the differences has the highest of 16 bits.
    let hash = 0x811c9dc5 | 0;
    let unprintable = 0;
    let divides = false;
    let index = 0;
    for (; index + 1 < length; index += 2) {
      const units = name.charCodeAt(index) | (name.charCodeAt(index + 1) << 16);
      unprintable |= (units - 0x200020) | (0x7e007e - units);
      // Of both `@` and the backslash these bits are those of `@`, and of some capitals, which few names have.
      if (mayDivide && ((units & 0xe3) === 0x40 || (units & 0xe30000) === 0x400000)) divides = true;
      hash = Math.imul(hash ^ (units | 0x200020), 0x01000193);
    }
    if (index < length) {
      const unit = name.charCodeAt(index);
      unprintable |= (unit - 0x20) | (0x7e - unit);
      hash = Math.imul(hash ^ (unit | 0x200020), 0x01000193);
    }
    if ((unprintable & 0x80008000) !== 0 || name.charCodeAt(0) === BLANK || name.charCodeAt(length - 1) === BLANK) {
      this.#findFolded(name, uses);
      return;
    }
    this.#look(name, length, hash, uses.wide | uses.narrow | uses.identity);
    if (divides || (mayDivide && name.charCodeAt(length - 1) === AT)) this.#findParts(name, uses.identity);
  }

  /** The forms of a printable name that `identities` knows besides the whole: of most, what stands before its one `@`. */
  #findParts(name: string, identity: number): void {
    const at = name.indexOf('@');
    const hasOneAt = at < 0 || name.indexOf('@', at + 1) < 0;
    if (!hasOneAt || name.includes('\\') || name.charCodeAt(at - 1) === BLANK) {
      this.#findForms(name.toLowerCase(), identity);
    } else if (at >= 0) this.#look(name, at, hashOf(name, 0, at), identity);
  }

  #findFolded(name: string, { wide, narrow, identity }: NameUses): void {
    const folded = foldWide(name);
    if ((this.#uses & wide) !== 0) this.#look(folded, folded.length, hashOf(folded), wide);
    if ((this.#uses & narrow) !== 0) {
      const narrowly = foldNarrow(name);
      this.#look(narrowly, narrowly.length, hashOf(narrowly), narrow);
    }
    if ((this.#uses & identity) !== 0) this.#findForms(folded, identity);
  }

  #findForms(name: string, identity: number): void {
    const forms = formsOfName(name);
    if (isMalformed(forms)) this.#findInDoubt(identity);
    else for (const form of forms) this.#look(form, form.length, hashOf(form), identity);
  }

  /** The first `length` units of a name that is folded but for its ASCII letters, whose hash is `hash`. */
  #look(name: string, length: number, hash: number, accepted: number): void {
    this.#accepted = accepted;
    const lists = this.#exact.find(name, 0, length, hash);
    if (lists !== undefined) this.#addLists(lists);
    if ((this.#usesOfAnchors & accepted) !== 0) this.#anchors.find(name, length, this.#visit);
  }

  #addLists(lists: number | readonly number[]): void {
    if (typeof lists === 'number') this.#addList(lists);
    else for (let place = 0; place < lists.length; place++) this.#addList(lists[place] as number); // in bounds
  }

  #addList(list: number): void {
    const soleUse = this.#soleRules[2 * list] as number; // in bounds, as below
    if (soleUse !== 0) {
      if ((this.#accepted & soleUse) !== 0) this.#found.add(this.#soleRules[2 * list + 1] as number);
      return;
    }
    for (let use = 1; use <= this.#uses; use <<= 1) {
      if ((this.#accepted & use) !== 0) this.#found.addList(this.#rulesOf, placeOf(list, use));
    }
  }

  #addInDoubt(use: number, rule: number): void {
    const rules = this.#inDoubt.get(use);
    if (rules === undefined) this.#inDoubt.set(use, [rule]);
    else rules.push(rule);
  }

  #findInDoubt(use: number): void {
    const rules = this.#inDoubt.get(use);
    if (rules !== undefined) this.#found.addAll(rules);
  }
}

const ALL_USES = [1, 2, 4, 8, 16];

function placeOf(list: number, use: number): number {
  return list * ALL_USES.length + (31 - Math.clz32(use));
}

const BLANK = 0x20;
const AT = 0x40;
