/** Schemas of the single values of the language. The engine's own parsers judge them, so that what validates compiles. */
import { z } from 'zod';
import {
  DEFAULT_RULE,
  ENDPOINT_ID,
  MAX_PATTERN_LENGTH,
  MAX_TEMPLATE_LENGTH,
  PolicyValueError,
  parseAddressRange,
  parseCalendarDate,
  parseCron,
  parseDurationMs,
  parseGraceMs,
  parseInstantMs,
  parseMessage,
  parseNamePattern,
  parseTimeOfDay,
  parseVersionRange,
  parseZone,
  RULE_ID,
  setReference,
  shown,
} from '../engine/index.ts';

/** Most entries in one condition. */
export const MAX_CONDITION_ENTRIES = 1_000;

/** A text that `parse` accepts; its `PolicyValueError` becomes the issue. */
export function textOf(parse: (text: string) => unknown) {
  return z.string().check((context) => {
    const error = errorOf(parse, context.value);
    if (error === undefined) return;
    const { code, message } = error;
    context.issues.push({ code: 'custom', input: context.value, message, params: { code }, continue: true });
  });
}

/**
 * `parse`, which remembers what it made of the last texts: zones and schedules cost tens of microseconds, and the rules of
 * a policy share a few of them.
 */
function remembering(parse: (text: string) => unknown, most = 500): (text: string) => void {
  const outcomes = new Map<string, PolicyValueError | undefined>();
  return (text) => {
    if (!outcomes.has(text)) {
      if (outcomes.size >= most) outcomes.clear();
      outcomes.set(text, errorOf(parse, text));
    }
    const error = outcomes.get(text);
    if (error !== undefined) throw error;
  };
}

function errorOf(parse: (text: string) => unknown, text: string): PolicyValueError | undefined {
  try {
    parse(text);
    return undefined;
  } catch (error) {
    if (error instanceof PolicyValueError) return error;
    throw error;
  }
}

/** A list of values, at least one. */
export function listOf<T extends z.ZodType>(element: T, most = MAX_CONDITION_ENTRIES) {
  return z.array(element).min(1).max(most);
}

/** A text for people. */
export const description = z.string().min(1).describe('For people.');

/** A text that `parse` accepts, or the name of a set as `@name`; whether there is such a set is checked across the document. */
export function textOrSet(parse: (text: string) => unknown) {
  return textOf((text) => (setReference(text) === undefined ? parse(text) : undefined));
}

/** A text that `parse` accepts and that refers to no set: sets do not contain sets. */
export function textButNoSet(parse: (text: string) => unknown) {
  return textOf((text) => {
    if (setReference(text) !== undefined) {
      throw new PolicyValueError(
        'invalid-value',
        `${shown(text)} is a reference to a set, which a set cannot contain; accepted: plain values`,
      );
    }
    parse(text);
  });
}

/** A name that the document gives to something of its own. */
export function parseOwnName(text: string): void {
  if (RULE_ID.test(text)) return;
  const accepted = 'accepted: lower-case letters, digits and hyphens, at most 63, a letter or digit first';
  throw new PolicyValueError('invalid-value', `${shown(text)} is no id; ${accepted}`);
}

export function parseRuleId(text: string): void {
  parseOwnName(text);
  if (text !== DEFAULT_RULE) return;
  throw new PolicyValueError(
    'invalid-value',
    `${shown(text)} is what decisions say where no rule decided; accepted: any other id`,
  );
}

/** The id that AWS gives to a Client VPN endpoint. */
export function isEndpointId(text: string): boolean {
  return ENDPOINT_ID.test(text);
}

export function parseEndpointId(text: string): void {
  if (isEndpointId(text)) return;
  throw new PolicyValueError(
    'invalid-value',
    `${shown(text)} is no endpoint id; accepted: an id such as cvpn-endpoint-0a1b2c3d4e5f67890`,
  );
}

export const ruleId = textOf(parseRuleId).meta({
  id: 'RuleId',
  description: 'Lower-case letters, digits and hyphens, at most 63, unique in the policy; "default" is taken.',
  pattern: RULE_ID.source,
  not: { const: DEFAULT_RULE },
  examples: ['block-leavers'],
});

export const instant = textOf(parseInstantMs).meta({
  id: 'Time',
  description: 'A moment with its offset from UTC (RFC 3339); seconds and decimals may be left out.',
  pattern: '^\\d{4}-\\d{2}-\\d{2}[Tt]\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,3})?)?([Zz]|[+-]\\d{2}:\\d{2})$',
  examples: ['2026-12-31T00:00:00+09:00'],
});

export const timeOfDay = textOf(parseTimeOfDay).meta({
  id: 'TimeOfDay',
  description: 'HH:MM on the local wall clock, 00:00 to 23:59; midnight at the end of a day is 00:00.',
  pattern: '^([01]\\d|2[0-3]):[0-5]\\d$',
  examples: ['07:00'],
});

export const timezone = textOf(remembering(parseZone)).meta({
  id: 'Timezone',
  description: 'A name of the IANA time zone database, or UTC.',
  pattern: '^[A-Za-z][A-Za-z0-9_+\\-/]*$',
  examples: ['Asia/Tokyo', 'UTC'],
});

export const duration = textOf(parseDurationMs).meta({
  id: 'Duration',
  description: 'Elapsed time as ISO 8601 writes it, weeks to seconds; more than zero, at most 31 days.',
  pattern: '^P(?!$)(\\d{1,7}W)?(\\d{1,7}D)?(T(?!$)(\\d{1,7}H)?(\\d{1,7}M)?(\\d{1,7}S)?)?$',
  examples: ['PT4H', 'P1DT12H'],
});

/** How long connections that stand go on. */
export const grace = textOf(parseGraceMs).meta({
  id: 'Grace',
  description:
    'How long connections that stand go on before they are ended, as ISO 8601 writes it; at most 24 hours. Default: not at all.',
  pattern: '^P(?!$)(\\d{1,7}D)?(T(?!$)(\\d{1,7}H)?(\\d{1,7}M)?(\\d{1,7}S)?)?$',
  examples: ['PT10M'],
});

export const cron = textOf(remembering(parseCron)).meta({
  id: 'Cron',
  description:
    'Five fields: minute, hour, day of month, month, day of week. TUE#2 is the second Tuesday, L the last day.',
  pattern: '^\\S+ \\S+ \\S+ \\S+ \\S+$',
  examples: ['0 2 * * TUE#2', '30 22 1 * *'],
});

export const message = textOf(parseMessage).meta({
  id: 'Message',
  description:
    'What the refused user reads, cut to 255 characters. Placeholders: {username} {commonName} {publicIp} {connectionId} {endpoint} {rule} {until}.',
  minLength: 1,
  maxLength: MAX_TEMPLATE_LENGTH,
  examples: ['Maintenance until {until}.'],
});

/** What a condition's or a set's entries are, beside references to sets. */
const SET_REFERENCE = '`@name` stands for a set.';

export const nameOrSet = textOrSet(parseNamePattern).meta({
  id: 'NamePattern',
  description: `A name; letter case never matters, * stands for any text, ? for one character. ${SET_REFERENCE}`,
  minLength: 1,
  maxLength: MAX_PATTERN_LENGTH,
  examples: ['batchi', '*@contractor.example.com', '@leavers'],
});

export const addressesOrSet = textOrSet(parseAddressRange).meta({
  id: 'Addresses',
  description: `An address, a CIDR block or a range a-b, IPv4 or IPv6. ${SET_REFERENCE}`,
  pattern: '^(@|[0-9A-Fa-f:.]+(/\\d{1,3}|-[0-9A-Fa-f:.]+)?$)',
  examples: ['203.0.113.9', '203.0.113.0/24', '198.51.100.20-198.51.100.29', '2001:db8:40::/44', '@offices'],
});

export const datesOrSet = textOrSet(parseCalendarDate).meta({
  id: 'Date',
  description: `A calendar day. ${SET_REFERENCE}`,
  pattern: '^(@|\\d{4}-\\d{2}-\\d{2}$)',
  examples: ['2026-12-29', '@jp-holidays'],
});

export const versionRange = textOf(parseVersionRange).meta({
  id: 'VersionRange',
  description:
    'A comparison (<, <=, =, >=, >) with one to four numbers with dots, or several with blanks between that must all hold.',
  pattern: '^\\s*(<=|>=|<|>|=)?\\d{1,9}(\\.\\d{1,9}){0,3}(\\s+(<=|>=|<|>|=)?\\d{1,9}(\\.\\d{1,9}){0,3})*\\s*$',
  examples: ['<2.6.0', '>=2.5 <2.6'],
});

export const endpointReference = z
  .string()
  .min(1)
  .meta({
    id: 'EndpointReference',
    description: 'An endpoint id, or a name from "endpoints".',
    minLength: 1,
    examples: ['frankfurt', 'cvpn-endpoint-0a1b2c3d4e5f67890'],
  });
