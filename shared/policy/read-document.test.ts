/** Bad policy files, each with all that is told about it; and what reading keeps of good ones. */
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { compile } from '../engine/index.ts';
import { formatIssue, jsonPointer } from './issue.ts';
import { readPolicy, validatePolicy } from './read-document.ts';

const REFUSING =
  'accepted: endpoints, users, commonNames, groups, allGroups, sourceIps, platforms, openvpnVersion, awsClientVersion, windows, missing, identities';
const DENY_KEYS =
  'accepted: id, description, mode, enabled, notBefore, expiresAt, effect, match, except, message, postureStatuses, final, standing, grace';
const ADDRESSES =
  'accepted: an address (203.0.113.9, 2001:db8::1), a CIDR block (203.0.113.0/24) or a range (203.0.113.1-203.0.113.9)';
const NO_CONDITION =
  'the block has no condition; accepted: at least one condition, or "match: everyone" for every connection';
const CRON = 'accepted: five fields (minute, hour, day of month, month, day of week), such as "0 2 * * TUE#2"';
const DURATION = 'accepted: an ISO 8601 duration of weeks to seconds, at most 31 days, such as PT4H or P1DT12H';
const TIME = 'accepted: a time with an offset, such as 2026-12-31T18:00:00+09:00 or 2026-12-31T09:00:00Z';
const ID = 'accepted: lower-case letters, digits and hyphens, at most 63, a letter or digit first';
const WINDOW = 'accepted: a window with from/until, with days, with dates, or with cron and duration';
const ENTRY = 'accepted: a value, or an object with value, expiresAt and note';
const MATCH = 'accepted: everyone, a block of conditions, or a list of them';
const NAMES = 'accepted: a list of names and @sets, at least one';
const NAME = 'accepted: a name, a pattern or an @set';

const P = 'version: 1\ndefaultEffect: deny\n';

/** A policy of one deny rule with these lines. */
const rule = (lines: string) => `${P}rules:\n  - id: r\n    effect: deny\n${lines.replaceAll(/^/gm, '    ')}\n`;
/** A policy of one limit with these lines. */
const limit = (lines: string) => `${P}limits:\n  - id: l\n${lines.replaceAll(/^/gm, '    ')}\n`;
const match = (text: string) => rule(`match: ${text}`);
const win = (text: string) => match(`{ windows: [${text}] }`);

const BAD_POLICIES: [name: string, text: string, issues: string[]][] = [
  [
    'a name that YAML takes for a number without end, beside other mistakes',
    match('{ users: [.inf, 001234] }'),
    [
      '6:22 rules[0].match.users[0] number-not-in-json: .inf is a number that JSON lacks; quote it: ".inf"',
      `6:28 rules[0].match.users[1] wrong-type: 001234 is a number, not a text; quote it: "001234"; ${NAME}`,
    ],
  ],
  [
    'an address with a leading zero',
    match('{ sourceIps: [010.0.0.1] }'),
    [
      `6:26 rules[0].match.sourceIps[0] invalid-address: "010.0.0.1" is no address range: "010.0.0.1" has an octet with a leading zero; ${ADDRESSES}`,
    ],
  ],
  [
    'a block that is short of octets',
    match('{ sourceIps: [10/8] }'),
    [
      `6:26 rules[0].match.sourceIps[0] invalid-address: "10/8" is no address range: "10" does not have four octets; ${ADDRESSES}`,
    ],
  ],
  [
    'a range that descends',
    match('{ sourceIps: [203.0.113.9-203.0.113.1] }'),
    [
      `6:26 rules[0].match.sourceIps[0] invalid-address: "203.0.113.9-203.0.113.1" is no address range: it descends; ${ADDRESSES}`,
    ],
  ],
  [
    'what stands under a wrong name is looked at, too',
    `${P}endpoints:\n  frankfurt: { mode: observ }\nsets:\n  Leavers: { kind: users, entries: [a] }\n  Offices: { kind: ip, entries: [203.0.113.0/33] }\n`,
    [
      '4:3 endpoints.frankfurt invalid-value: "frankfurt" is no endpoint id; accepted: an id such as cvpn-endpoint-0a1b2c3d4e5f67890',
      '4:22 endpoints.frankfurt.mode wrong-value: "observ" is not accepted (did you mean "observe"?); accepted: enforce, observe',
      '6:3 sets.Leavers invalid-value: "Leavers" is no id; accepted: lower-case letters, digits and hyphens, at most 63, a letter or digit first',
      '6:20 sets.Leavers.kind wrong-value: "users" is not accepted (did you mean "user"?); accepted: ip, user, commonName, group, date',
      '7:3 sets.Offices invalid-value: "Offices" is no id; accepted: lower-case letters, digits and hyphens, at most 63, a letter or digit first',
      `7:34 sets.Offices.entries[0] invalid-address: "203.0.113.0/33" is no address range: the prefix length is over 32; ${ADDRESSES}`,
    ],
  ],
  [
    'a range of two families',
    match('{ sourceIps: ["203.0.113.9-2001:db8::1"] }'),
    [
      `6:26 rules[0].match.sourceIps[0] invalid-address: "203.0.113.9-2001:db8::1" is no address range: its ends are of two families; ${ADDRESSES}`,
    ],
  ],
  [
    'an IPv6 address with a zone',
    match('{ sourceIps: ["fe80::1%eth0"] }'),
    [
      `6:26 rules[0].match.sourceIps[0] invalid-address: "fe80::1%eth0" is no address range: a zone has no meaning here; ${ADDRESSES}`,
    ],
  ],
  [
    'a prefix that is too long',
    match('{ sourceIps: [203.0.113.0/33] }'),
    [
      `6:26 rules[0].match.sourceIps[0] invalid-address: "203.0.113.0/33" is no address range: the prefix length is over 32; ${ADDRESSES}`,
    ],
  ],
  [
    'a prefix with a leading zero, in a set',
    `${P}sets:\n  offices:\n    kind: ip\n    entries:\n      - 203.0.113.0/024\n`,
    [
      `7:9 sets.offices.entries[0] invalid-address: "203.0.113.0/024" is no address range: the prefix length "024" is not a plain decimal number; ${ADDRESSES}`,
    ],
  ],
  [
    'a cron schedule of six fields',
    win('{ cron: "0 0 2 * * TUE", duration: PT4H, timezone: Asia/Tokyo }'),
    [`6:32 rules[0].match.windows[0].cron invalid-cron: the schedule "0 0 2 * * TUE" has 6 fields; ${CRON}`],
  ],
  [
    'a cron schedule that restricts both days',
    win('{ cron: "0 2 8-14 * TUE", duration: PT4H, timezone: Asia/Tokyo }'),
    [
      `6:32 rules[0].match.windows[0].cron invalid-cron: the schedule "0 2 8-14 * TUE" restricts both the day of month and the day of week, which cron programs read differently; for the second Tuesday write TUE#2 with * as the day of month; ${CRON}`,
    ],
  ],
  [
    'a cron schedule that never fires',
    win('{ cron: "0 2 30 2 *", duration: PT4H, timezone: Asia/Tokyo }'),
    [`6:32 rules[0].match.windows[0].cron invalid-cron: the schedule "0 2 30 2 *" never fires; ${CRON}`],
  ],
  [
    'a cron schedule out of range',
    win('{ cron: "61 2 * * *", duration: PT4H, timezone: Asia/Tokyo }'),
    [
      `6:32 rules[0].match.windows[0].cron invalid-cron: the schedule "61 2 * * *" is not valid: Invalid value for minute: 61; ${CRON}`,
    ],
  ],
  [
    'a zone that is an offset',
    win('{ cron: "0 2 * * *", duration: PT4H, timezone: "+09:00" }'),
    [
      '6:71 rules[0].match.windows[0].timezone invalid-timezone: "+09:00" is no time zone; accepted: UTC or an area and location of the IANA time zone database, such as Asia/Tokyo',
    ],
  ],
  [
    'a zone that does not exist',
    win('{ days: [mon], start: "07:00", end: "22:00", timezone: Asia/Tokio }'),
    [
      '6:79 rules[0].match.windows[0].timezone invalid-timezone: "Asia/Tokio" is no time zone; accepted: UTC or an area and location of the IANA time zone database, such as Asia/Tokyo',
    ],
  ],
  [
    'a duration of nothing',
    win('{ cron: "0 2 * * *", duration: PT0S, timezone: UTC }'),
    [`6:55 rules[0].match.windows[0].duration invalid-duration: "PT0S" is no time at all; ${DURATION}`],
  ],
  [
    'a duration of months, and one that is too long',
    P +
      'rules:\n  - id: r\n    effect: deny\n    match:\n      windows:\n        - { cron: "0 2 * * *", duration: P1M, timezone: UTC }\n        - { cron: "0 2 * * *", duration: P32D, timezone: UTC }\n',
    [
      `8:42 rules[0].match.windows[0].duration invalid-duration: "P1M" is no duration; ${DURATION}`,
      `9:42 rules[0].match.windows[1].duration invalid-duration: "P32D" is over 31 days; ${DURATION}`,
    ],
  ],
  [
    'midnight written as 24:00',
    win('{ days: [mon], start: "22:00", end: "24:00", timezone: UTC }'),
    [
      '6:60 rules[0].match.windows[0].end invalid-time-of-day: "24:00" is no time of day (midnight at the end of a day is 00:00); accepted: HH:MM from 00:00 to 23:59',
    ],
  ],
  [
    'a time of day without its zero',
    win('{ days: [mon], start: 7:00, end: "22:00", timezone: UTC }'),
    [
      '6:46 rules[0].match.windows[0].start invalid-time-of-day: "7:00" is no time of day; accepted: HH:MM from 00:00 to 23:59',
    ],
  ],
  [
    'a weekday in full',
    win('{ days: [monday], start: "07:00", end: "22:00", timezone: UTC }'),
    [
      '6:33 rules[0].match.windows[0].days[0] wrong-value: "monday" is not accepted; accepted: mon, tue, wed, thu, fri, sat, sun',
    ],
  ],
  [
    'a day that does not exist',
    win('{ dates: [2026-02-30], start: "00:00", end: "00:00", timezone: UTC }'),
    [
      '6:34 rules[0].match.windows[0].dates[0] invalid-date: "2026-02-30" is no calendar day; accepted: a day such as 2026-12-29',
    ],
  ],
  [
    'a window without an offset',
    win('{ from: 2026-12-01T22:00:00, until: 2026-12-02T02:00:00Z }'),
    [`6:32 rules[0].match.windows[0].from invalid-time: "2026-12-01T22:00:00" has no offset from UTC; ${TIME}`],
  ],
  [
    'a window that ends before it begins',
    win('{ from: 2026-12-02T22:00:00Z, until: 2026-12-02T02:00:00Z }'),
    [
      '6:61 rules[0].match.windows[0].until wrong-order: "2026-12-02T02:00:00Z" is not after from ("2026-12-02T22:00:00Z"): the window would never be open; accepted: a later time',
    ],
  ],
  [
    'a window of two kinds',
    win('{ days: [mon], start: "07:00", end: "22:00", timezone: UTC, until: 2026-12-02T02:00:00Z }'),
    [`6:24 rules[0].match.windows[0] invalid-window: the window mixes until (absolute) with days (weekly); ${WINDOW}`],
  ],
  [
    'a window of no kind',
    win('{ start: "07:00", end: "22:00", timezone: UTC }'),
    [`6:24 rules[0].match.windows[0] invalid-window: the window has no key that tells its kind; ${WINDOW}`],
  ],
  ['an empty window', win('{}'), [`6:24 rules[0].match.windows[0] invalid-window: the window is empty; ${WINDOW}`]],
  [
    'a window with a misspelt key',
    win('{ days: [mon], start: "07:00", ends: "22:00", timezone: UTC }'),
    [
      '6:24 rules[0].match.windows[0].end missing-key: end is missing; accepted: HH:MM in quotes',
      '6:55 rules[0].match.windows[0].ends unknown-key: the key "ends" is not known (did you mean "end"?); accepted: days, start, end, timezone',
    ],
  ],
  [
    'a window without its zone',
    win('{ cron: "0 2 * * *", duration: PT4H }'),
    [
      '6:24 rules[0].match.windows[0].timezone missing-key: timezone is missing; accepted: UTC or a name such as Asia/Tokyo',
    ],
  ],
  [
    'an id with capitals',
    `${P}rules:\n  - { id: Block_Leavers, effect: deny, match: everyone }\n`,
    [`4:11 rules[0].id invalid-value: "Block_Leavers" is no id; ${ID}`],
  ],
  [
    'the id that is taken',
    `${P}rules:\n  - { id: default, effect: deny, match: everyone }\n`,
    ['4:11 rules[0].id invalid-value: "default" is what decisions say where no rule decided; accepted: any other id'],
  ],
  [
    'a number for an id',
    `${P}rules:\n  - { id: 0012, effect: deny, match: everyone }\n`,
    [
      '4:11 rules[0].id wrong-type: 0012 is a number, not a text; quote it: "0012"; accepted: an id of lower-case letters, digits and hyphens',
    ],
  ],
  [
    'two rules of one id',
    P +
      'rules:\n  - { id: a, effect: deny, match: { identities: [x] } }\n  - { id: a, effect: allow, match: { users: [x] } }\n',
    ['5:11 rules[1].id duplicate-id: "a" is already the id of rules[0]; accepted: each id once'],
  ],
  [
    'two tests of one name',
    P +
      'tests:\n  - { name: t, connection: {}, at: 2026-11-24T10:00Z, expect: { allow: false } }\n  - { name: t, connection: {}, at: 2026-11-24T10:00Z, expect: { allow: false } }\n',
    ['5:13 tests[1].name duplicate-name: "t" is already the name of tests[0]; accepted: each name once'],
  ],
  [
    'two endpoints of one name',
    P +
      'endpoints:\n  cvpn-endpoint-0a1b2c3d4e5f67890: { name: tokyo }\n  cvpn-endpoint-0a1b2c3d4e5f67891: { name: tokyo }\n',
    [
      '5:44 endpoints.cvpn-endpoint-0a1b2c3d4e5f67891.name duplicate-name: "tokyo" is already the name of cvpn-endpoint-0a1b2c3d4e5f67890; accepted: a name of its own',
    ],
  ],
  [
    'a key twice',
    `${P}defaultEffect: allow\n`,
    ['3:1 defaultEffect duplicate-key: the key "defaultEffect" stands here twice; accepted: each key once'],
  ],
  [
    'a key twice, deep inside',
    rule('match:\n  users: [a]\n  users: [b]'),
    ['8:7 rules[0].match.users duplicate-key: the key "users" stands here twice; accepted: each key once'],
  ],
  [
    'an unknown key of the document',
    'version: 1\ndefault-effect: deny\n',
    [
      '1:1 defaultEffect missing-key: defaultEffect is missing; accepted: allow or deny',
      '2:1 default-effect unknown-key: the key "default-effect" is not known (did you mean "defaultEffect"?); accepted: version, defaultEffect, defaultMessage, endpoints, sets, rules, limits, tests',
    ],
  ],
  [
    'an unknown condition',
    match('{ sourceIp: [203.0.113.9] }'),
    [
      `6:14 rules[0].match.sourceIp unknown-key: the key "sourceIp" is not known (did you mean "sourceIps"?); ${REFUSING}`,
    ],
  ],
  [
    'an unknown key of a rule',
    rule('match: everyone\nexpires: 2026-12-31T00:00:00Z'),
    [`7:5 rules[0].expires unknown-key: the key "expires" is not known (did you mean "expiresAt"?); ${DENY_KEYS}`],
  ],
  [
    'an unknown key of an entry',
    `${P}sets:\n  leavers:\n    kind: user\n    entries: [{ value: x, expires: 2026-12-31T00:00:00Z }]\n`,
    [
      '6:27 sets.leavers.entries[0].expires unknown-key: the key "expires" is not known (did you mean "expiresAt"?); accepted: value, expiresAt, note',
    ],
  ],
  [
    'an unknown key of a connection',
    P +
      'tests:\n  - { name: t, connection: { publicIp: 203.0.113.9 }, at: 2026-11-24T10:00Z, expect: { allow: false } }\n',
    [
      '4:30 tests[0].connection.publicIp unknown-key: the key "publicIp" is not known (did you mean "public-ip"?); accepted: connection-id, endpoint-id, common-name, username, platform, platform-version, public-ip, client-openvpn-version, aws-client-version, groups, schema-version',
    ],
  ],
  [
    'an unknown set',
    P +
      'sets:\n  leavers: { kind: user, entries: [x] }\nrules:\n  - { id: r, effect: deny, match: { identities: ["@leaver"] } }\n',
    [
      '6:50 rules[0].match.identities[0] unknown-set: there is no set "leaver" (did you mean "leavers"?); accepted: one of @leavers',
    ],
  ],
  [
    'a set that every object inherits',
    match('{ users: ["@constructor"] }'),
    [
      '6:22 rules[0].match.users[0] unknown-set: there is no set "constructor"; accepted: a set under "sets", of which there are none',
    ],
  ],
  [
    'a set of the wrong kind',
    P +
      'sets:\n  offices: { kind: ip, entries: [203.0.113.9] }\nrules:\n  - { id: r, effect: deny, match: { users: ["@offices"] } }\n',
    ['6:45 rules[0].match.users[0] wrong-set-kind: the set "offices" is of kind ip; accepted: a set of kind user'],
  ],
  [
    'a set where dates belong',
    P +
      'sets:\n  offices: { kind: ip, entries: [203.0.113.9] }\nrules:\n  - { id: r, effect: deny, match: { windows: [{ dates: ["@offices"], start: "00:00", end: "00:00", timezone: UTC }] } }\n',
    [
      '6:57 rules[0].match.windows[0].dates[0] wrong-set-kind: the set "offices" is of kind ip; accepted: a set of kind date',
    ],
  ],
  [
    'a set of platforms',
    P +
      'sets:\n  phones: { kind: user, entries: [ios] }\nrules:\n  - { id: r, effect: deny, match: { platforms: ["@phones"] } }\n',
    [
      '6:49 rules[0].match.platforms[0] wrong-set-kind: "@phones" is a set, and no set has platforms; accepted: names and patterns',
    ],
  ],
  [
    'a set in a set',
    `${P}sets:\n  a: { kind: user, entries: [x] }\n  b: { kind: user, entries: ["@a"] }\n`,
    [
      '5:30 sets.b.entries[0] invalid-value: "@a" is a reference to a set, which a set cannot contain; accepted: plain values',
    ],
  ],
  [
    'a kind that there is not',
    `${P}sets:\n  a: { kind: users, entries: [x, 7] }\n`,
    [
      '4:14 sets.a.kind wrong-value: "users" is not accepted (did you mean "user"?); accepted: ip, user, commonName, group, date',
      `4:34 sets.a.entries[1] wrong-type: 7 is a number, not a text; quote it: "7"; ${ENTRY}`,
    ],
  ],
  [
    'a number for a name',
    match('{ users: [001234] }'),
    [`6:22 rules[0].match.users[0] wrong-type: 001234 is a number, not a text; quote it: "001234"; ${NAME}`],
  ],
  [
    'a number for a name in a set',
    `${P}sets:\n  a:\n    kind: user\n    entries:\n      - 1e3\n      - 0x1F\n`,
    [
      `7:9 sets.a.entries[0] wrong-type: 1e3 is a number, not a text; quote it: "1e3"; ${ENTRY}`,
      `8:9 sets.a.entries[1] wrong-type: 0x1F is a number, not a text; quote it: "0x1F"; ${ENTRY}`,
    ],
  ],
  [
    'true for a name',
    match('{ users: [true] }'),
    [`6:22 rules[0].match.users[0] wrong-type: true is a boolean, not a text; quote it: "true"; ${NAME}`],
  ],
  [
    'null for a name',
    match('{ users: [null, ~] }'),
    [
      `6:22 rules[0].match.users[0] wrong-type: nothing stands here (null); ${NAME}`,
      `6:28 rules[0].match.users[1] wrong-type: nothing stands here (null); ${NAME}`,
    ],
  ],
  [
    'an empty text for a name',
    match('{ users: [""] }'),
    ['6:22 rules[0].match.users[0] invalid-name: a name is empty; accepted: a name or a pattern with * and ?'],
  ],
  [
    'a name that nobody can see',
    match('{ users: ["\\u200b"] }'),
    [
      '6:22 rules[0].match.users[0] invalid-name: "\u200b" has no visible character; accepted: a name or a pattern with * and ?',
    ],
  ],
  [
    'a name that is too long',
    match(`{ users: ["${'x'.repeat(257)}"] }`),
    [
      '6:22 rules[0].match.users[0] invalid-name: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… has 257 characters; accepted: a pattern of at most 256',
    ],
  ],
  [
    'a text where a list belongs',
    match('{ users: batchi }'),
    [`6:21 rules[0].match.users wrong-type: "batchi" is a text where a list belongs; write ["batchi"]; ${NAMES}`],
  ],
  [
    'a condition without entries',
    match('{ users: [] }'),
    [`6:21 rules[0].match.users empty: the list is empty; ${NAMES}`],
  ],
  [
    'a condition with nothing behind it',
    rule('match:\n  users:'),
    [`7:7 rules[0].match.users wrong-type: nothing stands here (null); ${NAMES}`],
  ],
  ['an empty block', match('{}'), [`6:12 rules[0].match empty: ${NO_CONDITION}`]],
  ['an empty list of blocks', match('[]'), [`6:12 rules[0].match empty: the list is empty; ${MATCH}`]],
  ['an empty block in a list', match('[{ identities: [x] }, {}]'), [`6:34 rules[0].match[1] empty: ${NO_CONDITION}`]],
  ['an empty except', rule('match: everyone\nexcept: {}'), [`7:13 rules[0].except empty: ${NO_CONDITION}`]],
  [
    'a word other than everyone',
    match('everybody'),
    [`6:12 rules[0].match wrong-value: "everybody" is not accepted (did you mean "everyone"?); ${MATCH}`],
  ],
  ['no match', rule('enabled: true'), [`4:5 rules[0].match missing-key: match is missing; ${MATCH}`]],
  [
    'a lifetime without an offset',
    rule('match: everyone\nexpiresAt: 2026-12-31T00:00:00'),
    [`7:16 rules[0].expiresAt invalid-time: "2026-12-31T00:00:00" has no offset from UTC; ${TIME}`],
  ],
  [
    'a lifetime that is a date',
    rule('match: everyone\nexpiresAt: 2026-12-31'),
    [`7:16 rules[0].expiresAt invalid-time: "2026-12-31" is no time; ${TIME}`],
  ],
  [
    'a lifetime that ends before it begins',
    rule('match: everyone\nnotBefore: 2027-01-01T00:00:00+09:00\nexpiresAt: 2026-12-31T00:00:00+09:00'),
    [
      '8:16 rules[0].expiresAt wrong-order: "2026-12-31T00:00:00+09:00" is not after notBefore ("2027-01-01T00:00:00+09:00"): the rule would never be in force; accepted: a later time',
    ],
  ],
  [
    'a test without its moment',
    `${P}tests:\n  - name: t\n    connection: { username: x }\n    expect: { allow: false }\n`,
    ['4:5 tests[0].at missing-key: at is missing; accepted: a time with an offset, such as 2026-12-31T18:00:00+09:00'],
  ],
  [
    'a test with a number for a name',
    P +
      'tests:\n  - name: t\n    connection: { username: 001234, groups: [7, staff] }\n    at: 2026-11-24T10:00Z\n    expect: { allow: false }\n',
    [
      '5:29 tests[0].connection.username wrong-type: 001234 is a number, not a text; quote it: "001234"; accepted: a text',
      '5:46 tests[0].connection.groups[0] wrong-type: 7 is a number, not a text; quote it: "7"; accepted: a text',
    ],
  ],
  [
    'a test that expects a text',
    `${P}tests:\n  - name: t\n    connection: {}\n    at: 2026-11-24T10:00Z\n    expect: { allow: "no" }\n`,
    [
      '7:22 tests[0].expect.allow wrong-type: "no" is a text; write true or false without quotes; accepted: true or false',
    ],
  ],
  [
    'an unknown placeholder',
    rule('match: everyone\nmessage: "Ask {manager}."'),
    [
      '7:14 rules[0].message invalid-message: "{manager}" is no placeholder; accepted: {username} {commonName} {publicIp} {connectionId} {endpoint} {rule} {until}',
    ],
  ],
  [
    'a message on an allow rule',
    `${P}rules:\n  - { id: r, effect: allow, match: everyone, message: Welcome }\n`,
    ['4:46 rules[0].message wrong-place: an allow rule has no message; accepted: message in deny rules'],
  ],
  [
    'a rule to exempt from on a deny rule',
    rule('match: everyone\nfrom: "*"'),
    ['7:5 rules[0].from wrong-place: a deny rule has no from; accepted: from in exempt rules'],
  ],
  [
    'identities that would let in',
    `${P}rules:\n  - { id: r, effect: allow, match: { identities: [x] } }\n`,
    [
      '4:38 rules[0].match.identities identities-grants: identities would grant here, and it only refuses; accepted: users or commonNames',
    ],
  ],
  [
    'identities that would lift a deny rule',
    rule('match: everyone\nexcept: [{ identities: [x] }]'),
    [
      '7:16 rules[0].except[0].identities identities-grants: identities would grant here, and it only refuses; accepted: users or commonNames',
    ],
  ],
  [
    'an exemption from no rule',
    P +
      'rules:\n  - { id: patch-night, effect: deny, match: everyone }\n  - { id: e, effect: exempt, from: [patch-nigth], match: { users: [x] } }\n',
    [
      '5:37 rules[1].from[0] unknown-rule: there is no rule "patch-nigth" (did you mean "patch-night"?); accepted: one of patch-night',
    ],
  ],
  [
    'an exemption from an allow rule',
    P +
      'rules:\n  - { id: a, effect: allow, match: everyone }\n  - { id: e, effect: exempt, from: [a], match: { users: [x] } }\n',
    ['5:37 rules[1].from[0] not-a-deny-rule: the rule "a" is an allow rule; accepted: the id of a deny rule'],
  ],
  [
    'an exemption from nothing',
    `${P}rules:\n  - { id: e, effect: exempt, match: { users: [x] } }\n`,
    ['4:5 rules[0].from missing-key: from is missing; accepted: "*", or a list of ids of deny rules'],
  ],
  [
    'an exemption from a text',
    P +
      'rules:\n  - { id: d, effect: deny, match: everyone }\n  - { id: e, effect: exempt, from: d, match: { users: [x] } }\n',
    [
      '5:36 rules[1].from wrong-type: "d" is a text where a list belongs; write ["d"]; accepted: "*", or a list of ids of deny rules',
    ],
  ],
  [
    'an effect that there is not',
    `${P}rules:\n  - { id: r, effect: block, match: { usrs: [x] } }\n`,
    [
      '4:22 rules[0].effect wrong-value: "block" is not accepted; accepted: deny, allow, exempt',
      `4:38 rules[0].match.usrs unknown-key: the key "usrs" is not known (did you mean "users"?); ${REFUSING}`,
    ],
  ],
  [
    'an effect that is missing',
    `${P}rules:\n  - { id: r, match: { users: [1] } }\n`,
    [
      '4:5 rules[0].effect missing-key: effect is missing; accepted: deny, allow, exempt',
      `4:31 rules[0].match.users[0] wrong-type: 1 is a number, not a text; quote it: "1"; ${NAME}`,
    ],
  ],
  [
    'an unknown endpoint',
    P +
      'endpoints:\n  cvpn-endpoint-0a1b2c3d4e5f67890: { name: frankfurt }\nrules:\n  - { id: r, effect: deny, match: { endpoints: [frankfrut] } }\n',
    [
      '6:49 rules[0].match.endpoints[0] unknown-endpoint: "frankfrut" is no endpoint (did you mean "frankfurt"?); accepted: an endpoint id, or one of frankfurt',
    ],
  ],
  [
    'an endpoint id that is none',
    `${P}endpoints:\n  frankfurt: { defaultEffect: allow }\n`,
    [
      '4:3 endpoints.frankfurt invalid-value: "frankfurt" is no endpoint id; accepted: an id such as cvpn-endpoint-0a1b2c3d4e5f67890',
    ],
  ],
  [
    'a version comparison that is none',
    match('{ openvpnVersion: "<2.x" }'),
    [
      '6:30 rules[0].match.openvpnVersion invalid-version: "<2.x" is no comparison of versions; accepted: comparisons of one to four numbers with dots, such as "<2.6.0" or ">=2.5 <2.6"',
    ],
  ],
  [
    'a number for a version',
    match('{ openvpnVersion: 2.6, awsClientVersion: [5] }'),
    [
      '6:30 rules[0].match.openvpnVersion wrong-type: 2.6 is a number, not a text; quote it: "2.6"; accepted: a comparison such as "<2.6.0", or a list of them',
      '6:54 rules[0].match.awsClientVersion[0] wrong-type: 5 is a number, not a text; quote it: "5"; accepted: a comparison such as "<2.6.0"',
    ],
  ],
  [
    'an attribute that there is not',
    match('{ missing: [userName] }'),
    [
      '6:24 rules[0].match.missing[0] wrong-value: "userName" is not accepted (did you mean "username"?); accepted: username, commonName, groups, publicIp, platform, platformVersion, openvpnVersion, awsClientVersion',
    ],
  ],
  [
    'a posture status that is too long, and too many',
    P +
      `rules:\n  - id: r\n    effect: allow\n    match: everyone\n    postureStatuses: [a, b, c, d, e, f, g, h, i, j, ${'k'.repeat(256)}]\n`,
    ['7:22 rules[0].postureStatuses too-many: the list has 11 entries; accepted: at most 10'],
  ],
  [
    'a flag in quotes',
    rule('match: everyone\nenabled: "false"'),
    [
      '7:14 rules[0].enabled wrong-type: "false" is a text; write true or false without quotes; accepted: true or false',
    ],
  ],
  [
    'a newer version of the language',
    'version: 2\ndefaultEffect: deny\n',
    ['1:10 version unknown-language-version: 2 is no version of the policy language; accepted: 1, without quotes'],
  ],
  [
    'the version in quotes',
    'version: "1"\ndefaultEffect: deny\n',
    ['1:10 version unknown-language-version: "1" is no version of the policy language; accepted: 1, without quotes'],
  ],
  [
    'an effect as default that there is not',
    'version: 1\ndefaultEffect: exempt\n',
    ['2:16 defaultEffect wrong-value: "exempt" is not accepted; accepted: allow, deny'],
  ],
  [
    'rules that are no list',
    `${P}rules:\n  block: { effect: deny }\n`,
    ['4:3 rules wrong-type: an object stands here; accepted: a list of rules'],
  ],
  [
    'a rule that is a text',
    `${P}rules: [block-batchi]\n`,
    [
      '3:9 rules[0] wrong-type: the text "block-batchi" stands here; accepted: a rule, an object with id, effect and match',
    ],
  ],
  [
    'rules with nothing behind the key',
    `${P}rules:\n`,
    ['3:1 rules wrong-type: nothing stands here (null); accepted: a list of rules'],
  ],
  [
    'a list for a document',
    '- version: 1\n',
    ['1:1  wrong-type: a list stands here; accepted: a policy, an object with "version: 1"'],
  ],
  [
    'an empty file',
    '',
    ['1:1  empty-document: the document is empty; accepted: a policy, which begins with "version: 1"'],
  ],
  [
    'comments alone',
    '# nothing yet\n',
    ['1:1  empty-document: the document is empty; accepted: a policy, which begins with "version: 1"'],
  ],
  [
    'two documents',
    `${P}---\n${P}`,
    ['3:1  several-documents: a second YAML document begins here; accepted: one policy in a file'],
  ],
  [
    'a pattern without quotes',
    match('{ users: [*@contractor.example.com] }'),
    [
      '6:22 rules[0].match.users[0] yaml-alias: *@contractor.example.com is a YAML alias, which a policy cannot use; a text that begins with * is quoted: "*@contractor.example.com"',
    ],
  ],
  [
    'a set without quotes',
    match('{ users: [@leavers] }'),
    ['6:22  yaml-syntax: a text that begins with @ must be quoted, such as "@name"'],
  ],
  [
    'anchors and aliases',
    `${P}sets:\n  a: { kind: user, entries: &x [one] }\n  b: { kind: user, entries: *x }\n`,
    [
      '4:32 sets.a.entries yaml-anchor: &x is a YAML anchor, which a policy cannot use; a list used twice goes under "sets"',
      '5:29 sets.b.entries yaml-alias: *x is a YAML alias, which a policy cannot use; a text that begins with * is quoted: "*x"',
    ],
  ],
  [
    'a tag',
    match('{ users: [!!str 1234, !secret x] }'),
    [
      '6:28 rules[0].match.users[0] yaml-tag: !!str is a YAML tag, which a policy cannot use; quote a value to make it text',
      '6:42 rules[0].match.users[1] yaml-tag: !secret is a YAML tag, which a policy cannot use; quote a value to make it text',
    ],
  ],
  [
    'a merge key',
    `${P}rules:\n  - { id: r, effect: deny, <<: { match: everyone } }\n`,
    [
      `4:5 rules[0].match missing-key: match is missing; ${MATCH}`,
      `4:28 rules[0]["<<"] unknown-key: the key "<<" is not known; ${DENY_KEYS}`,
    ],
  ],
  [
    'a key that is no text',
    `${P}sets:\n  2026: { kind: date, entries: [2026-12-29] }\n`,
    ['4:3 sets["2026"] wrong-key: the key 2026 is no text; quote it: "2026"'],
  ],
  [
    'a prototype for a key',
    `${P}sets:\n  __proto__: { kind: user, entries: [x] }\n`,
    ['4:3 sets.__proto__ unknown-key: the key "__proto__" is not known; accepted: no such key'],
  ],
  ['a tab', 'version: 1\nrules:\n\t- id: r\n', ['3:1  yaml-syntax: a tab indents this line; YAML takes blanks only']],
  [
    'a quote that is not closed',
    'version: 1\ndefaultMessage: "Refused\n',
    ['3:1  yaml-syntax: not YAML: missing closing "quote'],
  ],
  [
    'a bracket that is not closed',
    `${P}rules: [\n`,
    ['4:1  yaml-syntax: not YAML: flow sequence in block collection must be sufficiently indented and end with a ]'],
  ],
  [
    'a window with a bad time and an unknown key',
    win('{ from: bad, foo: 1 }'),
    [
      `6:32 rules[0].match.windows[0].from invalid-time: "bad" is no time; ${TIME}`,
      '6:37 rules[0].match.windows[0].foo unknown-key: the key "foo" is not known; accepted: from, until',
    ],
  ],
  [
    'a window whose only key is misspelt',
    win('{ form: 2026-12-02T02:00:00Z }'),
    [
      '6:26 rules[0].match.windows[0].form unknown-key: the key "form" is not known (did you mean "from"?); accepted: from, until, days, dates, cron, duration',
    ],
  ],
  [
    'a text for a window',
    win('night'),
    [`6:24 rules[0].match.windows[0] wrong-type: the text "night" stands here; ${WINDOW}`],
  ],
  ['a number for a match', match('7'), [`6:12 rules[0].match wrong-type: the number 7 stands here; ${MATCH}`]],
  [
    'a match with nothing behind it',
    rule('match:'),
    [`6:5 rules[0].match wrong-type: nothing stands here (null); ${MATCH}`],
  ],
  [
    'entries that are wrong in five ways',
    P +
      'sets:\n  a: { kind: ip, entries: [1.2.3.4, { value: 300.1.1.1, note: "" }, { expiresAt: 2026-01-01 }, 5, [] ] }\n',
    [
      `4:46 sets.a.entries[1].value invalid-address: "300.1.1.1" is no address range: "300.1.1.1" is not an IPv4 or IPv6 address; ${ADDRESSES}`,
      '4:63 sets.a.entries[1].note empty: the text is empty; accepted: a text',
      '4:69 sets.a.entries[2].value missing-key: value is missing; accepted: a text',
      `4:82 sets.a.entries[2].expiresAt invalid-time: "2026-01-01" is no time; ${TIME}`,
      `4:96 sets.a.entries[3] wrong-type: 5 is a number, not a text; quote it: "5"; ${ENTRY}`,
      `4:99 sets.a.entries[4] wrong-type: a list stands here; ${ENTRY}`,
    ],
  ],
  [
    'a set that is a list, and one whose name is none',
    `${P}sets:\n  a: [x]\n  B: { kind: user, entries: [] }\n`,
    [
      '4:6 sets.a wrong-type: a list stands here; accepted: an object with kind and entries',
      `5:3 sets.B invalid-value: "B" is no id; ${ID}`,
    ],
  ],
  [
    'endpoints with a wrong mode, an unknown key, without settings',
    P +
      'endpoints:\n  cvpn-endpoint-0a1b2c3d4e5f67890: { mode: report, nam: x }\n  cvpn-endpoint-0a1b2c3d4e5f67891: null\n',
    [
      '4:44 endpoints.cvpn-endpoint-0a1b2c3d4e5f67890.mode wrong-value: "report" is not accepted; accepted: enforce, observe',
      '4:52 endpoints.cvpn-endpoint-0a1b2c3d4e5f67890.nam unknown-key: the key "nam" is not known (did you mean "name"?); accepted: name, defaultEffect, defaultMessage, mode',
      '5:36 endpoints.cvpn-endpoint-0a1b2c3d4e5f67891 wrong-type: nothing stands here (null); accepted: an object with name, defaultEffect, defaultMessage, mode',
    ],
  ],
  [
    'a number for a time',
    rule('match: everyone\nexpiresAt: 20261231'),
    [
      '7:16 rules[0].expiresAt wrong-type: 20261231 is a number, not a text; quote it: "20261231"; accepted: a time with an offset, such as 2026-12-31T18:00:00+09:00',
    ],
  ],
  [
    'a star in a list of rules, an empty condition in an except',
    `${P}rules:\n  - { id: e, effect: exempt, from: ["*"], match: everyone, except: { identities: [] } }\n`,
    [
      '4:37 rules[0].from[0] invalid-value: "*" stands for every deny rule; accepted: from: "*" without a list',
      `4:82 rules[0].except.identities empty: the list is empty; ${NAMES}`,
    ],
  ],
  [
    'words that YAML 1.1 took for booleans',
    `%YAML 1.1\n---\n${P}rules: no\n`,
    ['5:8 rules wrong-type: "no" is a text where a list belongs; write ["no"]; accepted: a list of rules'],
  ],
  [
    'a test with nothing right',
    `${P}tests:\n  - { name: 5, connection: x, at: 2026-11-24, expect: {} }\n`,
    [
      '4:13 tests[0].name wrong-type: 5 is a number, not a text; quote it: "5"; accepted: a sentence of at most 256 characters',
      '4:28 tests[0].connection wrong-type: the text "x" stands here; accepted: a connect request, an object with keys such as username and public-ip',
      `4:35 tests[0].at invalid-time: "2026-11-24" is no time; ${TIME}`,
      '4:55 tests[0].expect.allow missing-key: allow is missing; accepted: true or false',
    ],
  ],
  [
    'posture statuses that are empty and too long',
    `${P}rules:\n  - { id: r, effect: allow, match: everyone, postureStatuses: ["", ${'k'.repeat(256)}] }\n`,
    [
      '4:64 rules[0].postureStatuses[0] empty: the text is empty; accepted: a text of 1 to 255 characters',
      '4:68 rules[0].postureStatuses[1] too-long: the text has 256 characters; accepted: at most 255',
    ],
  ],
  [
    'a number of connections that is none, beside a word that is not known',
    limit('match: everyone\nmaxConnections: 0\nwhenExceeded: endoldest'),
    [
      '6:21 limits[0].maxConnections wrong-value: 0 is not accepted; accepted: a whole number from 1 to 100',
      '7:19 limits[0].whenExceeded wrong-value: "endoldest" is not accepted (did you mean "endOldest"?); accepted: refuse, endOldest',
    ],
  ],
  [
    'too many connections, half ones, and a number in quotes',
    `${P}limits:
  - { id: a, match: everyone, maxConnections: 101 }
  - { id: b, match: everyone, maxConnections: 1.5 }
  - { id: c, match: everyone, maxConnections: "2" }
  - { id: d, match: everyone, maxConnections: one }
  - { id: e, match: everyone }
`,
    [
      '4:47 limits[0].maxConnections wrong-value: 101 is not accepted; accepted: a whole number from 1 to 100',
      '5:47 limits[1].maxConnections wrong-type: the number 1.5 stands here; accepted: a whole number from 1 to 100',
      '6:47 limits[2].maxConnections wrong-type: "2" is a text; write a number without quotes; accepted: a whole number from 1 to 100',
      '7:47 limits[3].maxConnections wrong-type: "one" is a text; write a number without quotes; accepted: a whole number from 1 to 100',
      '8:5 limits[4].maxConnections missing-key: maxConnections is missing; accepted: a whole number from 1 to 100',
    ],
  ],
  [
    'keys that a limit has not',
    limit('match: everyone\nmaxConnection: 1\nmaxConnections: 1\nmode: report'),
    [
      '6:5 limits[0].maxConnection unknown-key: the key "maxConnection" is not known (did you mean "maxConnections"?); accepted: id, description, match, except, enabled, maxConnections, whenExceeded, message',
      '8:5 limits[0].mode unknown-key: the key "mode" is not known; accepted: id, description, match, except, enabled, maxConnections, whenExceeded, message',
    ],
  ],
  [
    'a limit on sets and endpoints that are not there, and conditions that except by identity',
    `${P}sets: { offices: { kind: ip, entries: [] }, contractors: { kind: group, entries: [] } }
limits:
  - id: l
    match: { groups: ["@contractor", "@offices"], endpoints: [frankfurt], sourceIPs: [] }
    except: { identities: [x] }
    maxConnections: 1
`,
    [
      '6:23 limits[0].match.groups[0] unknown-set: there is no set "contractor" (did you mean "contractors"?); accepted: one of @offices, @contractors',
      '6:38 limits[0].match.groups[1] wrong-set-kind: the set "offices" is of kind ip; accepted: a set of kind group',
      '6:63 limits[0].match.endpoints[0] unknown-endpoint: "frankfurt" is no endpoint; accepted: an id such as cvpn-endpoint-0a1b2c3d4e5f67890',
      `6:75 limits[0].match.sourceIPs unknown-key: the key "sourceIPs" is not known (did you mean "sourceIps"?); ${REFUSING}`,
      '7:15 limits[0].except.identities identities-grants: identities would grant here, and it only refuses; accepted: users or commonNames',
    ],
  ],
  [
    'a limit on nobody, and one that is no object',
    `${P}limits:\n  - { id: a, match: {}, maxConnections: 1 }\n  - everyone\n`,
    [
      `4:21 limits[0].match empty: ${NO_CONDITION}`,
      '5:5 limits[1] wrong-type: the text "everyone" stands here; accepted: a limit, an object with id, match and maxConnections',
    ],
  ],
  [
    'limits that are no list',
    `${P}limits: { one-each: 1 }\n`,
    ['3:9 limits wrong-type: an object stands here; accepted: a list of limits'],
  ],
  [
    'a limit with the id of a rule, and two of one id',
    `${P}rules: [{ id: a, effect: deny, match: everyone }]
limits:
  - { id: a, match: everyone, maxConnections: 1 }
  - { id: b, match: everyone, maxConnections: 1 }
  - { id: b, match: everyone, maxConnections: 2 }
`,
    [
      '5:11 limits[0].id duplicate-id: "a" is already the id of rules[0]; accepted: each id once',
      '7:11 limits[2].id duplicate-id: "b" is already the id of limits[1]; accepted: each id once',
    ],
  ],
  [
    'what becomes of standing connections, in words that are not known',
    `${P}rules:
  - { id: a, effect: deny, match: everyone, standing: kept }
  - { id: b, effect: allow, match: everyone, standing: endAll }
  - { id: c, effect: deny, match: everyone, standing: true }
`,
    [
      '4:55 rules[0].standing wrong-value: "kept" is not accepted (did you mean "keep"?); accepted: keep, end, endAll',
      '5:56 rules[1].standing wrong-value: "endAll" is not accepted; accepted: keep, end',
      '6:55 rules[2].standing wrong-value: true is not accepted; accepted: keep, end, endAll',
    ],
  ],
  [
    'a grace that is too long, that is no duration, and beside what goes on anyway',
    `${P}rules:
  - { id: a, effect: deny, match: everyone, grace: PT25H }
  - { id: b, effect: allow, match: everyone, grace: 10m }
  - { id: c, effect: deny, match: everyone, standing: keep, grace: PT10M }
`,
    [
      '4:52 rules[0].grace invalid-duration: "PT25H" is over 24 hours, after which a connection ends anyway; accepted: such as PT10M, or standing: keep',
      `5:53 rules[1].grace invalid-duration: "10m" is no duration; ${DURATION}`,
      '6:68 rules[2].grace contradiction: the rule keeps standing connections, so there is no grace after which they end; accepted: standing: keep, or grace',
    ],
  ],
  [
    'standing and grace of an exempt rule',
    `${P}rules:
  - { id: a, effect: deny, match: everyone }
  - { id: b, effect: exempt, from: "*", match: everyone, standing: keep, grace: PT10M }
`,
    [
      '5:58 rules[1].standing wrong-place: an exempt rule has no standing; accepted: standing in deny and allow rules',
      '5:74 rules[1].grace wrong-place: an exempt rule has no grace; accepted: grace in deny and allow rules',
    ],
  ],
  [
    'lists in lists in lists',
    `version: 1\nx: ${'['.repeat(40)}${']'.repeat(40)}`,
    [
      '1:1 defaultEffect missing-key: defaultEffect is missing; accepted: allow or deny',
      '2:1 x unknown-key: the key "x" is not known; accepted: version, defaultEffect, defaultMessage, endpoints, sets, rules, limits, tests',
      '2:35 x[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0] too-deep: the document is nested too deeply; accepted: 32 levels',
    ],
  ],
  [
    'nesting that exhausts the parser',
    `version: 1\nx: ${'['.repeat(40000)}`,
    ['1:1  too-deep: the document is nested too deeply; accepted: 32 levels'],
  ],
];

describe('a bad policy in YAML', () => {
  it.each(BAD_POLICIES)('is refused with all that is wrong and where: %s', (_name, text, issues) => {
    const read = readPolicy(text);
    if (read.ok) throw new Error('the policy was accepted');
    expect(
      read.issues.map(({ line, column, where, code, message }) => `${line}:${column} ${where} ${code}: ${message}`),
    ).toEqual(issues);
  });
});

const MANY_ERRORS = `# Everything at once
version: 1
default-effect: deny
sets:
  offices:
    kind: ip
    entries: [203.0.113.0/24, 010.0.0.1, 10/8]
  leavers:
    kind: user
    entries: [batchi, 0481, { value: x, expiresAt: 2026-12-31 }]
rules:
  - id: block
    effect: deny
    match: { users: ["@leaver", "@offices", 7], sourceIPs: ["@offices"] }
    message: "Ask {boss}."
  - id: block
    effect: allow
    match: {}
    message: Welcome
  - effect: exempt
    id: night
    from: [blok]
    match:
      windows:
        - { cron: "0 2 * * * TUE", duration: PT4H, timezone: Asia/Tokio }
        - { days: [tuesday], start: "22:00", end: "24:00", timezone: UTC }
tests:
  - name: t
    connection: { user: x }
    expect: { allow: yes }
`;

describe('a policy with many errors', () => {
  const read = readPolicy(MANY_ERRORS);
  const issues = read.ok ? [] : read.issues;

  it('is told all of them, in the order of the file', () => {
    expect(issues.map(({ line, column, where, code }) => `${line}:${column} ${where} ${code}`)).toEqual([
      '2:1 defaultEffect missing-key',
      '3:1 default-effect unknown-key',
      '7:31 sets.offices.entries[1] invalid-address',
      '7:42 sets.offices.entries[2] invalid-address',
      '10:23 sets.leavers.entries[1] wrong-type',
      '10:52 sets.leavers.entries[2].expiresAt invalid-time',
      '14:22 rules[0].match.users[0] unknown-set',
      '14:33 rules[0].match.users[1] wrong-set-kind',
      '14:45 rules[0].match.users[2] wrong-type',
      '14:49 rules[0].match.sourceIPs unknown-key',
      '15:14 rules[0].message invalid-message',
      '16:9 rules[1].id duplicate-id',
      '18:12 rules[1].match empty',
      '19:5 rules[1].message wrong-place',
      '22:12 rules[2].from[0] unknown-rule',
      '25:19 rules[2].match.windows[0].cron invalid-cron',
      '25:62 rules[2].match.windows[0].timezone invalid-timezone',
      '26:20 rules[2].match.windows[1].days[0] wrong-value',
      '26:51 rules[2].match.windows[1].end invalid-time-of-day',
      '28:5 tests[0].at missing-key',
      '29:19 tests[0].connection.user unknown-key',
      '30:22 tests[0].expect.allow wrong-type',
    ]);
  });

  it('is told the same as data, in the order of the data', () => {
    const json = JSON.parse(JSON.stringify(parse(MANY_ERRORS)));
    const validated = validatePolicy(json);
    const told = validated.ok ? [] : validated.issues;
    expect(told.map(({ where, code }) => `${where} ${code}`)).toEqual(
      issues.map(({ where, code }) => `${where} ${code}`),
    );
    expect(told.every((issue) => issue.line === undefined && issue.column === undefined)).toBe(true);
  });

  it('is told the same as JSON text, with its own lines and columns', () => {
    const read = readPolicy(JSON.stringify(parse(MANY_ERRORS), null, 2), { fileName: 'policy.JSON' });
    const told = read.ok ? [] : read.issues;
    expect(told.map(({ where, code }) => `${where} ${code}`)).toEqual(
      issues.map(({ where, code }) => `${where} ${code}`),
    );
    expect(told[2]).toMatchObject({ line: 9, column: 9 });
  });

  it('reads as one line for each, ready for a terminal', () => {
    const [, unknown] = issues;
    if (unknown === undefined) throw new Error('no second issue');
    expect(formatIssue(unknown, 'policy.yaml')).toBe(
      'policy.yaml:3:1 default-effect: the key "default-effect" is not known (did you mean "defaultEffect"?); accepted: version, defaultEffect, defaultMessage, endpoints, sets, rules, limits, tests',
    );
    expect(jsonPointer(['sets', 'a/b~c', 'entries', 0])).toBe('/sets/a~1b~0c/entries/0');
  });
});

const BAD_JSON: [name: string, text: string, issues: string[]][] = [
  [
    'a repeated key',
    '{"version": 1,\n "defaultEffect": "deny",\n "version": 1}',
    ['3:2 version duplicate-key: the key "version" stands here twice; accepted: each key once'],
  ],
  [
    'a key that is repeated by an escape',
    '{"version": 1, "defaultEffect": "deny", "\\u0076ersion": 1}',
    ['1:41 version duplicate-key: the key "version" stands here twice; accepted: each key once'],
  ],
  [
    'a comma at the end',
    '{"version": 1,\n}',
    ['2:1  json-syntax: not JSON: a key in double quotes is expected, not "}"'],
  ],
  ['single quotes', "{'version': 1}", ['1:2  json-syntax: not JSON: a key in double quotes is expected, not "\'"']],
  [
    'a comment',
    '{"version": 1} // the first',
    ['1:16  json-syntax: not JSON: the end of the text is expected, not "/"'],
  ],
  ['a number with a leading zero', '{"version": 01}', ['1:14  json-syntax: not JSON: "," is expected, not "1"']],
  [
    'a control character in a text',
    '{"version": "a\tb"}',
    [
      '1:13  json-syntax: not JSON: this text has no end, or a control character or an escape in it that JSON does not know',
    ],
  ],
  [
    'an end that is missing',
    '{"version": 1',
    ['1:14  json-syntax: not JSON: "," is expected, not the end of the text'],
  ],
  ['nothing', '  ', ['1:1  empty-document: the document is empty; accepted: a policy, an object with "version": 1']],
  [
    'nesting without end',
    '['.repeat(100_000),
    ['1:33  too-deep: the document is nested too deeply; accepted: 32 levels'],
  ],
  [
    'a prototype for a key',
    '{"version": 1, "defaultEffect": "deny", "__proto__": {"rules": []}}',
    ['1:41 __proto__ unknown-key: the key "__proto__" is not known; accepted: no such key'],
  ],
  [
    'a number for a name',
    '{"version": 1, "defaultEffect": "deny", "sets": {"a": {"kind": "user", "entries": [1234]}}}',
    [
      '1:84 sets.a.entries[0] wrong-type: 1234 is a number, not a text; quote it: "1234"; accepted: a value, or an object with value, expiresAt and note',
    ],
  ],
];

describe('a bad policy in JSON', () => {
  it.each(BAD_JSON)('is refused with all that is wrong and where: %s', (_name, text, issues) => {
    const read = readPolicy(text, { format: 'json' });
    if (read.ok) throw new Error('the policy was accepted');
    expect(
      read.issues.map(({ line, column, where, code, message }) => `${line}:${column} ${where} ${code}: ${message}`),
    ).toEqual(issues);
  });
});

describe('reading', () => {
  it.each([
    ['a byte order mark', `\ufeff${P}`, 'policy.yaml'],
    ['Windows line ends', P.replaceAll('\n', '\r\n'), 'policy.yaml'],
    ['a document marker', `---\n${P}...\n`, 'policy.yml'],
    ['JSON in a YAML file', '{"version": 1, "defaultEffect": "deny"}', 'policy.yaml'],
    ['JSON', '{"version": 1, "defaultEffect": "deny"}\n', 'policy.json'],
    ['JSON with a byte order mark', '\ufeff{"version": 1, "defaultEffect": "deny"}\n', 'policy.json'],
  ])('takes %s', (_name, text, fileName) => {
    expect(readPolicy(text, { fileName })).toEqual({
      ok: true,
      document: { version: 1, defaultEffect: 'deny' },
      warnings: [],
    });
  });

  it('keeps the order of keys as written', () => {
    const read = readPolicy(`rules: []\n${P}sets: {}\n`);
    expect(read.ok && Object.keys(read.document)).toEqual(['rules', 'version', 'defaultEffect', 'sets']);
  });

  it('keeps JSON texts to the last character', () => {
    const note = 'a\u0000\u2028"\\😀\ud800';
    const document = {
      version: 1,
      defaultEffect: 'deny',
      sets: { a: { kind: 'user', entries: [{ value: 'x', note }] } },
    };
    expect(readPolicy(JSON.stringify(document), { format: 'json' })).toMatchObject({ ok: true, document });
  });

  it('takes a set name that every object inherits for what it is', () => {
    const read = readPolicy(
      `${P}sets:\n  constructor: { kind: user, entries: [x] }\nrules:\n  - { id: r, effect: deny, match: { identities: ["@constructor"] } }\n`,
    );
    expect(read.ok).toBe(true);
  });

  it('refuses more bytes than the caller allows, without reading them', () => {
    const read = readPolicy(`${P}# ä`, { maxBytes: P.length + 3 });
    expect(read).toMatchObject({ ok: false, issues: [{ code: 'too-large', path: [] }] });
    expect(readPolicy(`${P}# ä`, { maxBytes: P.length + 4 }).ok).toBe(true);
  });

  it('refuses more levels than the caller allows', () => {
    const text = match('{ users: [x] }');
    expect(readPolicy(text, { maxDepth: 5 }).ok).toBe(true);
    expect(readPolicy(text, { maxDepth: 4 })).toMatchObject({ ok: false, issues: [{ code: 'too-deep' }] });
  });

  it('warns with line and column', () => {
    const read = readPolicy(`${P}sets:\n  old: { kind: user, entries: [x] }\n`);
    expect(read.ok && read.warnings).toMatchObject([{ code: 'unused-set', where: 'sets.old', line: 4, column: 8 }]);
  });

  it('warns of what has expired only where it is told the time', () => {
    const text = match('{ identities: [x] }').replace('effect: deny', 'effect: deny\n    expiresAt: 2020-01-01T00:00Z');
    expect(readPolicy(text)).toMatchObject({ ok: true, warnings: [] });
    expect(readPolicy(text, { nowMs: Date.UTC(2026, 0, 1) })).toMatchObject({
      ok: true,
      warnings: [{ code: 'expired-rule' }],
    });
  });
});

describe('limits', () => {
  const deny = (id: string) => ({ id, effect: 'deny', match: { identities: ['x'] } });
  const base = { version: 1, defaultEffect: 'deny' };
  const names = (count: number) => Array.from({ length: count }, (_, index) => `u${index}`);

  it.each<[string, unknown, string]>([
    ['10,000 rules', { ...base, rules: names(10_001).map(deny) }, 'rules too-many'],
    [
      '1,000 tests',
      {
        ...base,
        tests: names(1_001).map((name) => ({
          name,
          connection: {},
          at: '2026-11-24T10:00Z',
          expect: { allow: false },
        })),
      },
      'tests too-many',
    ],
    [
      '1,000 entries in a condition',
      { ...base, rules: [{ ...deny('r'), match: { identities: names(1_001) } }] },
      'rules[0].match.identities too-many',
    ],
    [
      '100 blocks',
      { ...base, rules: [{ ...deny('r'), match: names(101).map((name) => ({ identities: [name] })) }] },
      'rules[0].match too-many',
    ],
    [
      '100 windows a rule',
      {
        ...base,
        rules: [
          {
            ...deny('r'),
            match: [1, 2].map(() => ({ windows: names(51).map(() => ({ until: '2026-11-24T10:00Z' })) })),
          },
        ],
      },
      'rules[0] too-many',
    ],
    [
      '250,000 set entries in all',
      { ...base, sets: { a: { kind: 'user', entries: names(125_001) }, b: { kind: 'user', entries: names(125_000) } } },
      'sets too-many',
    ],
  ])('are kept: at most %s', (_name, document, expected) => {
    const validated = validatePolicy(document);
    expect(validated.ok ? [] : validated.issues.map(({ where, code }) => `${where} ${code}`)).toEqual([expected]);
  });

  it('tell of many references to nothing, among many names that are nearly meant', () => {
    const long = names(300).map((name) => `${'a'.repeat(55)}${name}`);
    const document = {
      ...base,
      sets: Object.fromEntries(long.map((name) => [name, { kind: 'user', entries: [] }])),
      rules: [{ id: 'a', effect: 'deny', match: { users: long.map((name) => `@b${name}`) } }],
    };
    const validated = validatePolicy(document);
    expect(validated.ok ? [] : validated.issues.map(({ code }) => code)).toEqual(long.map(() => 'unknown-set'));
  });

  it('leave room for many endpoints, each of which rules name', () => {
    const own = Array.from({ length: 20_000 }, (_, index) => `a${String(index).padStart(7, '0')}`);
    const document = {
      ...base,
      endpoints: Object.fromEntries(own.map((name) => [`cvpn-endpoint-${name}`, { name }])),
      rules: names(100).map((id) => ({ id, effect: 'deny', match: { endpoints: own.slice(-1_000) } })),
    };
    expect(validatePolicy(document).ok).toBe(true);
  });

  it('tell ten thousand faults of a set, and that there are more', () => {
    const document = { ...base, sets: { a: { kind: 'ip', entries: Array.from({ length: 150_000 }, () => '10/8') } } };
    const validated = validatePolicy(document);
    const issues = validated.ok ? [] : validated.issues;
    expect(issues[0]).toMatchObject({ where: 'sets.a.entries', code: 'too-many-issues' });
    expect(issues).toHaveLength(10_001);
    expect(issues.at(-1)).toMatchObject({ where: 'sets.a.entries[9999]', code: 'invalid-address' });
  });

  it('do not look at entries that are too many anyway', () => {
    const entries = Array.from({ length: 250_001 }, () => '10/8');
    const validated = validatePolicy({ ...base, sets: { a: { kind: 'ip', entries } } });
    expect(validated.ok ? [] : validated.issues.map(({ code }) => code)).toEqual(['too-many']);
  });

  it('tell of one rule no more than can be told', () => {
    const entries = Array.from({ length: 1_000 }, () => 7);
    const block = { users: entries, commonNames: entries, identities: entries, groups: entries, platforms: entries };
    const document = {
      ...base,
      rules: [{ id: 'a', effect: 'deny', match: Array.from({ length: 30 }, () => block) }, deny('A')],
    };
    const validated = validatePolicy(document);
    const codes = new Set(
      validated.ok ? [] : validated.issues.map(({ where, code }) => `${where.slice(0, 8)} ${code}`),
    );
    expect([...codes].filter((code) => !code.endsWith('wrong-type'))).toContain('rules[1] invalid-value');
  });

  it('leave room for the largest policy', () => {
    const document = {
      ...base,
      sets: { a: { kind: 'user', entries: names(250_000) } },
      rules: names(10_000).map(deny),
    };
    expect(validatePolicy(document).ok).toBe(true);
  });
});

describe('data that is no JSON', () => {
  class Deny {
    readonly version = 1;
  }
  const cycle: Record<string, unknown> = { version: 1 };
  cycle.rules = [cycle];

  it.each<[string, unknown, string]>([
    ['a class instance', new Deny(), 'not-plain-data'],
    ['a date', { version: 1, defaultEffect: 'deny', defaultMessage: new Date(0) }, 'not-plain-data'],
    ['a function', { version: 1, defaultEffect: () => 'deny' }, 'not-plain-data'],
    ['a number that JSON lacks', { version: Number.NaN, defaultEffect: 'deny' }, 'number-not-in-json'],
    ['a hole in a list', { version: 1, defaultEffect: 'deny', rules: new Array(1) }, 'not-plain-data'],
    ['a cycle', cycle, 'too-deep'],
  ])('is refused: %s', (_name, value, code) => {
    const validated = validatePolicy(value);
    expect(validated.ok ? [] : validated.issues.map((issue) => issue.code)).toContain(code);
  });

  it('may have keys that are undefined: they count as left out', () => {
    const document = { version: 1 as const, defaultEffect: 'deny' as const, rules: undefined };
    expect(validatePolicy(document).ok).toBe(true);
    expect(() => compile(document)).not.toThrow();
  });
});
