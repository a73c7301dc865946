/** Texts of many lists, each text with the numbers of the lists that have it. */
import { TextTable } from './text-table.ts';

export class ListedTexts {
  readonly #table: TextTable;
  /** By the text's number. Mostly one: an array for each of 250,000 names would be most of the memory. */
  readonly #lists: (number | number[])[] = [];

  constructor(expected = 0) {
    this.#table = new TextTable(expected);
  }

  add(text: string, hash: number, list: number): void {
    const number = this.#table.add(text, hash);
    const known = this.#lists[number];
    if (known === undefined) this.#lists[number] = list;
    else if (typeof known !== 'number') known.push(list);
    else if (known !== list) this.#lists[number] = [known, list];
  }

  /** The lists of the text that stands in `text` from `start` on, `length` units long; undefined where none has it. */
  find(text: string, start: number, length: number, hash: number): number | readonly number[] | undefined {
    const number = this.#table.find(text, start, length, hash);
    return number < 0 ? undefined : this.#lists[number];
  }
}
