/** A compiled list of address ranges: what of each family it covers and until when, searched by halving. */
import { type Address, ipv4Block, parseAddressRange } from './address.ts';
import { type Coverage, coverageOf } from './address-coverage.ts';
import { AddressRanges, type AddressStretches } from './address-ranges.ts';

export class AddressList {
  readonly hasExpiringEntries: boolean;
  readonly #ipv4: Coverage;
  readonly #ipv6: Coverage;

  constructor(ipv4: AddressRanges, ipv6: AddressRanges) {
    this.hasExpiringEntries = [ipv4, ipv6].some(({ oneExpiryMs }) => oneExpiryMs !== Number.POSITIVE_INFINITY);
    this.#ipv4 = coverageOf(ipv4);
    this.#ipv6 = coverageOf(ipv6);
  }

  /** True when an entry that has not expired covers `address`. */
  matches(address: Address, nowMs: number): boolean {
    return nowMs < this.coveredUntilMs(address);
  }

  /** The moment until which entries cover `address`; negative infinite where none does. */
  coveredUntilMs({ family, words }: Address): number {
    return (family === 4 ? this.#ipv4 : this.#ipv6).coveredUntilMs(words);
  }

  /** What the entries of one family cover, expired ones too, in stretches that do not overlap. */
  stretches(family: 4 | 6): AddressStretches {
    return (family === 4 ? this.#ipv4 : this.#ipv6).stretches();
  }
}

/** Entries as they are read, until they make a list. */
export class AddressEntries {
  readonly #ipv4 = new AddressRanges(1);
  readonly #ipv6 = new AddressRanges(4);

  /** @param expiresAtMs the moment from which the entry no longer counts, infinite for most. Throws `invalid-address` */
  add(text: string, expiresAtMs: number): void {
    const block = ipv4Block(text);
    if (block !== undefined) {
      this.#ipv4.addWords(block.first, block.last, expiresAtMs);
      return;
    }
    const { family, first, last } = parseAddressRange(text);
    (family === 4 ? this.#ipv4 : this.#ipv6).add(first, last, expiresAtMs);
  }

  get isEmpty(): boolean {
    return this.#ipv4.count + this.#ipv6.count === 0;
  }

  toList(): AddressList {
    return new AddressList(this.#ipv4, this.#ipv6);
  }
}
