/**
 * Policies and connections in Cedar's words, from docs/policy-language.md alone: nothing of the engine is used but its types.
 * What Cedar cannot say (weekly, date and cron windows, versions, `?`, wildcards in groups, folding beyond ASCII case) is an error here.
 *
 * A connection is a principal with the attributes that are there, its groups are the principal's parents, the endpoint is the resource.
 * Cedar's algorithm is ours: a forbid that holds refuses, else a permit that holds admits, else the default, which is another permit.
 */
import type { AttributeName, Block, Blocks, ExemptRule, PolicyDocument, Rule } from '../../../shared/engine/index.ts';
import { addressNumber, addressText, blocksOf } from './address-blocks.ts';
import type { CaseConnection, Sent } from './case-connection.ts';
import type { CedarQuestion } from './cedar-wasm.ts';

/** What ids of policies that stand for a default begin with; no rule's id can. */
const DEFAULT_PREFIX = 'default:';

/** Whether a Cedar policy stands for a default and not for a rule. */
export function isDefault(policyId: string): boolean {
  return policyId.startsWith(DEFAULT_PREFIX);
}

/** The document as Cedar policies, by id: each enforced deny rule is a forbid, each allow rule a permit. */
export function toCedar(document: PolicyDocument): Record<string, string> {
  const rules = (document.rules ?? []).filter(({ enabled, mode }) => enabled !== false && mode !== 'report');
  const policies: Record<string, string> = {};
  for (const rule of rules) {
    if (rule.effect === 'allow')
      policies[rule.id] = `permit(principal, action, resource) when { ${applies(document, rule)} };`;
    if (rule.effect === 'deny') {
      const lifting = rules.filter((exempt) => exempt.effect === 'exempt').filter((exempt) => lifts(exempt, rule));
      const unless = lifting.map((exempt) => ` unless { ${applies(document, exempt)} }`).join('');
      policies[rule.id] = `forbid(principal, action, resource) when { ${applies(document, rule)} }${unless};`;
    }
  }
  return { ...policies, ...defaults(document) };
}

function lifts({ from }: ExemptRule, rule: Rule): boolean {
  if (rule.effect !== 'deny' || rule.final === true) return false;
  return from === '*' || from.includes(rule.id);
}

function defaults({ defaultEffect, endpoints = {} }: PolicyDocument): Record<string, string> {
  const own = Object.entries(endpoints).filter(([, settings]) => settings.defaultEffect !== undefined);
  const policies = own
    .filter(([, settings]) => settings.defaultEffect === 'allow')
    .map(([id]) => [`${DEFAULT_PREFIX}${id}`, `permit(principal, action, resource == ${endpointEntity(id)});`]);
  if (defaultEffect === 'allow') {
    const others = own.map(([id]) => endpointEntity(id)).join(', ');
    policies.push([
      `${DEFAULT_PREFIX}document`,
      `permit(principal, action, resource) unless { [${others}].contains(resource) };`,
    ]);
  }
  return Object.fromEntries(policies);
}

/** In force, `match` holds and `except` does not. */
function applies(document: PolicyDocument, rule: Rule): string {
  const isDeny = rule.effect === 'deny';
  return all([
    ...(rule.notBefore === undefined ? [] : [`${moment(rule.notBefore)} <= context.now`]),
    ...(rule.expiresAt === undefined ? [] : [`context.now < ${moment(rule.expiresAt)}`]),
    ...(rule.match === 'everyone' ? [] : [anyBlock({ document, refuses: isDeny }, rule.match)]),
    ...(rule.except === undefined ? [] : [`!(${anyBlock({ document, refuses: !isDeny }, rule.except)})`]),
  ]);
}

/** Where a condition stands. */
interface Place {
  readonly document: PolicyDocument;
  /** Whether its holding leads towards a refusal. */
  readonly refuses: boolean;
}

function anyBlock(place: Place, blocks: Blocks): string {
  return any([blocks].flat().map((block) => all(conditions(place, block))));
}

function conditions(place: Place, block: Block): string[] {
  return Object.entries(block).flatMap(([name, value]) => (value === undefined ? [] : [condition(place, block, name)]));
}

function condition(place: Place, block: Block, name: string): string {
  switch (name) {
    case 'endpoints':
      return on(place, ['endpointId'], any((block.endpoints ?? []).map((entry) => isEndpoint(place, entry))));
    case 'users':
      return on(place, ['username'], nameIn(place, 'username', block.users));
    case 'commonNames':
      return on(place, ['commonName'], nameIn(place, 'commonName', block.commonNames));
    case 'identities':
      return on(
        place,
        ['username', 'commonName'],
        any([
          nameIn(place, 'username', block.identities, logins),
          nameIn(place, 'commonName', block.identities, logins),
        ]),
      );
    case 'groups':
      return on(
        place,
        ['groups'],
        any(entriesOf(place, block.groups).map((entry) => whileIn(entry, inGroup(entry.value)))),
      );
    case 'allGroups':
      return on(place, ['groups'], everyGroup(entriesOf(place, block.allGroups)));
    case 'sourceIps':
      return on(
        place,
        ['publicIp'],
        has(
          'context',
          'publicIp',
          any(entriesOf(place, block.sourceIps).map((entry) => whileIn(entry, isInRange(entry.value)))),
        ),
      );
    case 'platforms':
      return on(place, ['platform'], nameIn(place, 'platform', block.platforms));
    case 'missing':
      return on(place, block.missing ?? [], any((block.missing ?? []).map(isAbsent)));
    case 'windows':
      return any(
        (block.windows ?? []).map((window) => {
          if (!('from' in window || 'until' in window)) throw notInCedar('a window', window);
          return all([
            ...(window.from === undefined ? [] : [`${moment(window.from)} <= context.now`]),
            ...(window.until === undefined ? [] : [`context.now < ${moment(window.until)}`]),
          ]);
        }),
      );
    default:
      throw notInCedar('a condition', name);
  }
}

/** A malformed attribute makes every refusing condition on it hold and every granting one fail. */
function on({ refuses }: Place, attributes: readonly string[], holds: string): string {
  const malformed = any(attributes.map((attribute) => `context.malformed.contains(${text(attribute)})`));
  return refuses ? any([malformed, holds]) : all([`!(${malformed})`, holds]);
}

// Entries

interface Entry {
  readonly value: string;
  readonly expiresAt?: string | undefined;
}

/** The entries of a condition, `@set` replaced by those of the set. */
function entriesOf({ document }: Place, entries: readonly string[] = []): Entry[] {
  return entries.flatMap((entry): Entry[] => {
    if (!entry.startsWith('@')) return [{ value: entry }];
    const set = document.sets?.[entry.slice(1)];
    if (set === undefined) throw new Error(`no set ${entry}`);
    return set.entries.map((one) => (typeof one === 'string' ? { value: one } : one));
  });
}

function whileIn({ expiresAt }: Entry, holds: string): string {
  return expiresAt === undefined ? holds : all([`context.now < ${moment(expiresAt)}`, holds]);
}

// Names

/** What the principal or the context says of the attribute, and `false` where it says nothing. */
function has(of: 'principal' | 'context', attribute: string, holds: string): string {
  return all([`${of} has ${attribute}`, holds]);
}

function nameIn(
  place: Place,
  attribute: 'username' | 'commonName' | 'platform',
  entries: readonly string[] | undefined,
  spellings: (pattern: string) => string[] = (pattern) => [pattern],
): string {
  const holds = entriesOf(place, entries).map((entry) =>
    whileIn(entry, any(spellings(likePattern(entry.value)).map((like) => `principal.${attribute} like "${like}"`))),
  );
  return has('principal', attribute, any(holds));
}

/** `x`, `DOMAIN\x`, `x@anything`, `DOMAIN\x@anything`. */
function logins(like: string): string[] {
  return [like, `*\\\\${like}`, `${like}@*`, `*\\\\${like}@*`];
}

/** A name pattern as Cedar's `like` takes it, in lower case. */
function likePattern(pattern: string): string {
  return patternParts(pattern)
    .map((part) => (part === ANY ? '*' : literal(part)))
    .join('');
}

const ANY = Symbol('any text');

/** `\*`, `\?` and `\\` are a star, a question mark and a backslash; before anything else a backslash is itself. */
function patternParts(pattern: string): (string | typeof ANY)[] {
  return [...pattern.matchAll(/\\[*?\\]|./gsu)].map(([part]) => {
    if (part === '?') throw notInCedar('a wildcard', pattern);
    if (part === '*') return ANY;
    return folded(part.length > 1 ? part.slice(1) : part);
  });
}

/** Case never matters; all names here are ASCII, of which nothing else is folded. */
function folded(name: string): string {
  if (!/^[\x21-\x7e]*$/.test(name)) throw notInCedar('a name', name);
  return name.toLowerCase();
}

function literal(character: string): string {
  return ['*', '\\', '"'].includes(character) ? `\\${character}` : character;
}

function text(value: string): string {
  return `"${value.replaceAll(/[\\"]/g, (character) => `\\${character}`)}"`;
}

// Groups, endpoints

function inGroup(pattern: string): string {
  const name = patternParts(pattern).map((part) => {
    if (part === ANY) throw notInCedar('a wildcard in a group', pattern);
    return part;
  });
  return `principal in Group::${text(name.join(''))}`;
}

/** All entries that have not expired; of none left, nothing holds. */
function everyGroup(entries: readonly Entry[]): string {
  const expired = ({ expiresAt }: Entry) => (expiresAt === undefined ? 'false' : `context.now >= ${moment(expiresAt)}`);
  return all([
    `!(${all(entries.map(expired))})`,
    ...entries.map((entry) => any([expired(entry), inGroup(entry.value)])),
  ]);
}

function isEndpoint({ document }: Place, entry: string): string {
  const named = Object.entries(document.endpoints ?? {}).find(([, { name }]) => name === entry);
  return `resource == ${endpointEntity(named?.[0] ?? entry)}`;
}

function endpointEntity(id: string): string {
  return `Endpoint::${text(id)}`;
}

// Addresses

/** Blocks go to Cedar as they are written; ranges in blocks, and what is IPv4 in IPv6's words as IPv4. */
function isInRange(entry: string): string {
  const [first = '', last] = entry.split('-');
  if (last !== undefined) return any(blocksOf(addressNumber(first), addressNumber(last)).map(inBlock));
  const [address = '', prefix] = entry.split('/');
  const number = addressNumber(address);
  // A shorter IPv6 prefix speaks of IPv6 only.
  const isMapped = address.includes(':') && number.bits === 32 && Number(prefix ?? 128) >= 96;
  if (!isMapped) return inBlock(entry);
  return inBlock(`${addressText(number)}/${Number(prefix ?? 128) - 96}`);
}

function inBlock(block: string): string {
  return `context.publicIp.isInRange(ip(${text(block)}))`;
}

// Absence

function isAbsent(attribute: AttributeName): string {
  switch (attribute) {
    case 'username':
    case 'commonName':
    case 'platform':
      return `!(principal has ${attribute})`;
    case 'groups':
      return '!context.hasGroups';
    case 'publicIp':
      return '!(context has publicIp)';
    default:
      throw notInCedar('an attribute', attribute);
  }
}

// Times

/** `2026-12-31T00:00+09:00` for Cedar, which wants seconds, three decimals or none, and an offset without a colon. */
function moment(time: string): string {
  const [, minutes, seconds = ':00', decimals = '', offset = ''] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d)?(\.\d{1,3})?(Z|[+-]\d\d:\d\d)$/.exec(time) ?? [];
  if (minutes === undefined) throw notInCedar('a time', time);
  return `datetime("${minutes}${seconds}${decimals === '' ? '' : decimals.padEnd(4, '0')}${offset.replace(':', '')}")`;
}

// Booleans. In trees, since Cedar's parser overflows its stack on long chains.

function all(terms: readonly string[]): string {
  return joined(terms, '&&', 'true');
}

function any(terms: readonly string[]): string {
  return joined(terms, '||', 'false');
}

function joined(terms: readonly string[], operator: string, none: string): string {
  if (terms.length < 2) return terms[0] ?? none;
  const middle = Math.ceil(terms.length / 2);
  return `(${joined(terms.slice(0, middle), operator, none)} ${operator} ${joined(terms.slice(middle), operator, none)})`;
}

function notInCedar(what: string, value: unknown): Error {
  return new Error(`${what} that Cedar cannot say: ${JSON.stringify(value)}`);
}

// Connections

/** The connection at a moment, as Cedar is asked about it. */
export function toQuestion(connection: CaseConnection, nowMs: number): CedarQuestion {
  const { username, commonName, platform, groups, publicIp, endpointId } = connection;
  const malformed = Object.entries(connection).filter(([, sent]) => sent.means === 'malformed');
  const names = { username, commonName, platform };
  const attributes = Object.entries(names).flatMap(([key, sent]) =>
    isValue(sent) ? [[key, folded(sent.value)] as const] : [],
  );
  return {
    principal: PRINCIPAL,
    action: { type: 'Action', id: 'connect' },
    resource: isValue(endpointId) ? { type: 'Endpoint', id: endpointId.value } : { type: 'NoEndpoint', id: '' },
    context: {
      now: { __extn: { fn: 'datetime', arg: new Date(nowMs).toISOString() } },
      malformed: malformed.map(([attribute]) => attribute),
      hasGroups: groups.means !== 'absent',
      ...(isValue(publicIp) ? { publicIp: { __extn: { fn: 'ip', arg: cedarAddress(publicIp.value) } } } : {}),
    },
    entities: [
      {
        uid: PRINCIPAL,
        attrs: Object.fromEntries(attributes),
        parents: isValue(groups) ? groups.value.map((id) => ({ type: 'Group', id: folded(id) })) : [],
      },
    ],
  };
}

const PRINCIPAL = { type: 'Client', id: 'connection' };

type Value<T> = Extract<Sent<T>, { means: 'value' }>;

function isValue<T>(sent: Sent<T>): sent is Value<T> {
  return sent.means === 'value';
}

/** As the client wrote it, but for what holds dots within IPv6, which Cedar does not read, and IPv4 in IPv6's words. */
function cedarAddress(address: string): string {
  if (!address.includes(':')) return address;
  const number = addressNumber(address);
  return address.includes('.') || number.bits === 32 ? addressText(number) : address;
}
