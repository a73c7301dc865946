/**
 * Real address data: the IPv4 ranges of each country, of which @ip-location-db/asn-country is made from the registries'
 * statistics (Number Resource Organization, CC BY 4.0). The package stays where npm puts it; nothing of it is passed on.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { ipv4Number, ipv4Text } from './ipv4.ts';

/** CIDR blocks by two-letter country code. */
export async function countryRanges(): Promise<ReadonlyMap<string, readonly string[]>> {
  const file = createRequire(import.meta.url).resolve('@ip-location-db/asn-country/asn-country-ipv4.csv');
  const blocks = new Map<string, string[]>();
  for (const line of (await readFile(file, 'utf8')).split('\n')) {
    const [first, last, country] = line.trim().split(',');
    if (first === undefined || last === undefined || country === undefined) continue;
    const ofCountry = blocks.get(country) ?? [];
    blocks.set(country, ofCountry);
    ofCountry.push(...blocksOf(ipv4Number(first), ipv4Number(last)));
  }
  return blocks;
}

/** The fewest CIDR blocks that are the range, both ends included. */
export function blocksOf(first: number, last: number): string[] {
  const blocks: string[] = [];
  let from = first;
  while (from <= last) {
    let length = 32;
    while (length > 0 && from % 2 ** (33 - length) === 0 && from + 2 ** (33 - length) - 1 <= last) length--;
    blocks.push(`${ipv4Text(from)}/${length}`);
    from += 2 ** (32 - length);
  }
  return blocks;
}
