/** Many lists of numbers in two typed arrays: list `n` stands from `starts[n]` up to `starts[n + 1]`. */

export class NumberLists {
  readonly #starts: Int32Array;
  readonly #numbers: Int32Array;

  constructor(lists: readonly (readonly number[] | undefined)[]) {
    this.#starts = new Int32Array(lists.length + 1);
    let total = 0;
    for (let list = 0; list < lists.length; list++) {
      total += lists[list]?.length ?? 0;
      this.#starts[list + 1] = total;
    }
    this.#numbers = new Int32Array(total);
    for (let list = 0; list < lists.length; list++) {
      const numbers = lists[list];
      if (numbers !== undefined) this.#numbers.set(numbers, this.#starts[list]);
    }
  }

  /** Where the numbers of that list begin, for `at`. */
  start(list: number): number {
    return this.#starts[list] as number; // in bounds, as all of this class: lists are numbered by who made them
  }

  end(list: number): number {
    return this.#starts[list + 1] as number;
  }

  at(place: number): number {
    return this.#numbers[place] as number;
  }
}
