/** Schemas of conditions, blocks and rules. */
import { z } from 'zod';
import { ATTRIBUTE_NAMES, MAX_CONNECTIONS, PolicyValueError, RULE_ID } from '../engine/index.ts';
import {
  addressesOrSet,
  description,
  endpointReference,
  grace,
  instant,
  listOf,
  message,
  nameOrSet,
  parseRuleId,
  ruleId,
  textOf,
  versionRange,
} from './value-schema.ts';
import { window } from './window-schema.ts';

export const MAX_BLOCKS = 100;
export const MAX_WINDOWS_OF_RULE = 100;

const versionCondition = z.union([versionRange, listOf(versionRange)]);

const conditions = {
  endpoints: listOf(endpointReference).optional().describe('The Client VPN endpoint: ids, or names from "endpoints".'),
  users: listOf(nameOrSet).optional().describe('The user name: patterns, or sets of kind user.'),
  commonNames: listOf(nameOrSet)
    .optional()
    .describe("The certificate's common name: patterns, or sets of kind commonName."),
  groups: listOf(nameOrSet).optional().describe('Member of one of these groups: patterns, or sets of kind group.'),
  allGroups: listOf(nameOrSet).optional().describe('Member of all these groups: patterns, or sets of kind group.'),
  sourceIps: listOf(addressesOrSet)
    .optional()
    .describe('The public address: addresses, CIDR blocks, ranges, or sets of kind ip.'),
  platforms: listOf(nameOrSet).optional().describe('The platform that the client claims: patterns.'),
  openvpnVersion: versionCondition
    .optional()
    .describe('The OpenVPN version that the client claims: a comparison, or a list of them.'),
  awsClientVersion: versionCondition
    .optional()
    .describe('The version of the AWS client, as it claims: a comparison, or a list of them.'),
  windows: listOf(window).optional().describe('The moment of the connection lies in one of these windows.'),
  missing: listOf(z.enum(ATTRIBUTE_NAMES)).optional().describe('One of these attributes is missing, null or empty.'),
};

/** A block where holding leads towards a refusal: a deny rule's `match`, an allow or exempt rule's `except`. */
export const refusingBlock = z
  .strictObject({
    ...conditions,
    identities: listOf(nameOrSet)
      .optional()
      .describe('A person however they log in: user name or common name, as x, DOMAIN\\x or x@anything.'),
  })
  .meta({
    id: 'RefusingBlock',
    title: 'Conditions that refuse',
    description: 'All conditions must hold; any entry of a condition suffices.',
    minProperties: 1,
    examples: [{ identities: ['batchi', '@leavers'] }],
  });

/** A block where holding leads towards an admission: an allow or exempt rule's `match`, a deny rule's `except`. */
export const grantingBlock = z.strictObject(conditions).meta({
  id: 'GrantingBlock',
  title: 'Conditions that grant',
  description:
    'All conditions must hold; any entry of a condition suffices. "identities" only refuses, so it is not among them.',
  minProperties: 1,
  examples: [{ sourceIps: ['@offices'], groups: ['staff'] }],
});

const everyone = z.literal('everyone').describe('Every connection.');

/** A block or a list of blocks, any of which suffices. */
function blocksOf<T extends z.ZodType>(block: T) {
  return z.union([block, listOf(block, MAX_BLOCKS)]);
}

/** The places of `match` and `except` by what holding leads towards. */
const refuses = {
  match: z.union([everyone, refusingBlock, listOf(refusingBlock, MAX_BLOCKS)]).describe('Whom the rule refuses.'),
  except: blocksOf(grantingBlock).optional().describe('… but not these.'),
};
const grants = {
  match: z.union([everyone, grantingBlock, listOf(grantingBlock, MAX_BLOCKS)]).describe('Whom the rule is for.'),
  except: blocksOf(refusingBlock).optional().describe('… but not these.'),
};

const onEveryRule = {
  id: ruleId,
  description: description.optional(),
  mode: z
    .enum(['enforce', 'report'])
    .optional()
    .describe('report: logged where it applies, never enforced. Default enforce.'),
  enabled: z.boolean().optional().describe('false switches the rule off. Default true.'),
  notBefore: instant.optional().describe('The rule counts from this moment.'),
  expiresAt: instant.optional().describe('The rule no longer counts from this moment.'),
};

const postureStatuses = listOf(z.string().min(1).max(255), 10)
  .optional()
  .describe('Told to Client VPN where this rule made the decision: at most ten, each 1 to 255 characters.');

export const denyRule = z
  .strictObject({
    ...onEveryRule,
    effect: z.literal('deny').describe('Refuses where the rule applies.'),
    ...refuses,
    message: message.optional(),
    postureStatuses,
    final: z.boolean().optional().describe('true: no exempt rule lifts it.'),
    standing: z
      .enum(['keep', 'end', 'endAll'])
      .optional()
      .describe(
        'Connections that stand when the rule comes to refuse them: keep lets them go on, end (the default) lets the enforcer end them unless they are too many at once, endAll however many they are.',
      ),
    grace: grace.optional(),
  })
  .meta({
    id: 'DenyRule',
    title: 'Deny rule',
    description: 'Refuses where it applies, unless an exempt rule lifts it.',
    examples: [
      {
        id: 'block-leavers',
        effect: 'deny',
        match: { identities: ['batchi'] },
        message: 'This user is not permitted.',
      },
    ],
  });

export const allowRule = z
  .strictObject({
    ...onEveryRule,
    effect: z.literal('allow').describe('Admits where the rule applies and no deny rule refuses.'),
    ...grants,
    postureStatuses,
    standing: z
      .enum(['keep', 'end'])
      .optional()
      .describe(
        'Connections that it admitted and that no rule admits any more: keep lets them go on, end (the default) lets the enforcer end them unless they are too many at once.',
      ),
    grace: grace.optional(),
  })
  .meta({
    id: 'AllowRule',
    title: 'Allow rule',
    description: 'Admits where it applies and no deny rule refuses.',
    examples: [{ id: 'from-offices', effect: 'allow', match: { sourceIps: ['203.0.113.0/24'] } }],
  });

/** How many connections one user may have at a time. */
export const connectionLimit = z
  .strictObject({
    id: ruleId,
    description: description.optional(),
    match: z
      .union([everyone, refusingBlock, listOf(refusingBlock, MAX_BLOCKS)])
      .describe('Whose connections are counted.'),
    except: blocksOf(grantingBlock).optional().describe('… but not these.'),
    enabled: z.boolean().optional().describe('false switches the limit off. Default true.'),
    maxConnections: z
      .number()
      .int()
      .min(1)
      .max(MAX_CONNECTIONS)
      .describe(`How many connections a user may have at a time, 1 to ${MAX_CONNECTIONS}.`),
    whenExceeded: z
      .enum(['refuse', 'endOldest'])
      .optional()
      .describe(
        'refuse (the default): no new connection is let in. endOldest: it is let in, and the enforcer ends the oldest ones.',
      ),
    message: message.optional(),
  })
  .meta({
    id: 'Limit',
    title: 'Limit of connections per user',
    description: 'How many connections one user may have at a time, of those that match.',
    examples: [{ id: 'one-each', match: 'everyone', maxConnections: 1, whenExceeded: 'endOldest' }],
  });

/** The id of a deny rule in a list; `*` means all of them, so it stands alone. */
const exemptedId = textOf((text) => {
  if (text === '*') {
    throw new PolicyValueError('invalid-value', '"*" stands for every deny rule; accepted: from: "*" without a list');
  }
  parseRuleId(text);
}).meta({ id: 'ExemptedRule', description: 'The id of a deny rule.', pattern: RULE_ID.source });

export const exemptRule = z
  .strictObject({
    ...onEveryRule,
    effect: z.literal('exempt').describe('Lifts deny rules where the rule applies.'),
    from: z
      .union([z.literal('*'), listOf(exemptedId, 10_000)])
      .describe('The deny rules that it lifts, by id; "*" is every deny rule that is not final.'),
    ...grants,
  })
  .meta({
    id: 'ExemptRule',
    title: 'Exempt rule',
    description: 'Lifts deny rules where it applies.',
    examples: [{ id: 'late-shift-tonight', effect: 'exempt', from: ['patch-night'], match: { users: ['late-shift'] } }],
  });

/** Each effect with its schema. */
export const RULES_BY_EFFECT = { deny: denyRule, allow: allowRule, exempt: exemptRule } as const;

export const rule = z.discriminatedUnion('effect', [denyRule, allowRule, exemptRule]).meta({
  id: 'Rule',
  description: 'A rule: deny, allow or exempt. The order of rules never changes who gets in.',
});

/** What a rule can be checked for while its effect is not known: every key of every effect, the widest blocks. */
export const ruleOfUnknownEffect = z.strictObject({
  ...exemptRule.shape,
  ...denyRule.shape,
  effect: z.unknown().optional(),
  from: exemptRule.shape.from.optional(),
  except: blocksOf(refusingBlock).optional(),
});
