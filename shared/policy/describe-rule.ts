/** A rule as one English sentence: for plans, diffs and lists, where the whole rule is too much. */
import type { Block, Blocks, Limit, Match, Rule, Window } from '../engine/index.ts';
import { printedText } from './printed-text.ts';

/** Prints an RFC 3339 time with an offset for people. */
export type PrintTime = (time: string) => string;

export interface DescribeOptions {
  /** Default: as it is written, `2026-11-24 18:00 +09:00`. */
  readonly printTime?: PrintTime | undefined;
  /** All of every list, and every text to its end. Default false: of long lists the first three, the others counted. */
  readonly inFull?: boolean | undefined;
}

/** How values are printed. */
export interface Printing {
  readonly printTime: PrintTime;
  readonly maxValues: number;
  readonly maxLength: number;
}

/**
 * `refuse batchi, everywhere, until 2026-11-24 18:00 +09:00`. Messages and posture statuses do not stand in it, so it is no
 * substitute for the rule.
 */
export function describeRule(rule: Rule, options: DescribeOptions = {}): string {
  const printing = printingOf(options);
  const { notBefore, expiresAt } = rule;
  const prefix = [rule.enabled === false ? 'switched off: ' : '', rule.mode === 'report' ? 'report only: ' : ''];
  return listedParts([
    `${prefix.join('')}${deed(rule, printing)} ${whomAndWhere(rule, printing)}`,
    notBefore === undefined ? '' : `from ${printing.printTime(notBefore)}`,
    expiresAt === undefined ? '' : `until ${printing.printTime(expiresAt)}`,
    rule.effect === 'deny' && rule.final === true ? 'whatever is exempt' : '',
    rule.effect === 'exempt' ? '' : standingConnections(rule),
  ]);
}

export function printingOf({ printTime = writtenTime, inFull = false }: DescribeOptions): Printing {
  return {
    printTime,
    maxValues: inFull ? Number.POSITIVE_INFINITY : 3,
    maxLength: inFull ? Number.POSITIVE_INFINITY : 64,
  };
}

/** `batchi, but not user oncall, everywhere`. */
export function whomAndWhere({ match, except }: Pick<Rule | Limit, 'match' | 'except'>, printing: Printing): string {
  return listedParts([
    whom(match, printing),
    except === undefined ? '' : `but not ${whom(except, printing)}`,
    namesEndpoints(match) ? '' : 'everywhere',
  ]);
}

export function listedParts(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(', ');
}

/** What becomes of connections that stand; nothing where that is the default. */
function standingConnections({
  standing,
  grace,
}: {
  standing?: string | undefined;
  grace?: string | undefined;
}): string {
  if (standing === 'keep') return 'standing connections go on';
  const which = standing === 'endAll' ? 'all standing connections, however many,' : 'standing connections';
  if (grace !== undefined) return `${which} end after a grace of ${printedText(grace, 64)}`;
  return standing === 'endAll' ? `${which} end` : '';
}

function deed(rule: Rule, printing: Printing): string {
  switch (rule.effect) {
    case 'deny':
      return 'refuse';
    case 'allow':
      return 'admit';
    case 'exempt':
      return `lift ${rule.from === '*' ? 'every deny rule' : anyOf(rule.from, printing, 'and')} for`;
  }
}

function whom(match: Match, printing: Printing): string {
  if (match === 'everyone') return 'everyone';
  const blocks = blocksIn(match).map((block) => describeBlock(block, printing));
  return enumerated(blocks, printing, '; ', '; or ');
}

function blocksIn(blocks: Blocks): readonly Block[] {
  return isList(blocks) ? blocks : [blocks];
}

/** `Array.isArray` does not narrow readonly lists. */
function isList(value: Blocks): value is readonly Block[] {
  return Array.isArray(value);
}

function namesEndpoints(match: Match): boolean {
  return match !== 'everyone' && blocksIn(match).some((block) => block.endpoints !== undefined);
}

/** `user a or b in staff from 203.0.113.0/24`: who, then all that must hold besides. */
function describeBlock(block: Block, printing: Printing): string {
  const any = (values: readonly string[], last?: 'and') => anyOf(values, printing, last);
  const told: { readonly [Condition in keyof Required<Block>]: string | undefined } = {
    users: block.users && `user ${any(block.users)}`,
    identities: block.identities && `${block.users === undefined ? '' : 'known as '}${any(block.identities)}`,
    commonNames: block.commonNames && `with certificate ${any(block.commonNames)}`,
    groups: block.groups && `in ${any(block.groups)}`,
    allGroups: block.allGroups && `in ${any(block.allGroups, 'and')}`,
    sourceIps: block.sourceIps && `from ${any(block.sourceIps)}`,
    endpoints: block.endpoints && `at ${any(block.endpoints)}`,
    platforms: block.platforms && `on ${any(block.platforms)}`,
    openvpnVersion: block.openvpnVersion && `with OpenVPN ${any(versions(block.openvpnVersion))}`,
    awsClientVersion: block.awsClientVersion && `with AWS client ${any(versions(block.awsClientVersion))}`,
    missing: block.missing && `without ${any(block.missing)}`,
    windows:
      block.windows &&
      enumerated(
        block.windows.map((window) => describeWindow(window, printing)),
        printing,
        ', ',
        ' or ',
      ),
  };
  const conditions = Object.values(told).filter((text) => text !== undefined);
  return [...((block.users ?? block.identities) ? [] : ['everyone']), ...conditions].join(' ');
}

function versions(version: string | readonly string[]): readonly string[] {
  return typeof version === 'string' ? [version] : version;
}

function describeWindow(window: Window, printing: Printing): string {
  if ('cron' in window) {
    return `for ${window.duration} from each "${window.cron}" (${window.timezone})`;
  }
  if ('days' in window || 'dates' in window) {
    const days = 'days' in window ? window.days : window.dates;
    return `on ${anyOf(days, printing, 'and')} ${window.start} to ${window.end} (${window.timezone})`;
  }
  const from = window.from === undefined ? '' : `from ${printing.printTime(window.from)}`;
  const until = window.until === undefined ? '' : `until ${printing.printTime(window.until)}`;
  return [from, until].filter((part) => part !== '').join(' ');
}

function anyOf(values: readonly string[], printing: Printing, last: 'or' | 'and' = 'or'): string {
  const texts = values.map((value) => printedText(value, printing.maxLength));
  return enumerated(texts, printing, ', ', ` ${last} `);
}

/** `a, b or c`; `a, b, c or 4 more`. */
function enumerated(texts: readonly string[], { maxValues }: Printing, comma: string, last: string): string {
  const shown = texts.length > maxValues + 1 ? texts.slice(0, maxValues) : texts;
  const all = shown === texts ? texts : [...shown, `${texts.length - maxValues} more`];
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(comma)}${last}${all.at(-1)}`;
}

/** `2026-11-24T18:00:00+09:00` as `2026-11-24 18:00 +09:00`. */
function writtenTime(time: string): string {
  const parts = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/i.exec(time);
  if (parts === null) return printedText(time, 64);
  const [, day, minute, seconds = '', offset = ''] = parts;
  const exact = /[1-9]/.test(seconds) ? seconds : '';
  return `${day} ${minute}${exact} ${offset.toUpperCase() === 'Z' ? 'UTC' : offset}`;
}
