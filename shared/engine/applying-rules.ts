/** The rules that apply to the connection in hand, in document order; kept from one decision to the next, so that none makes garbage. */

export class ApplyingRules {
  readonly #numbers: Uint32Array;
  /** What each is: one of the effects, with or without `REPORT`. */
  readonly #kinds: Uint8Array;
  #count = 0;
  /** The bits of all kinds that were added. */
  #seen = 0;

  constructor(bound: number) {
    this.#numbers = new Uint32Array(bound);
    this.#kinds = new Uint8Array(bound);
  }

  clear(): void {
    this.#count = 0;
    this.#seen = 0;
  }

  add(number: number, kind: number): void {
    this.#seen |= kind;
    this.#numbers[this.#count] = number;
    this.#kinds[this.#count++] = kind;
  }

  /** Leaves out those of that effect, enforced or not, for which `isOut` says so. */
  leaveOut(effect: number, isOut: (number: number) => boolean): void {
    const count = this.#count;
    this.#count = 0;
    for (let place = 0; place < count; place++) {
      const [number, kind] = [this.#numbers[place] as number, this.#kinds[place] as number]; // in bounds
      if ((kind & effect) === 0 || !isOut(number)) this.add(number, kind);
    }
  }

  /** The numbers of those whose kind has just these bits of `mask`. */
  ofKind(kind: number, mask: number): readonly number[] {
    if ((this.#seen & kind) === 0) return NONE;
    let count = 0;
    for (let place = 0; place < this.#count; place++) if (this.#isOfKind(place, kind, mask)) count++;
    if (count === 0) return NONE;
    const found = new Array<number>(count);
    for (let place = 0, next = 0; place < this.#count; place++) {
      if (this.#isOfKind(place, kind, mask)) found[next++] = this.#numbers[place] as number; // in bounds
    }
    return found;
  }

  #isOfKind(place: number, kind: number, mask: number): boolean {
    return ((this.#kinds[place] as number) & mask) === kind; // in bounds
  }
}

const NONE: readonly number[] = Object.freeze([]);
