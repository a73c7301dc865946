/** IPv4 addresses as numbers, for the contenders that bring no addresses of their own. They trust their input. */

/** The address as an unsigned 32-bit number. */
export function ipv4Number(text: string): number {
  let address = 0;
  let octet = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === 0x2e) {
      address = (address << 8) | octet;
      octet = 0;
    } else octet = octet * 10 + unit - 0x30;
  }
  return ((address << 8) | octet) >>> 0;
}

/** A number as the address that it is. */
export function ipv4Text(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

/** The first and the last address of a CIDR block. */
export function ipv4Ends(block: string): readonly [first: number, last: number] {
  const [base = '', length = '32'] = block.split('/');
  const size = 2 ** (32 - Number(length));
  const first = Math.floor(ipv4Number(base) / size) * size;
  return [first, first + size - 1];
}
