/** The rules that a look-up has found: a set of numbers below a bound that is cleared and filled without making garbage. */
import type { NumberLists } from './number-lists.ts';

/** Up to here insertion sorts faster than a view for the typed array's own sort is made. */
const FEW = 16;

export class FoundRules {
  readonly #foundIn: Uint32Array;
  readonly #numbers: Uint32Array;
  #count = 0;
  #round = 1;

  constructor(bound: number) {
    this.#foundIn = new Uint32Array(bound);
    this.#numbers = new Uint32Array(bound);
  }

  clear(): void {
    this.#count = 0;
    this.#round++;
    if (this.#round <= 0xffffffff) return;
    this.#foundIn.fill(0);
    this.#round = 1;
  }

  add(number: number): void {
    if (this.#foundIn[number] === this.#round) return;
    this.#foundIn[number] = this.#round;
    this.#numbers[this.#count++] = number;
  }

  addAll(numbers: readonly number[]): void {
    for (let place = 0; place < numbers.length; place++) this.add(numbers[place] as number); // in bounds
  }

  addList(lists: NumberLists, list: number): void {
    const end = lists.end(list);
    for (let place = lists.start(list); place < end; place++) this.add(lists.at(place));
  }

  get count(): number {
    return this.#count;
  }

  /** The number at `place`, which is below `count`. */
  at(place: number): number {
    return this.#numbers[place] as number;
  }

  toArray(): readonly number[] {
    return Array.from(this.#numbers.subarray(0, this.#count));
  }

  /** Puts the numbers into ascending order. */
  sort(): void {
    if (this.#count < 2) return;
    if (this.#count > FEW) this.#numbers.subarray(0, this.#count).sort();
    else this.#sortFew();
  }

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
