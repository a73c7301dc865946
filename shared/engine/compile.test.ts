import { describe, expect, it } from '@jest/globals';
import { compile } from './compile.ts';
import type { PolicyDocument } from './document.ts';
import { PolicyValueError } from './errors.ts';

const ENDPOINT = 'cvpn-endpoint-0a1b2c3d4e5f67890';

/** Compiles what may be no document at all, as the store could hold it. */
function compileUnknown(document: unknown) {
  return compile(document as PolicyDocument);
}

function withRule(rule: object) {
  return {
    version: 1,
    defaultEffect: 'deny',
    sets: { offices: { kind: 'ip', entries: ['203.0.113.0/24'] } },
    rules: [rule],
  };
}

function withLimit(limit: object) {
  return {
    version: 1,
    defaultEffect: 'deny',
    sets: { offices: { kind: 'ip', entries: ['203.0.113.0/24'] } },
    rules: [deny],
    limits: [{ id: 'l', match: 'everyone', maxConnections: 1, ...limit }],
  };
}

const deny = { id: 'a', effect: 'deny', match: 'everyone' };

describe('compile', () => {
  it.each<[string, unknown, string, (string | number)[]]>([
    ['no document', null, 'invalid-value', []],
    ['another language version', { version: 2, defaultEffect: 'deny' }, 'unknown-language-version', ['version']],
    ['no version', { defaultEffect: 'deny' }, 'unknown-language-version', ['version']],
    ['no default', { version: 1 }, 'invalid-value', ['defaultEffect']],
    ['an unknown key', { version: 1, defaultEffect: 'deny', quotas: [] }, 'unknown-key', ['quotas']],
    [
      'an unknown key of an endpoint',
      { version: 1, defaultEffect: 'deny', endpoints: { [ENDPOINT]: { standing: true } } },
      'unknown-key',
      ['endpoints', ENDPOINT, 'standing'],
    ],
    [
      'two endpoints of one name',
      {
        version: 1,
        defaultEffect: 'deny',
        endpoints: { [ENDPOINT]: { name: 'tokyo' }, 'cvpn-endpoint-11111111111111111': { name: 'tokyo' } },
      },
      'invalid-value',
      ['endpoints', 'cvpn-endpoint-11111111111111111', 'name'],
    ],
    [
      'an unknown mode of an endpoint',
      { version: 1, defaultEffect: 'deny', endpoints: { [ENDPOINT]: { mode: 'off' } } },
      'invalid-value',
      ['endpoints', ENDPOINT, 'mode'],
    ],
    [
      'no endpoint id',
      { version: 1, defaultEffect: 'deny', endpoints: { frankfurt: {} } },
      'invalid-value',
      ['endpoints', 'frankfurt'],
    ],
    [
      'an unknown kind of set',
      { version: 1, defaultEffect: 'deny', sets: { a: { kind: 'country', entries: [] } } },
      'invalid-value',
      ['sets', 'a', 'kind'],
    ],
    [
      'an entry that refers to a set',
      { version: 1, defaultEffect: 'deny', sets: { a: { kind: 'user', entries: ['@b'] } } },
      'invalid-value',
      ['sets', 'a', 'entries', 0],
    ],
    [
      'an unknown key of an entry',
      { version: 1, defaultEffect: 'deny', sets: { a: { kind: 'user', entries: [{ value: 'b', from: 1 }] } } },
      'unknown-key',
      ['sets', 'a', 'entries', 0, 'from'],
    ],
    ['an unknown effect', withRule({ ...deny, effect: 'refuse' }), 'invalid-value', ['rules', 0, 'effect']],
    ['an unknown key of a rule', withRule({ ...deny, quota: 1 }), 'unknown-key', ['rules', 0, 'quota']],
    [
      'a message of an allow rule',
      withRule({ ...deny, effect: 'allow', message: 'x' }),
      'unknown-key',
      ['rules', 0, 'message'],
    ],
    [
      'an exempt rule that lifts nothing',
      withRule({ ...deny, effect: 'exempt' }),
      'invalid-value',
      ['rules', 0, 'from'],
    ],
    [
      'an exempt rule that lifts an unknown one',
      withRule({ ...deny, effect: 'exempt', from: ['b'] }),
      'unknown-rule',
      ['rules', 0, 'from'],
    ],
    [
      'an exempt rule that lifts no deny rule',
      withRule({ ...deny, effect: 'exempt', from: ['a'] }),
      'unknown-rule',
      ['rules', 0, 'from'],
    ],
    ['an unknown mode', withRule({ ...deny, mode: 'off' }), 'invalid-value', ['rules', 0, 'mode']],
    ['no match', withRule({ id: 'a', effect: 'deny' }), 'invalid-value', ['rules', 0, 'match']],
    ['a match of nobody', withRule({ ...deny, match: 'nobody' }), 'invalid-value', ['rules', 0, 'match']],
    ['an empty block', withRule({ ...deny, match: {} }), 'invalid-value', ['rules', 0, 'match']],
    [
      'a block of undefined conditions',
      withRule({ ...deny, match: { users: undefined } }),
      'invalid-value',
      ['rules', 0, 'match'],
    ],
    ['an empty list of blocks', withRule({ ...deny, match: [] }), 'invalid-value', ['rules', 0, 'match']],
    ['an empty except', withRule({ ...deny, except: [] }), 'invalid-value', ['rules', 0, 'except']],
    [
      'an unknown condition',
      withRule({ ...deny, match: { users: ['a'], countries: ['JP'] } }),
      'unknown-key',
      ['rules', 0, 'match', 'countries'],
    ],
    [
      'a condition that is no list',
      withRule({ ...deny, match: { users: 'batchi' } }),
      'invalid-value',
      ['rules', 0, 'match', 'users'],
    ],
    [
      'an empty condition',
      withRule({ ...deny, match: [{ users: [] }] }),
      'invalid-value',
      ['rules', 0, 'match', 0, 'users'],
    ],
    [
      'a number for a name',
      withRule({ ...deny, match: { users: [1234] } }),
      'invalid-value',
      ['rules', 0, 'match', 'users', 0],
    ],
    [
      'an unknown set',
      withRule({ ...deny, match: { sourceIps: ['@office'] } }),
      'unknown-set',
      ['rules', 0, 'match', 'sourceIps', 0],
    ],
    [
      'a set of another kind',
      withRule({ ...deny, match: { users: ['@offices'] } }),
      'wrong-set-kind',
      ['rules', 0, 'match', 'users', 0],
    ],
    [
      'a set where none is taken',
      withRule({ ...deny, match: { platforms: ['@offices'] } }),
      'wrong-set-kind',
      ['rules', 0, 'match', 'platforms', 0],
    ],
    [
      'a set of another kind for dates',
      withRule({
        ...deny,
        match: { windows: [{ dates: ['@offices'], start: '00:00', end: '00:00', timezone: 'UTC' }] },
      }),
      'wrong-set-kind',
      ['rules', 0, 'match', 'windows', 0, 'dates', 0],
    ],
    [
      'a bad address',
      withRule({ ...deny, match: { sourceIps: ['010.0.0.1'] } }),
      'invalid-address',
      ['rules', 0, 'match', 'sourceIps', 0],
    ],
    [
      'an unknown endpoint',
      withRule({ ...deny, match: { endpoints: ['frankfurt'] } }),
      'unknown-endpoint',
      ['rules', 0, 'match', 'endpoints', 0],
    ],
    [
      'identities that admit',
      withRule({ ...deny, effect: 'allow', match: { identities: ['a'] } }),
      'invalid-value',
      ['rules', 0, 'match', 'identities'],
    ],
    [
      'identities that except from a refusal',
      withRule({ ...deny, except: { identities: ['a'] } }),
      'invalid-value',
      ['rules', 0, 'except', 'identities'],
    ],
    [
      'an unknown attribute',
      withRule({ ...deny, match: { missing: ['email'] } }),
      'invalid-value',
      ['rules', 0, 'match', 'missing', 0],
    ],
    [
      'a bad version',
      withRule({ ...deny, match: { openvpnVersion: '^2' } }),
      'invalid-version',
      ['rules', 0, 'match', 'openvpnVersion'],
    ],
    ['a bad time', withRule({ ...deny, expiresAt: 'Friday' }), 'invalid-time', ['rules', 0, 'expiresAt']],
    [
      'a bad zone',
      withRule({ ...deny, match: { windows: [{ cron: '0 0 * * *', duration: 'PT1H', timezone: 'JST' }] } }),
      'invalid-timezone',
      ['rules', 0, 'match', 'windows', 0, 'timezone'],
    ],
    ['an unknown placeholder', withRule({ ...deny, message: '{user}' }), 'invalid-message', ['rules', 0, 'message']],
    ['a bad id', withRule({ ...deny, id: 'Block' }), 'invalid-value', ['rules', 0, 'id']],
    ['the id that stands for the default', withRule({ ...deny, id: 'default' }), 'invalid-value', ['rules', 0, 'id']],
    [
      'a second rule of one id',
      { version: 1, defaultEffect: 'deny', rules: [deny, deny] },
      'invalid-value',
      ['rules', 1, 'id'],
    ],
    ['another word for standing', withRule({ ...deny, standing: 'leave' }), 'invalid-value', ['rules', 0, 'standing']],
    [
      'an allow rule that ends all',
      withRule({ ...deny, effect: 'allow', standing: 'endAll' }),
      'invalid-value',
      ['rules', 0, 'standing'],
    ],
    [
      'standing of an exempt rule',
      withRule({ ...deny, effect: 'exempt', from: '*', standing: 'keep' }),
      'unknown-key',
      ['rules', 0, 'standing'],
    ],
    [
      'a grace of an exempt rule',
      withRule({ ...deny, effect: 'exempt', from: '*', grace: 'PT10M' }),
      'unknown-key',
      ['rules', 0, 'grace'],
    ],
    ['a grace that is no duration', withRule({ ...deny, grace: '10m' }), 'invalid-duration', ['rules', 0, 'grace']],
    ['a grace of no time', withRule({ ...deny, grace: 'PT0S' }), 'invalid-duration', ['rules', 0, 'grace']],
    [
      'a grace that is longer than a connection lasts',
      withRule({ ...deny, grace: 'PT24H1S' }),
      'invalid-duration',
      ['rules', 0, 'grace'],
    ],
    ['a number for a grace', withRule({ ...deny, grace: 600 }), 'invalid-value', ['rules', 0, 'grace']],
    [
      'a grace of what goes on',
      withRule({ ...deny, standing: 'keep', grace: 'PT10M' }),
      'invalid-value',
      ['rules', 0, 'grace'],
    ],
    ['limits that are no list', { version: 1, defaultEffect: 'deny', limits: {} }, 'invalid-value', ['limits']],
    ['an unknown key of a limit', withLimit({ mode: 'report' }), 'unknown-key', ['limits', 0, 'mode']],
    [
      'a limit without a number',
      withLimit({ maxConnections: undefined }),
      'invalid-value',
      ['limits', 0, 'maxConnections'],
    ],
    ['a limit of none', withLimit({ maxConnections: 0 }), 'invalid-value', ['limits', 0, 'maxConnections']],
    ['a limit of too many', withLimit({ maxConnections: 101 }), 'invalid-value', ['limits', 0, 'maxConnections']],
    ['a limit of one and a half', withLimit({ maxConnections: 1.5 }), 'invalid-value', ['limits', 0, 'maxConnections']],
    ['a number that is a text', withLimit({ maxConnections: '1' }), 'invalid-value', ['limits', 0, 'maxConnections']],
    ['another action', withLimit({ whenExceeded: 'endNewest' }), 'invalid-value', ['limits', 0, 'whenExceeded']],
    ['a limit without a match', withLimit({ match: undefined }), 'invalid-value', ['limits', 0, 'match']],
    ['a limit on an empty block', withLimit({ match: {} }), 'invalid-value', ['limits', 0, 'match']],
    [
      'a limit on a set of another kind',
      withLimit({ match: { users: ['@offices'] } }),
      'wrong-set-kind',
      ['limits', 0, 'match', 'users', 0],
    ],
    [
      'identities that except from a limit',
      withLimit({ except: { identities: ['a'] } }),
      'invalid-value',
      ['limits', 0, 'except', 'identities'],
    ],
    [
      'an unknown placeholder of a limit',
      withLimit({ message: '{user}' }),
      'invalid-message',
      ['limits', 0, 'message'],
    ],
    ['a truthy flag of a limit', withLimit({ enabled: 1 }), 'invalid-value', ['limits', 0, 'enabled']],
    ['the id of the default for a limit', withLimit({ id: 'default' }), 'invalid-value', ['limits', 0, 'id']],
    ['a limit with the id of a rule', withLimit({ id: 'a' }), 'invalid-value', ['limits', 0, 'id']],
    [
      'a second limit of one id',
      { ...withLimit({}), limits: [...withLimit({}).limits, ...withLimit({}).limits] },
      'invalid-value',
      ['limits', 1, 'id'],
    ],
    ['a truthy flag', withRule({ ...deny, enabled: 'false' }), 'invalid-value', ['rules', 0, 'enabled']],
    [
      'a key of the prototype',
      JSON.parse('{"version":1,"defaultEffect":"deny","__proto__":{}}'),
      'unknown-key',
      ['__proto__'],
    ],
    [
      'a set named as a key of the prototype',
      withRule({ ...deny, match: { users: ['@__proto__'] } }),
      'unknown-set',
      ['rules', 0, 'match', 'users', 0],
    ],
  ])('refuses %s', (_, document, code, path) => {
    let thrown: unknown;
    try {
      compileUnknown(document);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(PolicyValueError);
    expect(thrown).toMatchObject({ code, path });
  });

  it('compiles a document with nothing but a default', () => {
    expect(compileUnknown({ version: 1, defaultEffect: 'allow' })).toMatchObject({ rules: [], limits: [] });
  });

  it.each<[object, object]>([
    [{}, { becomes: 'end', graceMs: 0 }],
    [{ standing: 'keep' }, { becomes: 'keep', graceMs: 0 }],
    [
      { standing: 'endAll', grace: 'PT10M' },
      { becomes: 'endAll', graceMs: 600_000 },
    ],
    [{ grace: 'P1D' }, { becomes: 'end', graceMs: 86_400_000 }],
    [
      { effect: 'allow', standing: 'end', grace: 'PT24H' },
      { becomes: 'end', graceMs: 86_400_000 },
    ],
  ])('reads what becomes of standing connections: %j', (keys, standing) => {
    expect(compileUnknown(withRule({ ...deny, ...keys })).rules[0]).toMatchObject({ standing });
  });

  it('reads a limit, with what is not said', () => {
    expect(compileUnknown(withLimit({})).limits).toEqual([
      {
        id: 'l',
        enabled: true,
        match: [[]],
        except: [],
        maxConnections: 1,
        whenExceeded: 'refuse',
        message: undefined,
      },
    ]);
    const [limit] = compileUnknown(
      withLimit({ maxConnections: 100, whenExceeded: 'endOldest', enabled: false }),
    ).limits;
    expect(limit).toMatchObject({ maxConnections: 100, whenExceeded: 'endOldest', enabled: false });
  });
});
