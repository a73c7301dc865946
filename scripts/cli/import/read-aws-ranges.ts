/** The ranges that AWS publishes of itself, https://ip-ranges.amazonaws.com/ip-ranges.json. */
import { shown } from '../../../shared/engine/index.ts';
import { isObject, suggester } from '../../../shared/policy/index.ts';
import { CommandError } from '../exit-code.ts';
import type { ListEntry, ListIssue, ReadList } from './list.ts';

/** Which ranges count; all where a list is empty. Letter case does not matter. */
export interface AwsFilter {
  /** Such as EC2; a range of a service is listed under AMAZON, too. */
  readonly services: readonly string[];
  /** Such as eu-west-1; GLOBAL is one of them. */
  readonly regions: readonly string[];
}

export interface AwsRanges {
  readonly prefixes: readonly unknown[];
  readonly ipv6_prefixes: readonly unknown[];
}

export function isAwsRanges(value: unknown): value is AwsRanges {
  return isObject(value) && Array.isArray(value.prefixes) && Array.isArray(value.ipv6_prefixes);
}

/**
 * IPv4 and IPv6.
 * @param positionOf where the entry of that number stands, `prefixes` first
 * Throws a CommandError where a filter names what the file does not have.
 */
export function readAwsRanges(
  { prefixes, ipv6_prefixes: ipv6Prefixes }: AwsRanges,
  { services, regions }: AwsFilter,
  positionOf: (index: number) => { readonly line: number; readonly column: number },
): ReadList {
  const issues: ListIssue[] = [];
  const ranges = [...prefixes, ...ipv6Prefixes].flatMap((item, index): AwsRange[] => {
    const range = readRange(item, index < prefixes.length ? 'ip_prefix' : 'ipv6_prefix');
    if (range !== undefined) return [{ ...range, index }];
    issues.push({ ...positionOf(index), message: `${shown(item)} is no range of ip-ranges.json` });
    return [];
  });
  if (issues.length > 0) return { ok: false, issues };
  const isWantedService = choice('service', services, ranges);
  const isWantedRegion = choice('region', regions, ranges);
  const wanted = ranges.filter(({ service, region }) => isWantedService(service) && isWantedRegion(region));
  if (wanted.length === 0 && ranges.length > 0) {
    throw new CommandError(`the file has no range of ${services.join(', ')} in ${regions.join(', ')}`);
  }
  const entries = wanted.map(({ value, index }): ListEntry => ({ value, line: positionOf(index).line }));
  return { ok: true, entries, kind: 'ip' };
}

/** Throws a CommandError where a file is filtered that is not in this format. */
export function refuseFilter({ services, regions }: AwsFilter): void {
  if (services.length + regions.length === 0) return;
  throw new CommandError('--only-service and --only-region are for ip-ranges.json of AWS, which this file is not');
}

interface AwsRange {
  readonly value: string;
  readonly service: string;
  readonly region: string;
  readonly index: number;
}

function readRange(item: unknown, key: 'ip_prefix' | 'ipv6_prefix'): Omit<AwsRange, 'index'> | undefined {
  if (!isObject(item)) return undefined;
  const { [key]: value, service, region } = item;
  if (typeof value !== 'string' || typeof service !== 'string' || typeof region !== 'string') return undefined;
  return { value, service, region };
}

function choice(
  what: 'service' | 'region',
  wanted: readonly string[],
  ranges: readonly AwsRange[],
): (name: string) => boolean {
  if (wanted.length === 0) return () => true;
  const known = [...new Set(ranges.map((range) => range[what]))].sort();
  const folded = new Set(known.map((name) => name.toUpperCase()));
  const unknown = wanted.find((name) => !folded.has(name.toUpperCase()));
  if (unknown !== undefined) {
    throw new CommandError(
      `--only-${what} ${shown(unknown)}: the file has no such ${what}${suggester()(unknown, known)}; it has ${known.join(', ')}`,
    );
  }
  const chosen = new Set(wanted.map((name) => name.toUpperCase()));
  return (name) => chosen.has(name.toUpperCase());
}
