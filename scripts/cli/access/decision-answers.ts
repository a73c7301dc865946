/** What the admin API answers about recorded decisions: another machine wrote it, so its shape is checked. */
import { z } from 'zod';
import { type DecisionRecord, OUTCOMES } from '../../../shared/decision-log/index.ts';
import type { AttributeName, Decision, RuleTrace } from '../../../shared/engine/index.ts';
import type { Differences, ReplayPart } from '../../../shared/replay/index.ts';
import type { RecordedDecision } from './decision-access.ts';

const ids = z.array(z.string());
const number = z.int().min(0);
const instant = z.iso.datetime();
const text = z.union([z.string(), z.object({ malformed: z.string() })]).exactOptional();
const effect = z.enum(['allow', 'deny']);

const decisionRecord: z.ZodType<DecisionRecord> = z.object({
  id: z.string(),
  decidedAt: instant,
  event: z.object({
    'connection-id': text,
    'endpoint-id': text,
    username: text,
    'common-name': text,
    'public-ip': text,
    platform: text,
    'platform-version': text,
    'client-openvpn-version': text,
    'aws-client-version': text,
    groups: z.union([ids, z.object({ malformed: z.string() })]).exactOptional(),
    'schema-version': z.string(),
  }),
  names: z.enum(['clear', 'pseudonyms', 'left-out']),
  groupsCount: number.exactOptional(),
  outcome: z.enum(OUTCOMES),
  allow: z.boolean(),
  effect: effect.exactOptional(),
  decidedBy: z.enum(['rule', 'default', 'limit']).exactOptional(),
  rules: ids,
  rulesCount: number.exactOptional(),
  reported: ids,
  reportedCount: number.exactOptional(),
  message: z.string().exactOptional(),
  postureStatuses: ids,
  endpoint: z.string().exactOptional(),
  revision: number.exactOptional(),
  policyAgeMs: number.exactOptional(),
  cause: z.string().exactOptional(),
  ended: z
    .object({
      by: z.enum(['policy', 'operator']),
      author: z.string().exactOptional(),
      reason: z.string().exactOptional(),
      admittedAt: instant.exactOptional(),
    })
    .exactOptional(),
});

export const decisionsPage = z.object({ decisions: z.array(decisionRecord), next: z.string().optional() });

const decision: z.ZodType<Decision> = z.object({
  allow: z.boolean(),
  effect,
  decidedBy: z.enum(['rule', 'default']),
  rules: ids,
  message: z.string().exactOptional(),
  postureStatuses: ids,
  reported: ids,
  observed: z.boolean(),
  endpoint: z.string().exactOptional(),
});

const blocks = z.array(
  z.object({
    holds: z.boolean(),
    conditions: z.array(
      z.object({
        // A newer API may know more conditions.
        condition: z.string() as unknown as z.ZodType<RuleTrace['match'][number]['conditions'][number]['condition']>,
        holds: z.boolean(),
        finding: z.enum(['match', 'no-match', 'absent', 'malformed']),
      }),
    ),
  }),
);

const ruleTrace: z.ZodType<RuleTrace> = z.object({
  rule: z.string(),
  effect: z.enum(['deny', 'allow', 'exempt']),
  mode: z.enum(['enforce', 'report']),
  outcome: z.enum(['decided', 'outranked', 'lifted', 'lifts', 'reported', 'not-in-force', 'not-matched', 'excepted']),
  notInForce: z.enum(['disabled', 'not-yet', 'expired']).exactOptional(),
  liftedBy: ids.exactOptional(),
  match: blocks,
  except: blocks,
});

export const recordedDecision: z.ZodType<RecordedDecision> = z.object({
  decision: decisionRecord,
  trace: z
    .object({
      revision: number,
      decision,
      agrees: z.boolean(),
      withheld: z.array(z.enum(['username', 'commonName', 'groups'])),
      rules: z.array(ruleTrace),
    })
    .nullable(),
  ended: decisionRecord.exactOptional(),
});

const users = z.object({ count: number, atLeast: z.literal(true).exactOptional() });
const count = z.object({ connections: number, users, withoutUser: number });
const reason = z.object({
  decidedBy: z.enum(['rule', 'default', 'record', 'no-policy', 'observe-mode']),
  rules: ids,
});
const differences: z.ZodType<Differences> = z.object({
  newlyRefused: count,
  newlyAdmitted: count,
  groups: z.array(
    z.object({
      change: z.enum(['newly-refused', 'newly-admitted']),
      user: z.string().exactOptional(),
      before: reason,
      after: reason,
      connections: number,
      firstAt: instant,
      lastAt: instant,
      lastConnection: z.string().exactOptional(),
    }),
  ),
  more: number.exactOptional(),
});
// As for conditions.
const attribute = z.string() as unknown as z.ZodType<AttributeName>;

const part: z.ZodType<ReplayPart> = z.object({
  connections: number,
  firstAt: instant.exactOptional(),
  lastAt: instant.exactOptional(),
  users,
  withoutUser: number,
  plainAdmissions: number,
  changed: differences,
  toldOtherwise: number,
  answeredOtherwise: z.object({ refusedThen: number, admittedThen: number }),
  notCompared: number,
  reportRules: z.array(
    z.object({
      rule: z.string(),
      effect: z.enum(['deny', 'allow', 'exempt']),
      applied: number,
      changed: differences,
    }),
  ),
  observedEndpoints: z.array(
    z.object({ endpoint: z.string(), name: z.string().exactOptional(), changed: differences }),
  ),
  withheld: z.array(z.object({ attribute, connections: number, rules: ids })),
  seen: z.array(z.string()),
});

export const replayPart = z.intersection(
  part,
  z.object({ base: number.nullable(), reached: instant, next: z.string().optional() }),
);
