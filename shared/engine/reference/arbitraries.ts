/**
 * Random policies and connections that have much to do with each other: few names, addresses, zones and moments, so
 * that conditions often hold, and often just fail to. Every document is valid by docs/policy-language.md and is plain JSON.
 */
import fc from 'fast-check';
import { type Connection, namesAttribute, textAttribute } from '../connection.ts';
import type {
  AllowRule,
  AttributeName,
  Block,
  Blocks,
  DenyRule,
  EndpointSettings,
  ExemptRule,
  Limit,
  PolicyDocument,
  PolicySet,
  Rule,
  SetKind,
  Weekday,
  Window,
} from '../document.ts';
import { wallClock } from './reference-windows.ts';
import {
  ADDRESSES,
  addressEntry,
  BAD_ADDRESSES,
  BAD_VERSIONS,
  GROUPS,
  groupPattern,
  NAMES,
  namePattern,
  VERSIONS,
  versionRanges,
} from './value-pools.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Where and when a policy and its connections play: all windows, lifetimes and moments lie around the anchor. */
export interface Scene {
  readonly zone: string;
  readonly anchorMs: number;
}

export interface PolicyCase {
  readonly scene: Scene;
  readonly document: PolicyDocument;
  readonly questions: readonly Question[];
}

export interface Question {
  readonly connection: Connection;
  readonly nowMs: number;
}

/** Options of the documents. */
export interface DocumentOptions {
  /** The messages to choose from. Default: a pool with every placeholder but `{until}`. */
  readonly messages?: fc.Arbitrary<string>;
  /** All times in whole minutes. Default false. */
  readonly wholeMinutes?: boolean;
  /** Whether they may have limits of connections, which `decide` knows nothing of. Default false. */
  readonly limits?: boolean;
}

/** A policy, and the given number of connections, each at its moment: near the scene's anchor or where something begins or ends. */
export function policyCase(questions: number, options: DocumentOptions = {}): fc.Arbitrary<PolicyCase> {
  return scene()
    .chain((place) => fc.tuple(fc.constant(place), policyDocument(place, options)))
    .chain(([place, document]) => {
      const nowMs = fc.oneof({ weight: 3, arbitrary: moment(place) }, { weight: 1, arbitrary: edge(place, document) });
      return fc.record({
        scene: fc.constant(place),
        document: fc.constant(document),
        questions: fc.array(fc.record({ connection: connection(), nowMs }), {
          minLength: questions,
          maxLength: questions,
        }),
      });
    });
}

/** One of the times with an offset that the document names, or the millisecond before. */
function edge({ anchorMs }: Scene, document: PolicyDocument): fc.Arbitrary<number> {
  const named = [...JSON.stringify(document).matchAll(/"(\d{4}-\d\d-\d\dT[^"]+)"/g)].map(([, text]) =>
    Date.parse(text ?? ''),
  );
  return fc
    .tuple(fc.constantFrom(...(named.length > 0 ? named : [anchorMs])), fc.constantFrom(0, -1))
    .map(([base, by]) => base + by);
}

/** One window, and moments around the scene's anchor, where the clocks change. */
export function windowCase(moments: number): fc.Arbitrary<{ window: Window; moments: readonly number[] }> {
  return scene().chain((place) =>
    fc.record({
      window: window(place, {}),
      moments: fc.array(moment(place), { minLength: moments, maxLength: moments }),
    }),
  );
}

/** A zone and a moment: mostly one at which its clocks change, else an ordinary one. */
export function scene(): fc.Arbitrary<Scene> {
  return fc.constantFrom(...SCENES).map(([zone, anchor]) => ({ zone, anchorMs: Date.parse(anchor) }));
}

const SCENES: readonly (readonly [zone: string, anchor: string])[] = [
  ['America/New_York', '2026-03-08T07:00:00Z'],
  ['America/New_York', '2026-11-01T06:00:00Z'],
  ['Europe/London', '2026-03-29T01:00:00Z'],
  ['Europe/London', '2026-10-25T01:00:00Z'],
  // Half an hour forwards and back.
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  // The gap and the overlap lie at midnight.
  ['America/Sao_Paulo', '2018-11-04T03:00:00Z'],
  ['America/Sao_Paulo', '2019-02-17T02:00:00Z'],
  // 30 December 2011 never came.
  ['Pacific/Apia', '2011-12-30T10:00:00Z'],
  ['Asia/Tokyo', '2026-11-24T01:00:00Z'],
  ['Asia/Tokyo', '2026-12-07T17:00:00Z'],
  ['Asia/Kathmandu', '2026-12-31T18:15:00Z'],
  ['UTC', '2028-02-29T00:00:00Z'],
];

/** A moment near the scene's anchor, often to the millisecond on or beside an edge. */
export function moment({ zone, anchorMs }: Scene): fc.Arbitrary<number> {
  const midnightMs = anchorMs - wallClock(anchorMs, zone).minuteOfDay * MINUTE_MS;
  const near = fc.integer({ min: -52, max: 52 }).map((halfHours) => anchorMs + (halfHours * HOUR_MS) / 2);
  const atTime = fc
    .tuple(fc.integer({ min: -3, max: 3 }), timeOfDay())
    .map(([days, time]) => midnightMs + days * DAY_MS + minutesOf(time) * MINUTE_MS);
  const far = fc.integer({ min: -40, max: 40 }).map((days) => anchorMs + days * DAY_MS);
  const shift = fc.constantFrom(0, 0, 0, -1, 1, 999, -MINUTE_MS, MINUTE_MS - 1, 17 * MINUTE_MS);
  return fc
    .tuple(
      fc.oneof({ weight: 5, arbitrary: near }, { weight: 3, arbitrary: atTime }, { weight: 1, arbitrary: far }),
      shift,
    )
    .map(([base, by]) => base + by);
}

// Documents

/** A valid policy for the scene. */
export function policyDocument(place: Scene, options: DocumentOptions = {}): fc.Arbitrary<PolicyDocument> {
  const messages = options.messages ?? message();
  return fc.record(
    {
      version: fc.constant(1 as const),
      defaultEffect: fc.constantFrom('allow', 'deny'),
      defaultMessage: messages,
      endpoints: endpoints(messages),
      sets: sets(place, options),
      rules: rules(place, messages, options),
      ...(options.limits === true && { limits: limits(place, messages, options) }),
    },
    // Rules refer to the sets and to the endpoints' names, so both are always there.
    { requiredKeys: ['version', 'defaultEffect', 'endpoints', 'sets', 'rules'], noNullPrototype: true },
  );
}

const ENDPOINT_IDS = [
  'cvpn-endpoint-0a1b2c3d4e5f67890',
  'cvpn-endpoint-0123456789abcdef0',
  'cvpn-endpoint-0fedcba9876543210',
];

function endpoints(messages: fc.Arbitrary<string>): fc.Arbitrary<Record<string, EndpointSettings>> {
  const settings = {
    defaultEffect: fc.constantFrom('allow' as const, 'deny' as const),
    defaultMessage: messages,
    mode: fc.constantFrom('enforce' as const, 'enforce' as const, 'observe' as const),
  };
  const optional = { noNullPrototype: true as const };
  return fc.record(
    {
      [String(ENDPOINT_IDS[0])]: fc.record(
        { name: fc.constant('frankfurt'), ...settings },
        { requiredKeys: ['name'], ...optional },
      ),
      [String(ENDPOINT_IDS[1])]: fc.record(
        { name: fc.constant('tokyo'), ...settings },
        { requiredKeys: ['name'], ...optional },
      ),
      [String(ENDPOINT_IDS[2])]: fc.record(settings, { requiredKeys: [], ...optional }),
    },
    { noNullPrototype: true },
  );
}

const SET_NAMES = {
  ip: ['offices', 'partners'],
  user: ['leavers', 'constructor'],
  commonName: ['certificates'],
  group: ['admins', 'temps'],
  date: ['holidays', 'freeze'],
} as const satisfies Record<SetKind, readonly string[]>;

function sets(place: Scene, options: DocumentOptions): fc.Arbitrary<Record<string, PolicySet>> {
  const values: Record<SetKind, fc.Arbitrary<string>> = {
    ip: addressEntry(),
    user: namePattern(),
    commonName: namePattern(),
    group: groupPattern(),
    date: date(place),
  };
  const ofKind = (kind: SetKind) => {
    const entry = fc.oneof(
      { weight: 2, arbitrary: values[kind] },
      {
        weight: 3,
        arbitrary: fc.record(
          { value: values[kind], expiresAt: instantText(place, options), note: fc.constant('until further notice') },
          { requiredKeys: ['value'], noNullPrototype: true },
        ),
      },
    );
    const anyOf = fc.array(entry, { minLength: 1, maxLength: 4 });
    // Sets that run out together make conditions that hold for nobody.
    const soonEmpty = fc
      .tuple(fc.array(values[kind], { minLength: 1, maxLength: 2 }), instantText(place, options))
      .map(([list, expiresAt]) => list.map((value) => ({ value, expiresAt })));
    return fc
      .oneof({ weight: 3, arbitrary: anyOf }, { weight: 1, arbitrary: soonEmpty })
      .map((entries) => ({ kind, entries }));
  };
  const model: Record<string, fc.Arbitrary<PolicySet>> = {};
  for (const kind of ['ip', 'user', 'commonName', 'group', 'date'] as const) {
    for (const name of SET_NAMES[kind]) model[name] = ofKind(kind);
  }
  return fc.record(model, { noNullPrototype: true });
}

const RULE_IDS = [
  'block-leavers',
  'patch-night',
  'offices-only',
  'oncall',
  'r1',
  '0',
  'constructor',
  'a-very-long-id-that-takes-all-of-the-sixty-three-characters-ok1',
  'late-shift',
];

type WithoutId<T> = T extends { readonly id: string } ? Omit<T, 'id'> : never;

function rules(place: Scene, messages: fc.Arbitrary<string>, options: DocumentOptions): fc.Arbitrary<Rule[]> {
  const body: fc.Arbitrary<WithoutId<Rule>> = fc.oneof(
    { weight: 9, arbitrary: denyRule(place, messages, options) },
    { weight: 8, arbitrary: allowRule(place, options) },
    { weight: 6, arbitrary: exemptRule(place, options) },
  );
  return fc
    .tuple(
      fc.shuffledSubarray(RULE_IDS, { minLength: RULE_IDS.length }),
      fc.oneof(
        // In a short policy one condition often makes the difference, in a long one rules meet.
        { weight: 2, arbitrary: fc.array(body, { minLength: 1, maxLength: 3 }) },
        { weight: 1, arbitrary: fc.array(body, { maxLength: RULE_IDS.length, size: 'max' }) },
      ),
    )
    .map(([ids, bodies]) => {
      const all: Rule[] = ids.slice(0, bodies.length).flatMap((id, index): Rule[] => {
        const rule = bodies[index];
        return rule === undefined ? [] : [{ ...rule, id }];
      });
      const denyIds = all.filter((rule) => rule.effect === 'deny').map((rule) => rule.id);
      return all.map((rule) => (rule.effect === 'exempt' ? { ...rule, from: existing(rule.from, denyIds) } : rule));
    });
}

/** The generated places in the list, turned into ids of deny rules that are there. */
function existing(from: ExemptRule['from'], denyIds: readonly string[]): ExemptRule['from'] {
  if (from === '*' || denyIds.length === 0) return '*';
  return [...new Set(from.map((place) => String(denyIds[Number(place) % denyIds.length])))];
}

const LIMIT_IDS = ['one-each', 'contractors-two', 'two-from-outside'];

function limits(place: Scene, messages: fc.Arbitrary<string>, options: DocumentOptions): fc.Arbitrary<Limit[]> {
  const body = fc.record(
    {
      match: match(place, 'refusing', options),
      except: blocks(place, 'granting', options),
      maxConnections: fc.integer({ min: 1, max: 100 }),
      whenExceeded: fc.constantFrom('refuse' as const, 'endOldest' as const),
      message: messages,
      description: fc.constant('generated'),
      enabled: fc.constantFrom(true, true, true, false),
    },
    { requiredKeys: ['match', 'maxConnections'], noNullPrototype: true },
  );
  return fc
    .tuple(fc.shuffledSubarray(LIMIT_IDS), fc.array(body, { minLength: LIMIT_IDS.length }))
    .map(([ids, bodies]) =>
      ids.flatMap((id, index): Limit[] => (bodies[index] === undefined ? [] : [{ ...bodies[index], id }])),
    );
}

/** What becomes of connections that stand: mostly nothing is said of it. */
function standing<T extends 'keep' | 'end' | 'endAll'>(...choices: readonly T[]) {
  const grace = fc.constantFrom('PT10M', 'PT30S', 'P1D');
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant({}) },
    { weight: 2, arbitrary: fc.constantFrom(...choices).map((becomes) => ({ standing: becomes })) },
    { weight: 1, arbitrary: grace.map((text) => ({ grace: text })) },
    { weight: 1, arbitrary: grace.map((text) => ({ standing: 'end' as const, grace: text })) },
  );
}

function lifetime(place: Scene, options: DocumentOptions) {
  const early = fc.integer({ min: -60, max: 20 }).chain((halfHours) => instantTextAt(place, halfHours, options));
  const late = fc.integer({ min: 21, max: 90 }).chain((halfHours) => instantTextAt(place, halfHours, options));
  // `notBefore` stands before `expiresAt`; where one stands alone it may lie on either side of the anchor.
  const none = fc.constant({});
  return fc.oneof(
    { weight: 6, arbitrary: none },
    { weight: 1, arbitrary: early.map((notBefore) => ({ notBefore })) },
    { weight: 2, arbitrary: fc.oneof(early, late).map((expiresAt) => ({ expiresAt })) },
    { weight: 1, arbitrary: fc.record({ notBefore: early, expiresAt: late }, { noNullPrototype: true }) },
  );
}

const ruleBase = () => ({
  description: fc.constant('generated'),
  mode: fc.constantFrom('enforce' as const, 'enforce' as const, 'report' as const),
  enabled: fc.constantFrom(true, true, true, false),
});

const ALWAYS = { requiredKeys: ['effect', 'match'] as ('effect' | 'match')[], noNullPrototype: true as const };

function denyRule(
  place: Scene,
  messages: fc.Arbitrary<string>,
  options: DocumentOptions,
): fc.Arbitrary<WithoutId<DenyRule>> {
  return fc
    .tuple(
      fc.record(
        {
          effect: fc.constant('deny' as const),
          match: match(place, 'refusing', options),
          except: blocks(place, 'granting', options),
          message: messages,
          postureStatuses: postureStatuses(),
          final: fc.boolean(),
          ...ruleBase(),
        },
        ALWAYS,
      ),
      lifetime(place, options),
      fc.boolean(),
      standing('keep', 'end', 'endAll'),
    )
    .map(([rule, life, keepExcept, becomes]) => ({
      ...(keepExcept ? rule : without(rule, 'except')),
      ...life,
      ...becomes,
    }));
}

function allowRule(place: Scene, options: DocumentOptions): fc.Arbitrary<WithoutId<AllowRule>> {
  return fc
    .tuple(
      fc.record(
        {
          effect: fc.constant('allow' as const),
          match: match(place, 'granting', options),
          except: blocks(place, 'refusing', options),
          postureStatuses: postureStatuses(),
          ...ruleBase(),
        },
        ALWAYS,
      ),
      lifetime(place, options),
      fc.boolean(),
      standing('keep', 'end'),
    )
    .map(([rule, life, keepExcept, becomes]) => ({
      ...(keepExcept ? rule : without(rule, 'except')),
      ...life,
      ...becomes,
    }));
}

function exemptRule(place: Scene, options: DocumentOptions): fc.Arbitrary<WithoutId<ExemptRule>> {
  return fc
    .tuple(
      fc.record(
        {
          effect: fc.constant('exempt' as const),
          match: match(place, 'granting', options),
          except: blocks(place, 'refusing', options),
          ...ruleBase(),
        },
        ALWAYS,
      ),
      lifetime(place, options),
      fc.boolean(),
      // Places in the list of deny rules, see `existing`.
      fc.oneof(fc.constant('*' as const), fc.array(fc.nat(8).map(String), { minLength: 1, maxLength: 4 })),
    )
    .map(([rule, life, keepExcept, from]) => ({ ...(keepExcept ? rule : without(rule, 'except')), ...life, from }));
}

function without<T extends object, K extends keyof T>(value: T, key: K): Omit<T, K> {
  const { [key]: _, ...rest } = value;
  return rest;
}

function postureStatuses(): fc.Arbitrary<string[]> {
  const status = fc.constantFrom('compliant', 'quarantined', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k');
  return fc.uniqueArray(status, { maxLength: 10, minLength: 1, size: 'max' });
}

// Conditions

function match(place: Scene, side: Side, options: DocumentOptions): fc.Arbitrary<'everyone' | Blocks> {
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant('everyone' as const) },
    { weight: 7, arbitrary: blocks(place, side, options) },
  );
}

type Side = 'refusing' | 'granting';

function blocks(place: Scene, side: Side, options: DocumentOptions): fc.Arbitrary<Blocks> {
  const one = block(place, side, options);
  return fc.oneof(
    { weight: 3, arbitrary: one },
    { weight: 2, arbitrary: fc.array(one, { minLength: 1, maxLength: 3 }) },
  );
}

/** One condition most of the time: several seldom hold together. */
function block(place: Scene, side: Side, options: DocumentOptions): fc.Arbitrary<Block> {
  const conditions = conditionArbitraries(place, options);
  const names = Object.keys(conditions).filter((name) => side === 'refusing' || name !== 'identities');
  return fc
    .oneof(
      { weight: 4, arbitrary: fc.shuffledSubarray(names, { minLength: 1, maxLength: 1 }) },
      { weight: 3, arbitrary: fc.constant(['windows']) },
      { weight: 3, arbitrary: fc.shuffledSubarray(names, { minLength: 2, maxLength: 2 }) },
      { weight: 1, arbitrary: fc.shuffledSubarray(names, { minLength: 3, maxLength: 4 }) },
    )
    .chain((chosen) => fc.tuple(...chosen.flatMap((name) => conditions[name] ?? [])))
    .map((parts): Block => Object.assign({}, ...parts));
}

/** Blocks of one condition each, by the condition's name. */
function conditionArbitraries(place: Scene, options: DocumentOptions): Record<string, fc.Arbitrary<Block>> {
  const withSets = (value: fc.Arbitrary<string>, ...kinds: SetKind[]) =>
    listOf(
      fc.oneof(
        { weight: 3, arbitrary: value },
        {
          weight: 2,
          arbitrary: fc.constantFrom(...kinds.flatMap((kind) => SET_NAMES[kind])).map((name) => `@${name}`),
        },
      ),
    );
  const values = {
    endpoints: fc.uniqueArray(
      fc.constantFrom(...ENDPOINT_IDS, 'cvpn-endpoint-0000000000000beef', 'frankfurt', 'tokyo'),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
    users: withSets(namePattern(), 'user'),
    commonNames: withSets(namePattern(), 'commonName'),
    identities: withSets(namePattern(), 'user', 'commonName'),
    groups: withSets(groupPattern(), 'group'),
    allGroups: withSets(groupPattern(), 'group'),
    sourceIps: withSets(addressEntry(), 'ip'),
    platforms: listOf(fc.constantFrom('win', 'Mac', 'lin*', 'w?n', 'IOS', '*')),
    openvpnVersion: versionRanges(),
    awsClientVersion: versionRanges(),
    windows: fc.array(window(place, options), { minLength: 1, maxLength: 3 }),
    missing: fc.uniqueArray(
      fc.constantFrom<AttributeName[]>(
        'username',
        'commonName',
        'groups',
        'publicIp',
        'platform',
        'platformVersion',
        'openvpnVersion',
        'awsClientVersion',
      ),
      { minLength: 1, maxLength: 3 },
    ),
  } satisfies { [Condition in keyof Required<Block>]: fc.Arbitrary<unknown> };
  return Object.fromEntries(
    Object.entries<fc.Arbitrary<unknown>>(values).map(([name, value]) => [
      name,
      value.map((given) => ({ [name]: given })),
    ]),
  );
}

function listOf(entry: fc.Arbitrary<string>): fc.Arbitrary<string[]> {
  return fc.uniqueArray(entry, { minLength: 1, maxLength: 3 });
}

function timeOfDay(): fc.Arbitrary<string> {
  return fc.constantFrom(
    '00:00',
    '00:30',
    '01:00',
    '01:30',
    '01:45',
    '02:00',
    '02:15',
    '02:30',
    '03:00',
    '09:00',
    '12:00',
    '22:00',
    '23:00',
    '23:30',
    '23:59',
  );
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function date({ zone, anchorMs }: Scene): fc.Arbitrary<string> {
  const { day } = wallClock(anchorMs, zone);
  return fc.integer({ min: -2, max: 2 }).map((days) => new Date((day + days) * DAY_MS).toISOString().slice(0, 10));
}

/** An RFC 3339 time near the anchor, in one of the spellings that the language takes. */
function instantText(place: Scene, options: DocumentOptions): fc.Arbitrary<string> {
  return fc.integer({ min: -60, max: 90 }).chain((halfHours) => instantTextAt(place, halfHours, options));
}

function instantTextAt({ anchorMs }: Scene, halfHours: number, options: DocumentOptions): fc.Arbitrary<string> {
  const shifts = options.wholeMinutes === true ? [0] : [0, 0, 0, 0, 1, -1, 30_000, 90_500];
  const offsets: readonly (readonly [text: string, minutes: number])[] = [
    ['Z', 0],
    ['+00:00', 0],
    ['+09:00', 540],
    ['-03:30', -210],
    ['+05:45', 345],
    ['+13:00', 780],
    ['-11:00', -660],
  ];
  return fc.tuple(fc.constantFrom(...shifts), fc.constantFrom(...offsets)).map(([shift, [offset, minutes]]) => {
    const local = new Date(anchorMs + (halfHours * HOUR_MS) / 2 + shift + minutes * MINUTE_MS).toISOString();
    return local.slice(0, 23).replace(/(:00)?\.000$|(?<=\.\d+)0+$/, '') + offset;
  });
}

const ZONES = [
  'UTC',
  'Asia/Tokyo',
  'America/New_York',
  'Europe/London',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'Asia/Kathmandu',
  'Pacific/Apia',
];

function window(place: Scene, options: DocumentOptions): fc.Arbitrary<Window> {
  const timezone = fc.oneof(
    { weight: 4, arbitrary: fc.constant(place.zone) },
    { weight: 1, arbitrary: fc.constantFrom(...ZONES) },
  );
  const plain = { noNullPrototype: true as const };
  const early = fc.integer({ min: -60, max: 20 }).chain((halfHours) => instantTextAt(place, halfHours, options));
  const late = fc.integer({ min: 21, max: 90 }).chain((halfHours) => instantTextAt(place, halfHours, options));
  const absolute = fc.oneof(
    fc.record({ from: early, until: late }, plain),
    fc.record({ from: fc.oneof(early, late) }, plain),
    fc.record({ until: fc.oneof(early, late) }, plain),
  );
  const weekdays: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
  const days = fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1, maxLength: 7, size: 'max' });
  const weekly = fc.record({ days, start: timeOfDay(), end: timeOfDay(), timezone }, plain);
  const dates = fc.uniqueArray(
    fc.oneof(
      { weight: 4, arbitrary: date(place) },
      { weight: 2, arbitrary: fc.constantFrom(...SET_NAMES.date).map((name) => `@${name}`) },
    ),
    { minLength: 1, maxLength: 3 },
  );
  const byDate = fc.record({ dates, start: timeOfDay(), end: timeOfDay(), timezone }, plain);
  const cron = fc.oneof(
    // Many starts, over soon; few starts, over late (the reference goes through every start).
    {
      weight: 3,
      arbitrary: fc.record({ cron: cronExpression(true), duration: duration(SHORT, options), timezone }, plain),
    },
    {
      weight: 2,
      arbitrary: fc.record({ cron: cronExpression(false), duration: duration(LONG, options), timezone }, plain),
    },
  );
  return fc.oneof(absolute, weekly, byDate, { weight: 2, arbitrary: cron });
}

const SHORT = ['PT1M', 'PT15M', 'PT30M', 'PT90M', 'PT1H', 'PT4H', 'PT25H'];
const LONG = ['PT4H', 'P1D', 'P1DT12H', 'P1W', 'P31D', 'PT744H'];
const WITH_SECONDS = ['PT1S', 'PT59S', 'PT1H30M15S'];

function duration(texts: readonly string[], options: DocumentOptions): fc.Arbitrary<string> {
  const all = options.wholeMinutes === true || texts === LONG ? texts : [...texts, ...WITH_SECONDS];
  return fc.constantFrom(...all);
}

function cronExpression(often: boolean): fc.Arbitrary<string> {
  const minute = often ? ['0', '30', '15', '*/15', '0,30', '10-50/20', '*', '59'] : ['0', '30', '45'];
  const hour = often ? ['*', '0', '1', '2', '0-3', '*/2', '1,2', '22,23', '23'] : ['0', '1', '2', '22', '*/12'];
  const days = fc.oneof(
    fc.constant('* * *'),
    fc
      .tuple(
        fc.constantFrom('*', '1-12', 'JAN-DEC', 'MAR,NOV,DEC,OCT,APR,FEB', '*/2', 'oct'),
        fc.constantFrom(
          'SUN',
          'MON',
          'MON-FRI',
          '0',
          '7',
          '1-5',
          'SAT,SUN',
          'TUE#2',
          'SUN#1',
          'SUN#2',
          'FRI#L',
          'sun#L',
          '*',
        ),
      )
      .map(([month, weekday]) => `* ${month} ${weekday}`),
    fc
      .tuple(
        fc.constantFrom('1', 'L', '30', '1-15', '*/2', '1,8,29', '25,L'),
        fc.constantFrom('*', 'JAN-DEC', '1-12/1'),
      )
      .map(([day, month]) => `${day} ${month} *`),
  );
  return fc.tuple(fc.constantFrom(...minute), fc.constantFrom(...hour), days).map((parts) => parts.join(' '));
}

// Messages

function message(): fc.Arbitrary<string> {
  return fc.constantFrom(
    'This user is not permitted.',
    'Not allowed from here. Quote {connectionId}.',
    '{username} {commonName} {publicIp} {connectionId} {endpoint} {rule}',
    '{username}{username}{username}{username}{username}',
    'Zugang verweigert für {username} 😀, {endpoint}.',
    `${'é😀'.repeat(84)}x😀`,
    `${'x'.repeat(254)}😀{rule}`,
    `${'y'.repeat(400)}{rule}`,
    '{rule}',
    '$& $1 {username} $$',
  );
}

// Connections

/** A connection as the handler reads it from an event: attributes are missing, empty, malformed, or look like something. */
export function connection(): fc.Arbitrary<Connection> {
  const name = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...NAMES) },
    { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom('a', 'B', '\\', '@', ' ', 'á', 'ａ'), maxLength: 6 }) },
  );
  const text = (value: fc.Arbitrary<string>) =>
    fc
      .oneof(
        { weight: 12, arbitrary: value },
        { weight: 3, arbitrary: fc.constantFrom(undefined, null, '') },
        { weight: 1, arbitrary: fc.constantFrom<unknown[]>(17, true, {}, [], 'x'.repeat(513), ['batchi']) },
      )
      .map(textAttribute);
  const groups = fc
    .oneof(
      { weight: 12, arbitrary: fc.array(fc.constantFrom(...GROUPS, '', null), { maxLength: 4 }) },
      { weight: 1, arbitrary: fc.constantFrom(undefined, null, '') },
      {
        weight: 1,
        arbitrary: fc.constantFrom<unknown[]>('vpn-admins', ['vpn-admins', 7], { 0: 'temps' }, ['x'.repeat(513)]),
      },
    )
    .map(namesAttribute);
  const address = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...ADDRESSES) },
    { weight: 1, arbitrary: fc.constantFrom(...BAD_ADDRESSES) },
  );
  const version = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...VERSIONS) },
    { weight: 1, arbitrary: fc.constantFrom(...BAD_VERSIONS) },
  );
  return fc.record(
    {
      connectionId: text(
        fc.constantFrom('cvpn-connection-04edd76f5201e0cb8', '{rule}', 'a\u202eb\u0007', `${'z'.repeat(63)}😀`),
      ),
      endpointId: text(
        fc.constantFrom(
          ...ENDPOINT_IDS,
          ...ENDPOINT_IDS,
          'cvpn-endpoint-0000000000000beef',
          'CVPN-ENDPOINT-0A1B2C3D4E5F67890',
          '__proto__',
          'constructor',
        ),
      ),
      username: text(name),
      commonName: text(name),
      publicIp: text(address),
      platform: text(fc.constantFrom('win', 'WIN', 'mac', 'linux', 'ios', 'w\u00edn')),
      platformVersion: text(fc.constantFrom('10.0', '??')),
      openvpnVersion: text(version),
      awsClientVersion: text(version),
      groups,
    },
    { noNullPrototype: true },
  );
}
