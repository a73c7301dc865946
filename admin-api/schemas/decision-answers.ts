/** Schemas of what the API answers about recorded decisions. */
import { z } from 'zod';
import { OUTCOMES } from '../../shared/decision-log/index.ts';
import { ATTRIBUTE_NAMES } from '../../shared/engine/index.ts';
import { decision, next, revisionNumber, ruleTrace } from './answers.ts';

const ruleIds = z.array(z.string());
const malformed = z
  .strictObject({ malformed: z.string() })
  .meta({ id: 'MalformedAttribute', description: 'What could not be read: how it looked, shortened.' });
const text = z.union([z.string(), malformed]).optional();

const event = z
  .strictObject({
    'connection-id': text,
    'endpoint-id': text,
    username: text,
    'common-name': text,
    'public-ip': text,
    platform: text,
    'platform-version': text,
    'client-openvpn-version': text,
    'aws-client-version': text,
    groups: z.union([z.array(z.string()), malformed]).optional(),
    'schema-version': z.string(),
  })
  .meta({ id: 'RecordedEvent', description: "The connect event under AWS's keys; what was absent is missing." });

const EXAMPLE = {
  id: 'cvpn-connection-04edd76f5201e0cb8',
  decidedAt: '2026-11-24T01:00:00.000Z',
  event: {
    'connection-id': 'cvpn-connection-04edd76f5201e0cb8',
    'endpoint-id': 'cvpn-endpoint-0a1b2c3d4e5f67890',
    username: 'batchi',
    'public-ip': '203.0.113.9',
    'schema-version': 'v3',
  },
  names: 'clear' as const,
  outcome: 'refused' as const,
  allow: false,
  effect: 'deny' as const,
  decidedBy: 'rule' as const,
  rules: ['block-batchi'],
  reported: [],
  message: 'This user is not permitted.',
  postureStatuses: [],
  endpoint: 'frankfurt',
  revision: 42,
  policyAgeMs: 1_200,
};

const decisionRecord = z
  .strictObject({
    id: z
      .string()
      .describe(
        "The connection's id; `request:` and the id of Lambda's request where it had none; `ended:` and the connection's id for its end.",
      ),
    decidedAt: z.string().describe('ISO 8601, UTC.'),
    event,
    names: z
      .enum(['clear', 'pseudonyms', 'left-out'])
      .describe('How user name and common name stand in it: as they are, as keyed hashes, or not at all.'),
    groupsCount: z.int().optional().describe('How many groups there were, where the event does not hold all.'),
    outcome: z
      .enum(OUTCOMES)
      .describe(
        '`observed`: the policy refused, the endpoint only observes. `failed-closed`, `failed-open`: no policy decided. `ended`: a connection that stood was ended.',
      ),
    allow: z.boolean().describe('What Client VPN was answered; of a connection that was ended false.'),
    effect: z.enum(['allow', 'deny']).optional().describe('What the policy decided; absent where none did.'),
    decidedBy: z
      .enum(['rule', 'default', 'limit'])
      .optional()
      .describe('`limit`: the rules let it in, it was one connection too many.'),
    rules: ruleIds.describe('The rules (or limits) that made the decision, in document order: the first 50.'),
    rulesCount: z.int().optional().describe('How many they were, where not all are told.'),
    reported: ruleIds.describe('Rules in report mode that applied: the first 50.'),
    reportedCount: z.int().optional().describe('How many they were, where not all are told.'),
    message: z.string().optional().describe('What the refused user was told.'),
    postureStatuses: z.array(z.string()),
    endpoint: z.string().optional().describe("The endpoint's name, its id where it has none."),
    revision: z.int().optional().describe('The revision that decided, or the one that was too old to.'),
    policyAgeMs: z.int().optional().describe('How long ago the store had confirmed that revision.'),
    cause: z.string().optional().describe('Why no policy decided; absent where one did.'),
    ended: z
      .strictObject({
        by: z
          .enum(['policy', 'operator'])
          .describe('`policy`: it refuses the connection by now. `operator`: somebody asked for it.'),
        author: z.string().optional().describe('Who asked for it, or confirmed it.'),
        reason: z.string().optional().describe("In the author's words."),
        admittedAt: z.string().optional().describe('Since when it stood: ISO 8601, UTC.'),
      })
      .optional()
      .describe('Of `ended` only: who ended the connection, and why.'),
  })
  .meta({ id: 'DecisionRecord', description: 'A decision on record.', examples: [EXAMPLE] });

export const decisionsPage = z
  .strictObject({
    decisions: z.array(decisionRecord),
    reached: z.string().describe('How far back this page has looked: ISO 8601, UTC.'),
    next,
  })
  .meta({
    id: 'DecisionsPage',
    description: 'Decisions, the newest first. A page may have fewer than asked for, or none, while there is a `next`.',
    examples: [{ decisions: [EXAMPLE], reached: EXAMPLE.decidedAt }],
  });

const withheld = z
  .array(z.enum(ATTRIBUTE_NAMES as readonly [string, ...string[]]))
  .describe('What the connection had, or may have had, and is not on record: it counts as absent.');

const decisionTrace = z
  .strictObject({
    revision: revisionNumber.describe('The revision that was asked again: the one on record.'),
    decision,
    agrees: z
      .boolean()
      .describe(
        'Whether it comes to what is on record; of a refusal by a limit: whether the rules let the connection in.',
      ),
    withheld,
    rules: z.array(ruleTrace).describe('What the rules did, in document order.'),
  })
  .meta({
    id: 'DecisionTrace',
    description: 'The decision made once more, at its moment, by the revision that made it: with the reasons.',
  });

export const decisionAnswer = z
  .strictObject({
    decision: decisionRecord,
    trace: decisionTrace
      .nullable()
      .describe(
        'Null where no policy decided, and where the revision that did is no longer in the rules table or cannot be read.',
      ),
    ended: decisionRecord.optional().describe('The record of its end, where the connection was let in and ended.'),
  })
  .meta({ id: 'DecisionAnswer', description: 'A decision on record, and why it came out as it did.' });

const userCount = z.strictObject({
  count: z.int(),
  atLeast: z.literal(true).optional().describe('There may be more: so many were not kept apart.'),
});
const differenceCount = z.strictObject({
  connections: z.int(),
  users: userCount,
  withoutUser: z.int().describe('Those of the connections of which no user is known.'),
});
const reason = z
  .strictObject({
    decidedBy: z.enum(['rule', 'default', 'record', 'no-policy', 'observe-mode']),
    rules: ruleIds.describe('In document order: the first eight.'),
  })
  .meta({ id: 'Reason', description: 'What made a decision.' });
const differences = z
  .strictObject({
    newlyRefused: differenceCount,
    newlyAdmitted: differenceCount,
    groups: z
      .array(
        z.strictObject({
          change: z.enum(['newly-refused', 'newly-admitted']),
          user: z.string().optional().describe('As their first connection names them; absent where not known.'),
          before: reason,
          after: reason,
          connections: z.int(),
          firstAt: z.string(),
          lastAt: z.string(),
          lastConnection: z.string().optional().describe('The id of the last, to look at it.'),
        }),
      )
      .describe('Who, by which rules, how often: those with most connections first.'),
    more: z.int().optional().describe('Connections that differ and are in none of the groups.'),
  })
  .meta({ id: 'Differences', description: 'Connections that are newly refused and newly admitted.' });

export const replayAnswer = z
  .strictObject({
    since: z.string(),
    until: z.string(),
    reached: z.string().describe('The part ends here: ISO 8601, UTC.'),
    base: revisionNumber.nullable().describe('The policy in force, of all parts; null where none is published.'),
    draft: revisionNumber.nullable().describe('The revision that decided again, with changes where some were given.'),
    connections: z.int().describe('How many were decided again.'),
    firstAt: z.string().optional(),
    lastAt: z.string().optional(),
    users: userCount,
    withoutUser: z.int().describe('Connections of which no user is known.'),
    plainAdmissions: z
      .int()
      .describe(
        'Connections that were let in without a report rule that spoke against. Where there are none, the handler may keep none of them (`DECISION_LOG=refused`), and those whom the draft would newly refuse are missing.',
      ),
    changed: differences.describe('What the draft changes.'),
    toldOtherwise: z.int().describe('Refused or admitted as before, with another message or other posture statuses.'),
    answeredOtherwise: z
      .strictObject({ refusedThen: z.int(), admittedThen: z.int() })
      .describe('Connections that both policies decide otherwise than was answered then.'),
    notCompared: z.int(),
    reportRules: z
      .array(
        z.strictObject({
          rule: z.string(),
          effect: z.enum(['deny', 'allow', 'exempt']),
          applied: z.int().describe('How many connections it applied to.'),
          changed: differences,
        }),
      )
      .describe("What the draft's rules in report mode would have changed, were each alone enforced. The first 100."),
    observedEndpoints: z
      .array(z.strictObject({ endpoint: z.string(), name: z.string().optional(), changed: differences }))
      .describe("What the draft's endpoints in observe mode would have refused, were they not. The first 100."),
    withheld: z
      .array(z.strictObject({ attribute: withheld.element, connections: z.int(), rules: ruleIds }))
      .describe('What is not on record and counts as absent, and the rules that ask for it.'),
    seen: z.array(z.string()).describe('The users of this part as they are counted: to add up parts.'),
    next,
  })
  .meta({ id: 'ReplayPart', description: 'What the draft would have changed: one part, to be added to the others.' });
