import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { MAX_OPERATIONS, OPERATIONS, policyOperations } from './operation-schema.ts';
import { readOperations } from './read-operations.ts';

function issues(value: unknown): string[] {
  const read = readOperations(value);
  return read.ok ? [] : read.issues.map(({ where, code, message }) => `${where} ${code}: ${message}`);
}

describe('readOperations', () => {
  it('takes the example of every operation, as it is', () => {
    const examples = [...OPERATIONS.values()].flatMap((schema) => schema.meta()?.examples ?? []);
    expect(examples).toHaveLength(OPERATIONS.size);
    const read = readOperations(examples);
    expect(read).toEqual({ ok: true, operations: examples });
    if (read.ok) expect(read.operations).toBe(examples);
  });

  it.each<[value: unknown, told: string[]]>([
    [undefined, [' wrong-type: no list stands here; accepted: a list of operations']],
    [{}, [' wrong-type: no list stands here; accepted: a list of operations']],
    [[], [' empty: the list is empty; accepted: at least one operation']],
    [[17], ['[0] wrong-type: no object stands here; accepted: an operation, an object with op']],
    [[null], ['[0] wrong-type: no object stands here; accepted: an operation, an object with op']],
    [[{ op: 'delete-rule', id: 'a' }, { op: 'delete-rule' }], ['[1].id missing-key: id is missing; accepted: an id']],
    [[{ op: 'delete-rule', id: 17 }], ['[0].id wrong-type: 17 is not accepted; accepted: an id']],
    [
      [{ op: 'delete-rule', id: 'A b' }],
      [
        '[0].id invalid-value: "A b" is no id; accepted: lower-case letters, digits and hyphens, at most 63, a letter or digit first',
      ],
    ],
    [
      [{ op: 'delete-rule', id: 'a', ifmatch: '*' }],
      ['[0].ifmatch unknown-key: the key "ifmatch" is not known (did you mean "ifMatch"?); accepted: op, id, ifMatch'],
    ],
    [
      [{ op: 'delete-rule', id: 'a', ifMatch: '"abc"' }],
      [
        '[0].ifMatch wrong-value: "\\"abc\\"" is not accepted; accepted: "*", or the hash from an ETag, without the quotes',
      ],
    ],
    [
      [{ op: 'put-rule' }],
      ['[0].rule missing-key: rule is missing; accepted: a rule, an object with id, effect and match'],
    ],
    [
      [{ op: 'put-rule', rule: { id: 'a', effect: 'deny', match: { user: ['x'] } } }],
      [
        '[0].rule.match.user unknown-key: the key "user" is not known (did you mean "users"?); accepted: endpoints, users, commonNames, groups, allGroups, sourceIps, platforms, openvpnVersion, awsClientVersion, windows, missing, identities',
      ],
    ],
    [
      [{ op: 'put-rule', rule: { id: 'a', match: 'everyone' } }],
      ['[0].rule.effect missing-key: effect is missing; accepted: deny, allow, exempt'],
    ],
    [
      [{ op: 'put-limit', limit: { id: 'a', match: { user: ['x'] }, maxConnections: 0 } }],
      [
        '[0].limit.match.user unknown-key: the key "user" is not known (did you mean "users"?); accepted: endpoints, users, commonNames, groups, allGroups, sourceIps, platforms, openvpnVersion, awsClientVersion, windows, missing, identities',
        '[0].limit.maxConnections wrong-value: 0 is not accepted; accepted: a whole number from 1 to 100',
      ],
    ],
    [
      [{ op: 'put-limit' }],
      ['[0].limit missing-key: limit is missing; accepted: a limit, an object with id, match and maxConnections'],
    ],
    [
      [{ op: 'patch-limit', id: 'a', patch: { maxconnections: 2 } }],
      [
        expect.stringMatching(
          /^\[0\]\.patch\.maxconnections unknown-key: .* \(did you mean "maxConnections"\?\)/,
        ) as never,
      ],
    ],
    [
      [{ op: 'put-set', name: 'a', set: { kind: 'ip', entries: ['10/8'] } }],
      [expect.stringMatching(/^\[0\]\.set\.entries\[0\] invalid-address: "10\/8" is no address range/) as never],
    ],
    [
      [{ op: 'put-set', name: 'a', set: 17 }],
      ['[0].set wrong-type: the number 17 stands here; accepted: an object with kind and entries'],
    ],
    [
      [{ op: 'put-endpoint', id: 'cvpn-endpoint-0a1b2c3d', endpoint: { mode: 'watch' } }],
      ['[0].endpoint.mode wrong-value: "watch" is not accepted; accepted: enforce, observe'],
    ],
    [
      [{ op: 'put-test', test: { name: 't', connection: {}, expect: { allow: true } } }],
      ['[0].test.at missing-key: at is missing; accepted: a time with an offset, such as 2026-12-31T18:00:00+09:00'],
    ],
    [
      [{ op: 'patch-rule', id: 'a', patch: { expiresat: null } }],
      [expect.stringMatching(/^\[0\]\.patch\.expiresat unknown-key: .* \(did you mean "expiresAt"\?\)/) as never],
    ],
    [
      [{ op: 'patch-rule', id: 'a', patch: [] }],
      ['[0].patch wrong-type: [] is not accepted; accepted: an object, a JSON Merge Patch (RFC 7396)'],
    ],
    [
      [{ op: 'patch-settings', patch: { defaultEffect: null } }],
      ['[0].patch.defaultEffect wrong-value: null is not accepted; accepted: allow or deny'],
    ],
    [
      [{ op: 'patch-set', name: 'a', add: [17] }],
      ['[0].add[0] wrong-value: 17 is not accepted; accepted: a value, or an object with value, expiresAt and note'],
    ],
    [
      [{ op: 'patch-set', name: 'a', add: [{ value: 'x', until: 'y' }] }],
      ['[0].add[0].until unknown-key: the key "until" is not known; accepted: value, expiresAt, note'],
    ],
    [
      [{ op: 'patch-set', name: 'a', add: [{ value: 'x', expiresAt: '2026-12-31' }] }],
      [expect.stringMatching(/^\[0\]\.add\[0\]\.expiresAt invalid-time: "2026-12-31" is no time/) as never],
    ],
    [
      [{ op: 'patch-set', name: 'a', remove: [{ value: 'x' }] }],
      ['[0].remove[0] wrong-type: {"value":"x"} is not accepted; accepted: a value'],
    ],
    [
      JSON.parse('[{"op":"patch-rule","id":"a","patch":{"match":{"__proto__":{"users":["x"]}}}}]'),
      ['[0].patch.match.__proto__ unknown-key: the key "__proto__" is not known; accepted: no such key'],
    ],
  ])('of %j it tells %j', (value, told) => {
    expect(issues(value)).toEqual(told);
  });

  it('names the operations where the op is none, and the one that was meant', () => {
    expect(issues([{ op: 'putRule' }, {}])).toEqual([
      expect.stringMatching(
        /^\[0\]\.op wrong-value: "putRule" is not accepted \(did you mean "put-rule"\?\); accepted: put-rule, /,
      ),
      expect.stringMatching(/^\[1\]\.op missing-key: op is missing; accepted: put-rule, /),
    ]);
  });

  it('refuses more operations than there may be, and data too deep', () => {
    const many = Array.from({ length: MAX_OPERATIONS + 1 }, () => ({ op: 'delete-rule', id: 'a' }));
    expect(issues(many)).toEqual([' too-many: the list has 1001 operations; accepted: at most 1000']);
    let patch: unknown = 1;
    for (let level = 0; level < 1_000; level++) patch = { match: patch };
    expect(issues([{ op: 'patch-rule', id: 'a', patch }])).toEqual([expect.stringMatching(/ too-deep: /)]);
  });

  it('tells of one operation no more than can be told', () => {
    const told = issues([{ op: 'patch-set', name: 's', remove: Array.from({ length: 300_000 }, () => 1) }]);
    expect(told[0]).toMatch(/^\[0\](\.remove\[0\] wrong-type| too-many-issues)/);
  });

  it('can be written as JSON Schema, with a description of every operation', () => {
    const schema = z.toJSONSchema(policyOperations, { target: 'draft-2020-12' });
    const names = [...OPERATIONS.values()].map((operation) => operation.meta()?.id);
    expect(Object.keys(schema.$defs ?? {})).toEqual(expect.arrayContaining(names));
    for (const name of names) expect(schema.$defs?.[String(name)]?.description).toBeTruthy();
  });
});
