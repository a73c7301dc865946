/** A JSON list of values or entries, a set as `set show --json` prints it, or AWS's ip-ranges.json. */
import { SET_KINDS, shown } from '../../../shared/engine/index.ts';
import { isObject, MAX_DEPTH, positionsIn, readJson } from '../../../shared/policy/index.ts';
import type { ListEntry, ListIssue, ReadList } from './list.ts';
import { type AwsFilter, isAwsRanges, readAwsRanges, refuseFilter } from './read-aws-ranges.ts';

export interface JsonListOptions extends AwsFilter {
  /** True: only AWS's own format. */
  readonly awsOnly: boolean;
}

/** Throws a CommandError where a filter names what the file does not have. */
export function readJsonList(text: string, { awsOnly, ...filter }: JsonListOptions): ReadList {
  const position = positionsIn(text);
  const { value, root, issues } = readJson(text, MAX_DEPTH);
  if (issues.length > 0) {
    return { ok: false, issues: issues.map(({ start, message }) => ({ ...position(start), message })) };
  }
  if (isAwsRanges(value)) {
    const { prefixes, ipv6_prefixes: ipv6Prefixes } = Object.fromEntries(root.keys ?? []);
    const places = [...(prefixes?.node.items ?? []), ...(ipv6Prefixes?.node.items ?? [])];
    return readAwsRanges(value, filter, (index) => position(places[index]?.start ?? 0));
  }
  if (awsOnly) return wrong('this is no ip-ranges.json; accepted: an object with prefixes and ipv6_prefixes');
  refuseFilter(filter);
  const isSet = isObject(value) && Array.isArray(value.entries);
  const list = isSet ? value.entries : value;
  const items = isSet ? root.keys?.get('entries')?.node.items : root.items;
  if (!Array.isArray(list)) return wrong(`no list stands here; accepted: ${ACCEPTED}`);
  const found: ListIssue[] = [];
  const entries = list.flatMap((item: unknown, index): ListEntry[] => {
    const { line, column } = position(items?.[index]?.start ?? 0);
    const problem = problemWith(item);
    if (problem === undefined)
      return [{ ...(typeof item === 'string' ? { value: item } : (item as EntryObject)), line }];
    found.push({ line, column, message: problem });
    return [];
  });
  if (found.length > 0) return { ok: false, issues: found };
  const kind = isSet ? SET_KINDS.find((known) => known === value.kind) : undefined;
  return { ok: true, entries, ...(kind !== undefined && { kind }) };
}

type EntryObject = Omit<ListEntry, 'line'>;

const ACCEPTED =
  'a list of values or of objects with value, expiresAt and note, a set with entries, or ip-ranges.json of AWS';
const KEYS = ['value', 'expiresAt', 'note'];

function problemWith(item: unknown): string | undefined {
  if (typeof item === 'string') return undefined;
  if (!isObject(item)) return `${shown(item)} is no text; accepted: a value in quotes, or an object with value`;
  const unknown = Object.keys(item).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) return `the key ${shown(unknown)} is not known; accepted: ${KEYS.join(', ')}`;
  if (item.value === undefined) return 'value is missing; accepted: an object with value, expiresAt and note';
  const key = KEYS.find((name) => item[name] !== undefined && typeof item[name] !== 'string');
  return key === undefined ? undefined : `${key}: ${shown(item[key])} is no text; accepted: a text in quotes`;
}

function wrong(message: string): ReadList {
  return { ok: false, issues: [{ message }] };
}
