/**
 * Finds the rules that can apply to a connection, so that a decision does not ask the thousands that cannot. Each block of a
 * rule's `match` is filed under its most selective condition: a name, an address, an endpoint; what has none of these, under its windows.
 *
 * INVARIANT: a rule that applies is always found. What is found besides costs time and changes nothing, since every rule
 * found is then asked in full, unless being found is all that it takes.
 */
import type { AddressList } from './address-list.ts';
import type { Condition, ConditionKey } from './condition.ts';
import { foldingOf } from './condition.ts';
import { isMalformed } from './connection.ts';
import type { NameList } from './name-list.ts';
import type { CompiledBlock, CompiledRule, RuleFinder } from './policy.ts';
import { RangeIndex } from './range-index.ts';
import type { FoldedName, Folding, NameAttribute, Subject } from './subject.ts';
import type { CompiledWindow } from './window.ts';

export class RuleIndex implements RuleFinder {
  readonly #rules: readonly CompiledRule[];
  /** 1 for each rule that applies whenever it is found: of thousands of rules, most need not be fetched from memory to be asked. */
  readonly #certain: Uint8Array;
  readonly #always: number[] = [];
  readonly #names: NameFile[] = [];
  readonly #addresses = new AddressFile();
  readonly #endpoints = new Map<string, number[]>();
  /** Those with a refusing condition on it: in doubt they are found. */
  readonly #endpointRules: number[] = [];
  readonly #timed: WindowFile = new WindowFile();
  /** Of the rules found in the running look-up; kept, so that a look-up makes no garbage. */
  readonly #found: Marks;

  constructor(rules: readonly CompiledRule[]) {
    this.#rules = rules;
    this.#certain = Uint8Array.from(rules, (rule) => Number(appliesWhenFound(rule)));
    this.#found = new Marks(rules.length);
    for (const [number, rule] of rules.entries()) if (rule.enabled) this.#file(number, rule);
    this.#addresses.finish();
  }

  candidates(subject: Subject, when: number | 'ever', visit: (rule: CompiledRule, certain: boolean) => void): void {
    const found = this.#found;
    found.clear();
    found.addAll(this.#always);
    found.addAll(when === 'ever' ? this.#timed.rules : this.#timed.inside(when));
    for (const file of this.#names) file.find(subject, found);
    this.#addresses.find(subject, found);
    const { endpointId } = subject.connection;
    if (isMalformed(endpointId)) found.addAll(this.#endpointRules);
    else if (endpointId !== undefined) found.addAll(this.#endpoints.get(endpointId) ?? []);
    found.sort();
    for (let place = 0; place < found.count; place++) {
      const number = found.at(place);
      visit(this.#rules[number] as CompiledRule, this.#certain[number] === 1); // in bounds
    }
  }

  #file(number: number, rule: CompiledRule): void {
    const keys = rule.match.map(mostSelectiveKey);
    // One block that no index knows makes all others pointless.
    if (keys.includes(undefined)) this.#always.push(number);
    else for (const key of keys) if (key !== undefined) this.#fileUnder(key, number);
  }

  #fileUnder({ key, folding }: FoldedKey, number: number): void {
    switch (key.kind) {
      case 'names': {
        let file = this.#names.find((each) => each.attribute === key.attribute && each.folding === folding);
        if (file === undefined) {
          file = new NameFile(key.attribute, folding);
          this.#names.push(file);
        }
        file.add(key.lists, number);
        return;
      }
      case 'addresses':
        this.#addresses.add(key.lists, number, folding);
        return;
      case 'endpoints':
        if (folding === 'wide') this.#endpointRules.push(number);
        for (const id of key.ids) {
          const rules = this.#endpoints.get(id) ?? [];
          this.#endpoints.set(id, rules);
          rules.push(number);
        }
        return;
      case 'windows':
        this.#timed.add(key.windows, number);
    }
  }
}

interface FoldedKey {
  readonly key: ConditionKey;
  readonly folding: Folding;
}

/** From the one that picks out fewest connections. */
const SELECTIVITY: readonly ((key: ConditionKey) => boolean)[] = [
  (key) => key.kind === 'names' && key.attribute !== 'groups' && key.attribute !== 'platform',
  (key) => key.kind === 'names' && key.attribute === 'groups',
  (key) => key.kind === 'addresses',
  (key) => key.kind === 'names',
  (key) => key.kind === 'endpoints',
  (key) => key.kind === 'windows',
];

function mostSelectiveKey(block: CompiledBlock): FoldedKey | undefined {
  for (const isOfKind of SELECTIVITY) {
    const condition = block.find(({ key }: Condition) => key !== undefined && isOfKind(key));
    if (condition?.key !== undefined) return { key: condition.key, folding: foldingOf(condition.direction) };
  }
  return undefined;
}

/** True for a rule that is always in force, has no exceptions and one block with one condition (or none), of which the key is all. */
function appliesWhenFound({ notBeforeMs, expiresAtMs, match, except }: CompiledRule): boolean {
  if (notBeforeMs !== Number.NEGATIVE_INFINITY || expiresAtMs !== Number.POSITIVE_INFINITY) return false;
  const [block] = match;
  if (block === undefined || match.length > 1 || block.length > 1 || except.length > 0) return false;
  return block.every((condition) => condition.keySuffices === true);
}

/** Rules by the names of one attribute, folded one way. */
class NameFile {
  readonly attribute: NameAttribute | 'identities';
  readonly folding: Folding;
  readonly #rulesOfList: number[][] = [];
  readonly #numberOfList = new Map<NameList, number>();
  /** Mostly one: a list of one for each of 250,000 names would be most of the memory. */
  readonly #listsOfName = new Map<string, number | number[]>();
  /** Those with a refusing condition: in doubt they are found. */
  readonly #inDoubt: number[] = [];

  constructor(attribute: NameAttribute | 'identities', folding: Folding) {
    this.attribute = attribute;
    this.folding = folding;
  }

  /** A list that several rules share (a set) is filed once. */
  add(lists: readonly NameList[], rule: number): void {
    if (this.folding === 'wide') this.#inDoubt.push(rule);
    for (const list of lists) {
      let number = this.#numberOfList.get(list);
      if (number === undefined) {
        number = this.#rulesOfList.push([]) - 1;
        this.#numberOfList.set(list, number);
        for (const name of list.exactNames) this.#addName(name, number);
      }
      this.#rulesOfList[number]?.push(rule);
    }
  }

  find(subject: Subject, found: Marks): void {
    const names = this.attribute === 'identities' ? subject.identities() : subject.names(this.attribute, this.folding);
    if (names === undefined) return;
    if (isMalformed(names)) found.addAll(this.#inDoubt);
    else for (const name of names) this.#findName(name, found);
  }

  #addName(name: string, list: number): void {
    const known = this.#listsOfName.get(name);
    if (known === undefined) this.#listsOfName.set(name, list);
    else if (typeof known === 'number') this.#listsOfName.set(name, [known, list]);
    else known.push(list);
  }

  #findName(name: FoldedName, found: Marks): void {
    const lists = this.#listsOfName.get(name.text);
    if (lists === undefined) return;
    if (typeof lists === 'number')
      found.addAll(this.#rulesOfList[lists] as number[]); // in bounds
    else for (const list of lists) found.addAll(this.#rulesOfList[list] as number[]); // in bounds
  }
}

/** Rules by address ranges. */
class AddressFile {
  readonly #rulesOfList: number[][] = [];
  readonly #numberOfList = new Map<AddressList, number>();
  /** Those with a refusing condition: in doubt they are found. */
  readonly #inDoubt: number[] = [];
  #ipv4 = new RangeIndex([], 1);
  #ipv6 = new RangeIndex([], 4);

  add(lists: readonly AddressList[], rule: number, folding: Folding): void {
    if (folding === 'wide') this.#inDoubt.push(rule);
    for (const list of lists) {
      const number = this.#numberOfList.get(list) ?? this.#rulesOfList.push([]) - 1;
      this.#numberOfList.set(list, number);
      this.#rulesOfList[number]?.push(rule);
    }
  }

  /** To be called once, after all rules were added. */
  finish(): void {
    const owned = (family: 4 | 6) =>
      [...this.#numberOfList].map(([list, owner]) => ({ ...list.stretches(family), owner }));
    this.#ipv4 = new RangeIndex(owned(4), 1);
    this.#ipv6 = new RangeIndex(owned(6), 4);
  }

  find(subject: Subject, found: Marks): void {
    if (this.#numberOfList.size === 0) return;
    const address = subject.address();
    if (address === undefined) return;
    if (isMalformed(address)) found.addAll(this.#inDoubt);
    else {
      const index = address.family === 4 ? this.#ipv4 : this.#ipv6;
      index.find(address.words, (list) => found.addAll(this.#rulesOfList[list] as number[])); // in bounds
    }
  }
}

/** Rules that stand on nothing but time: those inside one of their windows, worked out anew when that can have changed. */
class WindowFile {
  readonly #entries: { readonly windows: readonly CompiledWindow[]; readonly rule: number }[] = [];
  #inside: readonly number[] = [];
  #fromMs = 0;
  #untilMs = 0;

  add(windows: readonly CompiledWindow[], rule: number): void {
    this.#entries.push({ windows, rule });
  }

  get rules(): readonly number[] {
    return this.#entries.map(({ rule }) => rule);
  }

  inside(nowMs: number): readonly number[] {
    if (nowMs < this.#fromMs || nowMs >= this.#untilMs) this.#workOut(nowMs);
    return this.#inside;
  }

  #workOut(nowMs: number): void {
    const inside: number[] = [];
    this.#fromMs = Number.NEGATIVE_INFINITY;
    this.#untilMs = Number.POSITIVE_INFINITY;
    for (const { windows, rule } of this.#entries) {
      let holds = false;
      for (const window of windows) {
        const span = window.span(nowMs);
        this.#fromMs = Math.max(this.#fromMs, span.fromMs);
        this.#untilMs = Math.min(this.#untilMs, span.untilMs);
        holds ||= span.inside;
      }
      if (holds) inside.push(rule);
    }
    this.#inside = inside;
  }
}

const FEW = 16;

/** A set of numbers below a bound that is cleared and filled without making garbage. */
class Marks {
  readonly #markedIn: Uint32Array;
  readonly #numbers: Uint32Array;
  #count = 0;
  #round = 0;

  constructor(bound: number) {
    this.#markedIn = new Uint32Array(bound);
    this.#numbers = new Uint32Array(bound);
  }

  clear(): void {
    this.#count = 0;
    this.#round++;
    if (this.#round <= 0xffffffff) return;
    this.#markedIn.fill(0);
    this.#round = 1;
  }

  addAll(numbers: readonly number[]): void {
    for (const number of numbers) {
      if (this.#markedIn[number] === this.#round) continue;
      this.#markedIn[number] = this.#round;
      this.#numbers[this.#count++] = number;
    }
  }

  get count(): number {
    return this.#count;
  }

  /** The number at `place`, which is below `count`. */
  at(place: number): number {
    return this.#numbers[place] as number;
  }

  /** Puts the numbers into ascending order. */
  sort(): void {
    if (this.#count > FEW) this.#numbers.subarray(0, this.#count).sort();
    else this.#sortFew();
  }

  /** By insertion: a view for the typed array's own sort costs more than the few numbers of most look-ups. */
  #sortFew(): void {
    const numbers = this.#numbers;
    for (let end = 1; end < this.#count; end++) {
      const number = numbers[end] as number; // in bounds
      let place = end;
      for (; place > 0 && (numbers[place - 1] as number) > number; place--)
        numbers[place] = numbers[place - 1] as number; // in bounds
      numbers[place] = number;
    }
  }
}
