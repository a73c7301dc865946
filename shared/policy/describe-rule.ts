/** A rule as one English sentence: for plans, diffs and lists, where the whole rule is too much. */
import type { Block, Blocks, Match, Rule, Window } from '../engine/index.ts';
import { printedText } from './printed-text.ts';

const MAX_VALUES = 3;
const MAX_VALUE_LENGTH = 64;

/**
 * `refuse batchi, everywhere, until 2026-11-24 18:00 +09:00`. Of long lists the first three stand there, the others are
 * counted, so it is no substitute for the rule.
 */
export function describeRule(rule: Rule): string {
  const prefix = [rule.enabled === false ? 'switched off: ' : '', rule.mode === 'report' ? 'report only: ' : ''];
  const parts = [
    `${prefix.join('')}${deed(rule)} ${whom(rule.match)}${rule.except === undefined ? '' : `, but not ${whom(rule.except)}`}`,
    namesEndpoints(rule.match) ? '' : 'everywhere',
    rule.notBefore === undefined ? '' : `from ${printedTime(rule.notBefore)}`,
    rule.expiresAt === undefined ? '' : `until ${printedTime(rule.expiresAt)}`,
    rule.effect === 'deny' && rule.final === true ? 'whatever is exempt' : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function deed(rule: Rule): string {
  switch (rule.effect) {
    case 'deny':
      return 'refuse';
    case 'allow':
      return 'admit';
    case 'exempt':
      return `lift ${rule.from === '*' ? 'every deny rule' : anyOf(rule.from, 'and')} for`;
  }
}

function whom(match: Match): string {
  if (match === 'everyone') return 'everyone';
  return enumerated(blocksIn(match).map(describeBlock), '; ', '; or ');
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
function describeBlock(block: Block): string {
  const told: { readonly [Condition in keyof Required<Block>]: string | undefined } = {
    users: block.users && `user ${anyOf(block.users)}`,
    identities: block.identities && `${block.users === undefined ? '' : 'known as '}${anyOf(block.identities)}`,
    commonNames: block.commonNames && `with certificate ${anyOf(block.commonNames)}`,
    groups: block.groups && `in ${anyOf(block.groups)}`,
    allGroups: block.allGroups && `in ${anyOf(block.allGroups, 'and')}`,
    sourceIps: block.sourceIps && `from ${anyOf(block.sourceIps)}`,
    endpoints: block.endpoints && `at ${anyOf(block.endpoints)}`,
    platforms: block.platforms && `on ${anyOf(block.platforms)}`,
    openvpnVersion: block.openvpnVersion && `with OpenVPN ${anyOf(versions(block.openvpnVersion))}`,
    awsClientVersion: block.awsClientVersion && `with AWS client ${anyOf(versions(block.awsClientVersion))}`,
    missing: block.missing && `without ${anyOf(block.missing)}`,
    windows: block.windows && enumerated(block.windows.map(describeWindow), ', ', ' or '),
  };
  const conditions = Object.values(told).filter((text) => text !== undefined);
  return [...((block.users ?? block.identities) ? [] : ['everyone']), ...conditions].join(' ');
}

function versions(version: string | readonly string[]): readonly string[] {
  return typeof version === 'string' ? [version] : version;
}

function describeWindow(window: Window): string {
  if ('cron' in window) {
    return `for ${window.duration} from each "${window.cron}" (${window.timezone})`;
  }
  if ('days' in window || 'dates' in window) {
    const days = 'days' in window ? window.days : window.dates;
    return `on ${anyOf(days, 'and')} ${window.start} to ${window.end} (${window.timezone})`;
  }
  const from = window.from === undefined ? '' : `from ${printedTime(window.from)}`;
  const until = window.until === undefined ? '' : `until ${printedTime(window.until)}`;
  return [from, until].filter((part) => part !== '').join(' ');
}

function anyOf(values: readonly string[], last: 'or' | 'and' = 'or'): string {
  return enumerated(
    values.map((value) => printedText(value, MAX_VALUE_LENGTH)),
    ', ',
    ` ${last} `,
  );
}

/** `a, b or c`; `a, b, c or 4 more`. */
function enumerated(texts: readonly string[], comma: string, last: string): string {
  const shown = texts.length > MAX_VALUES + 1 ? texts.slice(0, MAX_VALUES) : texts;
  const all = shown === texts ? texts : [...shown, `${texts.length - MAX_VALUES} more`];
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(comma)}${last}${all.at(-1)}`;
}

/** `2026-11-24T18:00:00+09:00` as `2026-11-24 18:00 +09:00`. */
function printedTime(time: string): string {
  const parts = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/i.exec(time);
  if (parts === null) return printedText(time, MAX_VALUE_LENGTH);
  const [, day, minute, seconds = '', offset = ''] = parts;
  const exact = /[1-9]/.test(seconds) ? seconds : '';
  return `${day} ${minute}${exact} ${offset.toUpperCase() === 'Z' ? 'UTC' : offset}`;
}
