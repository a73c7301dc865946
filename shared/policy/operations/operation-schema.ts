/** Schemas of the operations that change parts of a policy: what `POST /v1/changes` takes, and API and CLI share. */
import { z } from 'zod';
import { ENDPOINT_ID, RULE_ID } from '../../engine/index.ts';
import { ITEM_HASH } from '../item-hash.ts';
import { connectionLimit, rule, ruleOfUnknownEffect } from '../rule-schema.ts';
import { endpointSettings, policyDocument, policyTest } from '../schema.ts';
import { policySet } from '../set-schema.ts';
import { description, instant, parseEndpointId, parseOwnName, ruleId, textOf } from '../value-schema.ts';

/** Most operations in one change. */
export const MAX_OPERATIONS = 1_000;

const setName = textOf(parseOwnName).meta({ pattern: RULE_ID.source, examples: ['leavers'] });
const endpointId = textOf(parseEndpointId).meta({
  pattern: ENDPOINT_ID.source,
  examples: ['cvpn-endpoint-0a1b2c3d4e5f67890'],
});
const testName = z.string().min(1).max(256);

const hash = z.string().regex(ITEM_HASH);
const ifMatch = z
  .union([z.literal('*'), hash])
  .optional()
  .describe(
    'Only if the item is this one: the hash from its ETag, without the quotes; "*": only if there is one. Compared with the policy in force, before the first operation.',
  );
const ifNoneMatch = z
  .literal('*')
  .optional()
  .describe('Only if the policy in force, before the first operation, has no such item.');

/** What a merge patch may have: the keys of the item, any value. What comes out is validated. */
function patchOf<Key extends string>(keys: readonly Key[]) {
  // INVARIANT: `fromEntries` gives exactly these keys, which its type does not tell.
  const shape = Object.fromEntries(keys.map((key) => [key, z.unknown().optional()])) as Record<
    Key,
    z.ZodOptional<z.ZodUnknown>
  >;
  return z.strictObject(shape);
}

// Every key of every effect: a patch may change the effect.
export const rulePatch = patchOf(Object.keys(ruleOfUnknownEffect.shape)).meta({
  id: 'RulePatch',
  description:
    'A JSON Merge Patch (RFC 7396) of a rule: objects merge key by key, null takes a key away, anything else, lists too, replaces. The id cannot be changed.',
  examples: [{ expiresAt: '2026-11-27T18:00:00+09:00', message: null }],
});
export const limitPatch = patchOf(Object.keys(connectionLimit.shape)).meta({
  id: 'LimitPatch',
  description: 'A JSON Merge Patch (RFC 7396) of a limit. The id cannot be changed.',
  examples: [{ maxConnections: 2 }],
});
export const endpointPatch = patchOf(Object.keys(endpointSettings.shape)).meta({
  id: 'EndpointPatch',
  description: 'A JSON Merge Patch (RFC 7396) of the settings of an endpoint.',
  examples: [{ mode: 'observe' }],
});
export const settingsPatch = z
  .strictObject({
    defaultEffect: policyDocument.shape.defaultEffect.optional(),
    defaultMessage: policyDocument.shape.defaultMessage.nullable(),
  })
  .meta({
    id: 'SettingsPatch',
    description: 'A JSON Merge Patch (RFC 7396) of the settings of the policy itself.',
    examples: [{ defaultMessage: 'Call 1234 and quote {connectionId}.' }],
  });

/** An entry of a set whose kind is not known here. */
export const setEntry = z
  .union([
    z.string(),
    z.strictObject({ value: z.string(), expiresAt: instant.optional(), note: description.optional() }),
  ])
  .meta({
    id: 'SetEntry',
    description: "A value of the set's kind, alone or with the moment from which it no longer counts and a note.",
    examples: ['batchi', { value: 'user-0481', expiresAt: '2026-12-31T00:00:00+09:00', note: 'on leave' }],
  });

/** What `PATCH /v1/sets/{name}` takes, too. */
export const entriesPatchShape = {
  add: z
    .array(setEntry)
    .optional()
    .describe('Entries to be put in; one whose value is there already takes its place, with its expiresAt and note.'),
  remove: z
    .array(z.string())
    .optional()
    .describe('Values to be taken out; one that is not there is no error, and told in `notFound`.'),
};

function operation<Name extends string, Shape extends z.ZodRawShape>(
  op: Name,
  id: string,
  shape: Shape,
  meta: { readonly description: string; readonly example: Readonly<Record<string, unknown>> },
) {
  const { description, example } = meta;
  return z.strictObject({ op: z.literal(op), ...shape }).meta({ id, description, examples: [{ op, ...example }] });
}

const putRule = operation(
  'put-rule',
  'PutRule',
  { rule, ifMatch, ifNoneMatch },
  {
    description: 'Puts a whole rule: in the place of the one with that id, or last where there is none.',
    example: { rule: { id: 'block-batchi', effect: 'deny', match: { identities: ['batchi'] } }, ifNoneMatch: '*' },
  },
);
const patchRule = operation(
  'patch-rule',
  'PatchRule',
  { id: ruleId, patch: rulePatch, ifMatch },
  {
    description: 'Changes parts of a rule.',
    example: { id: 'block-leavers', patch: { enabled: false } },
  },
);
const deleteRule = operation(
  'delete-rule',
  'DeleteRule',
  { id: ruleId, ifMatch },
  {
    description: 'Takes a rule away.',
    example: { id: 'block-leavers' },
  },
);
const putLimit = operation(
  'put-limit',
  'PutLimit',
  { limit: connectionLimit, ifMatch, ifNoneMatch },
  {
    description: 'Puts a whole limit: in the place of the one with that id, or last where there is none.',
    example: { limit: { id: 'one-each', match: 'everyone', maxConnections: 1 } },
  },
);
const patchLimit = operation(
  'patch-limit',
  'PatchLimit',
  { id: ruleId, patch: limitPatch, ifMatch },
  {
    description: 'Changes parts of a limit.',
    example: { id: 'one-each', patch: { maxConnections: 2 } },
  },
);
const deleteLimit = operation(
  'delete-limit',
  'DeleteLimit',
  { id: ruleId, ifMatch },
  {
    description: 'Takes a limit away.',
    example: { id: 'one-each' },
  },
);
const putSet = operation(
  'put-set',
  'PutSet',
  { name: setName, set: policySet, ifMatch, ifNoneMatch },
  {
    description: 'Puts a whole set, new or in the place of the one with that name.',
    example: { name: 'leavers', set: { kind: 'user', entries: ['batchi'] } },
  },
);
const patchSet = operation(
  'patch-set',
  'PatchSet',
  { name: setName, ...entriesPatchShape, ifMatch },
  {
    description:
      'Puts entries into a set and takes others out. Values are compared as the engine sees them: addresses by range, names by letter case and NFC.',
    example: { name: 'leavers', add: ['batchi'], remove: ['user-0481'] },
  },
);
const deleteSet = operation(
  'delete-set',
  'DeleteSet',
  { name: setName, ifMatch },
  {
    description: 'Takes a set away; refused while a rule or limit uses it.',
    example: { name: 'leavers' },
  },
);
const putTest = operation(
  'put-test',
  'PutTest',
  { test: policyTest, ifMatch, ifNoneMatch },
  {
    description: 'Puts a test: in the place of the one with that name, or last where there is none.',
    example: {
      test: {
        name: 'batchi stays out',
        connection: { username: 'batchi' },
        at: '2026-11-24T10:00:00+09:00',
        expect: { allow: false },
      },
    },
  },
);
const deleteTest = operation(
  'delete-test',
  'DeleteTest',
  { name: testName, ifMatch },
  {
    description: 'Takes a test away.',
    example: { name: 'leavers stay out' },
  },
);
const putEndpoint = operation(
  'put-endpoint',
  'PutEndpoint',
  { id: endpointId, endpoint: endpointSettings, ifMatch, ifNoneMatch },
  {
    description: 'Puts the settings of an endpoint.',
    example: { id: 'cvpn-endpoint-0a1b2c3d4e5f67890', endpoint: { name: 'frankfurt' } },
  },
);
const patchEndpoint = operation(
  'patch-endpoint',
  'PatchEndpoint',
  { id: endpointId, patch: endpointPatch, ifMatch },
  {
    description: 'Changes settings of an endpoint.',
    example: { id: 'cvpn-endpoint-0a1b2c3d4e5f67890', patch: { mode: 'observe' } },
  },
);
const deleteEndpoint = operation(
  'delete-endpoint',
  'DeleteEndpoint',
  { id: endpointId, ifMatch },
  {
    description: 'Takes the settings of an endpoint away.',
    example: { id: 'cvpn-endpoint-0a1b2c3d4e5f67890' },
  },
);
const patchSettings = operation(
  'patch-settings',
  'PatchSettings',
  { patch: settingsPatch, ifMatch },
  {
    description: 'Changes defaultEffect and defaultMessage of the policy.',
    example: { patch: { defaultEffect: 'deny' } },
  },
);

export const policyOperation = z
  .discriminatedUnion('op', [
    putRule,
    patchRule,
    deleteRule,
    putLimit,
    patchLimit,
    deleteLimit,
    putSet,
    patchSet,
    deleteSet,
    putTest,
    deleteTest,
    putEndpoint,
    patchEndpoint,
    deleteEndpoint,
    patchSettings,
  ])
  .meta({ id: 'Operation', description: 'One step of a change.' });

export const policyOperations = z
  .array(policyOperation)
  .min(1)
  .max(MAX_OPERATIONS)
  .describe('In order; each sees what those before it left. All of them count, or none.');

export type PolicyOperation = z.infer<typeof policyOperation>;
export type OperationName = PolicyOperation['op'];

/** Each operation's name with its schema. */
export const OPERATIONS = new Map<string, z.ZodObject>(
  policyOperation.options.map((schema) => [schema.shape.op.value, schema]),
);
