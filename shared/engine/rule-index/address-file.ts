/** Rules by address ranges. */
import { ipv4Word } from '../address.ts';
import type { AddressList } from '../address-list.ts';
import { isMalformed } from '../connection.ts';
import type { Subject } from '../subject.ts';
import { AddressIndex } from './address-index.ts';
import type { FoundRules } from './found-rules.ts';
import { NumberLists } from './number-lists.ts';

export class AddressFile {
  readonly #found: FoundRules;
  readonly #rules: number[][] = [];
  readonly #numberOfList = new Map<AddressList, number>();
  /** Those with a refusing condition: in doubt they are found. */
  readonly #inDoubt: number[] = [];
  #rulesOf = new NumberLists([]);
  #ipv4 = new AddressIndex([], 1);
  #ipv6 = new AddressIndex([], 4);
  readonly #visit = (list: number): void => this.#found.addList(this.#rulesOf, list);

  constructor(found: FoundRules) {
    this.#found = found;
  }

  add(lists: readonly AddressList[], rule: number, refuses: boolean): void {
    if (refuses) this.#inDoubt.push(rule);
    for (const list of lists) {
      const number = this.#numberOfList.get(list) ?? this.#rules.push([]) - 1;
      this.#numberOfList.set(list, number);
      this.#rules[number]?.push(rule);
    }
  }

  /** To be called once, after all rules were added. */
  finish(): void {
    const owned = (family: 4 | 6) =>
      [...this.#numberOfList].map(([list, owner]) => ({ ...list.stretches(family), owner }));
    this.#ipv4 = new AddressIndex(owned(4), 1);
    this.#ipv6 = new AddressIndex(owned(6), 4);
    this.#rulesOf = new NumberLists(this.#rules);
  }

  find(subject: Subject): void {
    const { publicIp } = subject.connection;
    if (publicIp === undefined || this.#numberOfList.size === 0) return;
    // Most addresses are read here, into a number.
    const word = typeof publicIp === 'string' ? ipv4Word(publicIp) : undefined;
    if (word !== undefined) {
      this.#ipv4.findWord(word, this.#visit);
      return;
    }
    const address = subject.address();
    if (address === undefined) return;
    if (isMalformed(address)) this.#found.addAll(this.#inDoubt);
    else (address.family === 4 ? this.#ipv4 : this.#ipv6).find(address.words, this.#visit);
  }
}
