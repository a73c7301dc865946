/**
 * The policy language as Zod schemas: the one source of validation and of the JSON Schema. `shared/engine/document.ts`
 * has the same shape as types, for the handler, which carries no schema library; the assertion below holds them together.
 */
import { z } from 'zod';
import type { PolicyDocument } from '../engine/index.ts';
import { ENDPOINT_ID, LANGUAGE_VERSION, RULE_ID } from '../engine/index.ts';
import { connectionLimit, rule } from './rule-schema.ts';
import { policySet } from './set-schema.ts';
import { instant, message, parseEndpointId, parseOwnName, textOf } from './value-schema.ts';

export const MAX_RULES = 10_000;
export const MAX_SET_ENTRIES = 250_000;
export const MAX_TESTS = 1_000;
export const MAX_LIMITS = 100;

const effect = z.enum(['allow', 'deny']).meta({ id: 'Effect', description: 'allow or deny.' });

export const endpointSettings = z
  .strictObject({
    name: textOf(parseOwnName).optional().meta({
      description: 'What rules may call this endpoint; users see it where a message says {endpoint}.',
      pattern: RULE_ID.source,
    }),
    defaultEffect: effect
      .optional()
      .describe("What happens in this endpoint when no rule decides; left out: the policy's default."),
    defaultMessage: message.optional(),
    mode: z
      .enum(['enforce', 'observe'])
      .optional()
      .describe('observe: every decision is made and logged, everybody is let in. Default enforce.'),
  })
  .meta({
    id: 'EndpointSettings',
    title: 'Endpoint',
    description: 'Settings of one Client VPN endpoint.',
    examples: [{ name: 'frankfurt', defaultEffect: 'allow', mode: 'observe' }],
  });

/** The keys of a connect request, as AWS names them ("Connection authorization", Client VPN administrator guide). */
const connection = z
  .strictObject({
    'connection-id': z.unknown().optional(),
    'endpoint-id': z.unknown().optional(),
    'common-name': z.unknown().optional(),
    username: z.unknown().optional(),
    platform: z.unknown().optional(),
    'platform-version': z.unknown().optional(),
    'public-ip': z.unknown().optional(),
    'client-openvpn-version': z.unknown().optional(),
    'aws-client-version': z.unknown().optional(),
    groups: z.unknown().optional(),
    'schema-version': z.unknown().optional(),
  })
  .meta({
    id: 'TestConnection',
    title: 'Connection',
    description: 'A Client VPN connect request; what is left out is absent.',
    examples: [{ username: 'Batchi', 'public-ip': '203.0.113.9' }],
  });

const expectation = z
  .strictObject({
    allow: z.boolean().describe('Whether the connection gets in.'),
    rule: z
      .string()
      .min(1)
      .optional()
      .describe('The id of the first rule that made the decision; "default" when none did.'),
    message: z.string().optional().describe('What the refused user reads.'),
    postureStatuses: z.array(z.string()).optional().describe('What is told to Client VPN, in order.'),
  })
  .meta({ id: 'TestExpectation', description: 'What must come out; what is left out is not compared.' });

export const policyTest = z
  .strictObject({
    name: z.string().min(1).max(256).describe('A sentence about what must be true; unique.'),
    connection,
    at: instant.describe('The moment of the connection.'),
    expect: expectation,
  })
  .meta({
    id: 'PolicyTest',
    title: 'Policy test',
    description: 'A connection and what must come out; checked on every write.',
    examples: [
      {
        name: 'leavers stay out',
        connection: { username: 'Batchi', 'public-ip': '203.0.113.9' },
        at: '2026-11-24T10:00:00+09:00',
        expect: { allow: false, rule: 'block-leavers' },
      },
    ],
  });

const endpointId = textOf(parseEndpointId).meta({ pattern: ENDPOINT_ID.source });
const setName = textOf(parseOwnName).meta({ pattern: RULE_ID.source });

export const policyDocument = z
  .strictObject({
    version: z.literal(LANGUAGE_VERSION).describe('The version of the policy language: 1.'),
    defaultEffect: effect.describe('What happens when no rule decides.'),
    defaultMessage: message.optional().describe('What a refused user reads where no rule has a message.'),
    endpoints: z
      .record(endpointId, endpointSettings)
      .optional()
      .describe('Settings for each Client VPN endpoint, by endpoint id.'),
    sets: z.record(setName, policySet).optional().describe('Named lists that rules refer to as @name.'),
    rules: z
      .array(rule)
      .max(MAX_RULES)
      .optional()
      .describe('Their order never changes who gets in, only which message is told.'),
    limits: z
      .array(connectionLimit)
      .max(MAX_LIMITS)
      .optional()
      .describe('How many connections one user may have at a time.'),
    tests: z
      .array(policyTest)
      .max(MAX_TESTS)
      .optional()
      .describe('Checked on every write: a change that breaks one is refused.'),
  })
  .meta({
    title: 'Client VPN policy',
    description: 'Who may connect to AWS Client VPN endpoints, from where and when.',
  });

type Immutable<T> = T extends object ? { readonly [Key in keyof T]: Immutable<T[Key]> } : T;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
/** Fails to compile when the schemas and the engine's types part. */
true satisfies Same<Immutable<z.infer<typeof policyDocument>>, PolicyDocument>;
