/** Schemas of sets: named lists of one kind of value. */
import { z } from 'zod';
import { MAX_PATTERN_LENGTH, parseAddressRange, parseCalendarDate, parseNamePattern } from '../engine/index.ts';
import { description, instant, textButNoSet } from './value-schema.ts';

const name = textButNoSet(parseNamePattern).meta({
  id: 'SetName',
  description: 'A name; letter case never matters, * stands for any text, ? for one character.',
  minLength: 1,
  maxLength: MAX_PATTERN_LENGTH,
});
const addresses = textButNoSet(parseAddressRange).meta({
  id: 'SetAddresses',
  description: 'An address, a CIDR block or a range a-b.',
  pattern: '^[0-9A-Fa-f:.]+(/\\d{1,3}|-[0-9A-Fa-f:.]+)?$',
});
const date = textButNoSet(parseCalendarDate).meta({
  id: 'SetDate',
  description: 'A calendar day.',
  pattern: '^\\d{4}-\\d{2}-\\d{2}$',
});

/** A set of one kind; `value` is what its entries are. */
function setOf<Kind extends string, Value extends z.ZodType<string>>(kind: Kind, value: Value, example: string) {
  const expiring = z.strictObject({
    value,
    expiresAt: instant.optional().describe('The entry no longer counts from this moment.'),
    note: description.optional(),
  });
  return z
    .strictObject({
      kind: z.literal(kind).describe('What the entries are.'),
      description: description.optional(),
      entries: z
        .array(z.union([value, expiring]))
        .describe('Values, or objects of value, expiresAt and note. May be empty.'),
    })
    .meta({
      title: `Set of kind ${kind}`,
      examples: [{ kind, entries: [example, { value: example, expiresAt: '2026-12-31T00:00:00+09:00' }] }],
    });
}

/** Each kind with its schema. */
export const SETS_BY_KIND = {
  ip: setOf('ip', addresses, '203.0.113.0/24'),
  user: setOf('user', name, 'batchi'),
  commonName: setOf('commonName', name, 'client1.example.com'),
  group: setOf('group', name, 'staff'),
  date: setOf('date', date, '2026-12-29'),
} as const;

export const policySet = z
  .discriminatedUnion('kind', [
    SETS_BY_KIND.ip,
    SETS_BY_KIND.user,
    SETS_BY_KIND.commonName,
    SETS_BY_KIND.group,
    SETS_BY_KIND.date,
  ])
  .meta({ id: 'Set', description: 'A named list that rules refer to as @name.' });

/** What a set can be checked for while its kind is not known. */
const text = z.string();
export const setOfUnknownKind = z.strictObject({
  ...SETS_BY_KIND.user.shape,
  kind: z.unknown(),
  entries: z.array(
    z.union([text, z.strictObject({ value: text, expiresAt: instant.optional(), note: description.optional() })]),
  ),
});

/** The keys of an entry that is written as an object. */
export const ENTRY_KEYS = ['value', 'expiresAt', 'note'] as const;
