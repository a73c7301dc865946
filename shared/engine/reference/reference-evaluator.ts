/**
 * The decision once more, slow and obvious, written from docs/policy-language.md alone: no index, no cache, everything
 * read anew from the document. The property tests hold the engine against it, so it shares no code with the engine.
 */
import { type Attribute, type Connection, isMalformed } from '../connection.ts';
import type { Decision } from '../decision.ts';
import type {
  AttributeName,
  Block,
  Blocks,
  DenyRule,
  EndpointSettings,
  ExemptRule,
  Match,
  PolicyDocument,
  Rule,
  Window,
} from '../document.ts';
import { addressMatches, isAddress } from './reference-addresses.ts';
import { hasTooManySplits, identityMatches, nameMatches, type Place } from './reference-names.ts';
import { instantMs, windowHolds } from './reference-windows.ts';

/**
 * What the policy decides. The text for `{until}` is an argument: the property tests check what the engine puts there
 * by asking this function about the moments around it.
 */
export function referenceDecide(
  document: PolicyDocument,
  connection: Connection,
  nowMs: number,
  until = '{until}',
): Decision {
  const view: View = { document, connection, nowMs };
  const rules = document.rules ?? [];
  const applying = rules.filter((rule) => applies(rule, view));
  const enforced = applying.filter((rule) => rule.mode !== 'report');

  const exemptions = enforced.filter((rule) => rule.effect === 'exempt');
  const isLifted = (rule: DenyRule) => rule.final !== true && exemptions.some((exemption) => lifts(exemption, rule));

  const denying = enforced.filter((rule) => rule.effect === 'deny').filter((rule) => !isLifted(rule));
  const allowing = enforced.filter((rule) => rule.effect === 'allow');
  const endpoint = endpointSettings(view);
  const byDefault = endpoint?.defaultEffect ?? document.defaultEffect;

  const effect = denying.length > 0 ? 'deny' : allowing.length > 0 ? 'allow' : byDefault;
  const deciding = denying.length > 0 ? denying : allowing;
  const observing = endpoint?.mode === 'observe';
  const name = endpointName(view);

  return {
    allow: effect === 'allow' || observing,
    effect,
    decidedBy: deciding.length > 0 ? 'rule' : 'default',
    rules: deciding.map((rule) => rule.id),
    ...(effect === 'deny' ? { message: refusalMessage(view, denying[0], until) } : {}),
    postureStatuses: [...new Set(deciding.flatMap((rule) => rule.postureStatuses ?? []))].slice(0, 10),
    reported: applying
      .filter((rule) => rule.mode === 'report')
      .filter((rule) => rule.effect !== 'deny' || !isLifted(rule))
      .map((rule) => rule.id),
    observed: effect === 'deny' && observing,
    ...(name === undefined ? {} : { endpoint: name }),
  };
}

/** One question: this policy, this connection, this moment. */
interface View {
  readonly document: PolicyDocument;
  readonly connection: Connection;
  readonly nowMs: number;
}

/** A rule applies when it is in force, its `match` holds and its `except` does not. */
function applies(rule: Rule, view: View): boolean {
  if (!isInForce(rule, view.nowMs)) return false;
  const denies = rule.effect === 'deny';
  if (!matchHolds(rule.match, denies ? 'refusing' : 'granting', view)) return false;
  return rule.except === undefined || !blocksHold(rule.except, denies ? 'granting' : 'refusing', view);
}

function isInForce(rule: Rule, nowMs: number): boolean {
  if (rule.enabled === false) return false;
  if (rule.notBefore !== undefined && nowMs < instantMs(rule.notBefore)) return false;
  return rule.expiresAt === undefined || nowMs < instantMs(rule.expiresAt);
}

function lifts(exemption: ExemptRule, rule: DenyRule): boolean {
  return exemption.from === '*' || exemption.from.includes(rule.id);
}

function matchHolds(match: Match, place: Place, view: View): boolean {
  return match === 'everyone' || blocksHold(match, place, view);
}

/** Of a list of blocks one suffices. */
function blocksHold(blocks: Blocks, place: Place, view: View): boolean {
  return [blocks].flat().some((block) => blockHolds(block, place, view));
}

/** In a block all conditions must hold. */
function blockHolds(block: Block, place: Place, view: View): boolean {
  return Object.entries(block)
    .filter(([, value]) => value !== undefined)
    .every(([condition]) => conditionHolds(condition, block, place, view));
}

function conditionHolds(condition: string, block: Block, place: Place, view: View): boolean {
  const { connection } = view;
  const entriesOf = (list: readonly string[] | undefined) => (list ?? []).flatMap((entry) => expand(entry, view));
  switch (condition) {
    case 'endpoints':
      return endpointsHold(block.endpoints ?? [], place, view);
    case 'users':
      return nameHolds(entriesOf(block.users), connection.username, place);
    case 'commonNames':
      return nameHolds(entriesOf(block.commonNames), connection.commonName, place);
    case 'identities':
      return identitiesHold(entriesOf(block.identities), connection);
    case 'groups':
      return groupsHold(entriesOf(block.groups), connection.groups, place);
    case 'allGroups':
      return allGroupsHold(entriesOf(block.allGroups), connection.groups, place);
    case 'sourceIps':
      return sourceIpsHold(entriesOf(block.sourceIps), connection, place);
    case 'platforms':
      return nameHolds(block.platforms ?? [], connection.platform, place);
    case 'openvpnVersion':
      return versionHolds([block.openvpnVersion ?? []].flat(), connection.openvpnVersion, place);
    case 'awsClientVersion':
      return versionHolds([block.awsClientVersion ?? []].flat(), connection.awsClientVersion, place);
    case 'windows':
      return (block.windows ?? []).some((window) => referenceWindowHolds(view.document, window, view.nowMs));
    case 'missing':
      return missingHolds(block.missing ?? [], connection, place);
    default:
      throw new Error(`no such condition: ${condition}`);
  }
}

/** True when the moment lies in the window, with the document's sets of dates. */
export function referenceWindowHolds(document: PolicyDocument, window: Window, nowMs: number): boolean {
  return windowHolds(window, nowMs, (entry) => expandSet(entry, document, nowMs));
}

/** `@set` stands for the set's entries that have not expired. */
function expand(entry: string, view: View): string[] {
  return expandSet(entry, view.document, view.nowMs);
}

function expandSet(entry: string, document: PolicyDocument, nowMs: number): string[] {
  if (!entry.startsWith('@')) return [entry];
  const sets = new Map(Object.entries(document.sets ?? {}));
  const set = sets.get(entry.slice(1));
  if (set === undefined) throw new Error(`no such set: ${entry}`);
  return set.entries
    .map((element) => (typeof element === 'string' ? { value: element } : element))
    .filter((element) => element.expiresAt === undefined || nowMs < instantMs(element.expiresAt))
    .map((element) => element.value);
}

type State = 'absent' | 'malformed' | 'readable';

/** What every condition on an attribute does before it looks at the value; undefined: look at the value. */
function heldBeforeReading(entries: readonly string[], states: readonly State[], place: Place): boolean | undefined {
  if (states.includes('malformed')) return place === 'refusing';
  // Else a condition whose entries have all expired holds for nobody.
  if (entries.length === 0) return false;
  if (states.every((state) => state === 'absent')) return false;
  return undefined;
}

function textState(attribute: Attribute<string>): State {
  if (attribute === undefined || attribute === '') return 'absent';
  return isMalformed(attribute) ? 'malformed' : 'readable';
}

function groupsState(groups: Connection['groups']): State {
  if (groups === undefined) return 'absent';
  if (isMalformed(groups)) return 'malformed';
  return groups.length === 0 ? 'absent' : 'readable';
}

function parsedState(attribute: Attribute<string>, parses: (text: string) => boolean): State {
  const state = textState(attribute);
  return state === 'readable' && !parses(readable(attribute)) ? 'malformed' : state;
}

function readable(attribute: Attribute<string>): string {
  if (typeof attribute !== 'string') throw new Error('read an attribute that is absent or malformed');
  return attribute;
}

function endpointsHold(entries: readonly string[], place: Place, view: View): boolean {
  const { endpointId } = view.connection;
  const held = heldBeforeReading(entries, [textState(endpointId)], place);
  if (held !== undefined) return held;
  const { name } = endpointSettings(view) ?? {};
  // A name stands for the endpoint that has it, and not for a request that calls its endpoint so.
  const names = Object.values(view.document.endpoints ?? {}).map((settings) => settings.name);
  return entries.some((entry) => entry === (names.includes(entry) ? name : endpointId));
}

function nameHolds(patterns: readonly string[], attribute: Attribute<string>, place: Place): boolean {
  const held = heldBeforeReading(patterns, [textState(attribute)], place);
  if (held !== undefined) return held;
  return patterns.some((pattern) => nameMatches(pattern, readable(attribute), place));
}

/** Only where it refuses. */
function identitiesHold(patterns: readonly string[], { username, commonName }: Connection): boolean {
  const isSplittable = (name: string) => !hasTooManySplits(name);
  const states = [parsedState(username, isSplittable), parsedState(commonName, isSplittable)];
  const held = heldBeforeReading(patterns, states, 'refusing');
  if (held !== undefined) return held;
  const names = [username, commonName].filter((name) => textState(name) === 'readable').map(readable);
  return patterns.some((pattern) => names.some((name) => identityMatches(pattern, name)));
}

function groupsHold(patterns: readonly string[], groups: Connection['groups'], place: Place): boolean {
  const held = heldBeforeReading(patterns, [groupsState(groups)], place);
  if (held !== undefined || groups === undefined || isMalformed(groups)) return held === true;
  return patterns.some((pattern) => groups.some((group) => nameMatches(pattern, group, place)));
}

function allGroupsHold(patterns: readonly string[], groups: Connection['groups'], place: Place): boolean {
  const held = heldBeforeReading(patterns, [groupsState(groups)], place);
  if (held !== undefined || groups === undefined || isMalformed(groups)) return held === true;
  return patterns.every((pattern) => groups.some((group) => nameMatches(pattern, group, place)));
}

function sourceIpsHold(entries: readonly string[], { publicIp }: Connection, place: Place): boolean {
  const held = heldBeforeReading(entries, [parsedState(publicIp, isAddress)], place);
  if (held !== undefined) return held;
  return entries.some((entry) => addressMatches(entry, readable(publicIp)));
}

function versionHolds(comparisons: readonly string[], attribute: Attribute<string>, place: Place): boolean {
  const held = heldBeforeReading(comparisons, [parsedState(attribute, isVersion)], place);
  if (held !== undefined) return held;
  return comparisons.some((comparison) => versionMatches(comparison, readable(attribute)));
}

/** A malformed attribute makes a refusing `missing` that lists it hold and a granting one fail. */
function missingHolds(attributes: readonly AttributeName[], connection: Connection, place: Place): boolean {
  const states = attributes.map((attribute) => attributeState(attribute, connection));
  if (states.includes('malformed')) return place === 'refusing';
  return states.includes('absent');
}

function attributeState(attribute: AttributeName, connection: Connection): State {
  switch (attribute) {
    case 'groups':
      return groupsState(connection.groups);
    case 'publicIp':
      return parsedState(connection.publicIp, isAddress);
    case 'openvpnVersion':
    case 'awsClientVersion':
      return parsedState(connection[attribute], isVersion);
    default:
      return textState(connection[attribute]);
  }
}

/** One to four numbers with dots, each at most nine digits. */
function isVersion(text: string): boolean {
  return /^[0-9]{1,9}(\.[0-9]{1,9}){0,3}$/.test(text);
}

/** Several comparisons with blanks between must all hold. */
function versionMatches(comparisons: string, version: string): boolean {
  return comparisons
    .trim()
    .split(/ +/)
    .every((comparison) => {
      const [, operator = '', wanted = ''] = /^(<=|>=|<|>|=|)(.*)$/.exec(comparison) ?? [];
      const order = compareVersions(version, wanted);
      if (operator === '<') return order < 0;
      if (operator === '<=') return order <= 0;
      if (operator === '>') return order > 0;
      if (operator === '>=') return order >= 0;
      return order === 0;
    });
}

function compareVersions(left: string, right: string): number {
  const [a, b] = [left, right].map((text) => text.split('.').map(Number));
  for (let i = 0; i < 4; i++) {
    const difference = (a?.[i] ?? 0) - (b?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** An endpoint that is malformed has no settings of its own. */
function endpointSettings({ document, connection: { endpointId } }: View): EndpointSettings | undefined {
  return typeof endpointId === 'string' ? new Map(Object.entries(document.endpoints ?? {})).get(endpointId) : undefined;
}

function endpointName(view: View): string | undefined {
  const { endpointId } = view.connection;
  return textState(endpointId) === 'readable' ? (endpointSettings(view)?.name ?? readable(endpointId)) : undefined;
}

function refusalMessage(view: View, first: DenyRule | undefined, until: string): string {
  const { document, connection } = view;
  const template =
    first?.message ??
    endpointSettings(view)?.defaultMessage ??
    document.defaultMessage ??
    "Refused by the VPN's policy. Connection {connectionId}.";
  const values = new Map<string, string>([
    ['username', shown(connection.username)],
    ['commonName', shown(connection.commonName)],
    ['publicIp', shown(connection.publicIp)],
    ['connectionId', shown(connection.connectionId)],
    ['endpoint', shown(endpointName(view))],
    ['rule', first?.id ?? 'default'],
    ['until', until],
  ]);
  return cut(
    template.replace(/\{([A-Za-z]+)\}/g, (placeholder, name: string) => values.get(name) ?? placeholder),
    255,
  );
}

/**
 * Without control, format and bidirectional characters (the last are all of category Cf; the line and paragraph
 * separators and half a surrogate pair are taken for control characters), at most 64 UTF-16 units. A
 * malformed text is text all the same, of which the first 1024 units are read; what is no text, or leaves nothing to show, shows
 * as absent.
 */
function shown(attribute: Attribute<string>): string {
  const value = isMalformed(attribute) ? attribute.malformed : attribute;
  if (typeof value !== 'string') return '-';
  return cut(cut(value, 1024).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, ''), 64) || '-';
}

/** Whole characters, as many as fit into that many UTF-16 units. */
function cut(text: string, units: number): string {
  let kept = '';
  for (const character of text) {
    if (kept.length + character.length > units) break;
    kept += character;
  }
  return kept;
}
