/** Schemas of what requests about recorded decisions carry. */
import { z } from '@hono/zod-openapi';
import { CONNECT_OUTCOMES, OUTCOMES } from '../../shared/decision-log/index.ts';
import { policyOperations } from '../../shared/policy/index.ts';
import { instant, policy, wholeNumber } from './requests.ts';

const name = z.string().min(1).max(512);
const cursor = z.string().min(1).max(500);

const rule = z.string().min(1).max(63);

export const decisionsQuery = z.strictObject({
  user: name.optional().openapi({
    description:
      'Only decisions on this user: the whole user name (the common name where there was none), however its letters are written; or a pseudonym.',
    example: 'batchi',
  }),
  rule: rule.optional().openapi({
    description: 'Only what this rule refused or ended, or in report mode applied to.',
    example: 'block-batchi',
  }),
  outcome: z.enum(OUTCOMES).optional().openapi({ description: 'Only decisions that ended so.' }),
  endpoint: name.optional().openapi({
    description: 'Only decisions of this endpoint: its id, or its name at the time.',
    example: 'frankfurt',
  }),
  since: instant.optional().openapi({
    description: 'From this moment on. Default: with `user` all that is kept, else the seven days before `until`.',
    example: '2026-11-17T00:00:00+09:00',
  }),
  until: instant
    .optional()
    .openapi({ description: 'Before this moment. Default: now.', example: '2026-11-24T00:00:00Z' }),
  limit: wholeNumber(1_000, 'Most decisions in a page. Default 100.').optional(),
  cursor: cursor.optional().openapi({
    description: 'Where the list goes on: `next` of the page before, with the same filters.',
  }),
});

export const decisionQuery = z.strictObject({
  trace: z.enum(['all', 'applying']).optional().openapi({
    description: 'Whether to tell what every rule did, or only those that apply. Default all.',
  }),
});

export const decisionId = z.object({
  connectionId: z
    .string()
    .regex(/^(?:request:|ended:)?[A-Za-z0-9_-]{1,64}$/)
    .openapi({
      param: { name: 'connectionId', in: 'path' },
      description:
        "The connection's id; or the id of a decision on a connection that had none; or `ended:` and the connection's id, for its end.",
      example: 'cvpn-connection-04edd76f5201e0cb8',
    }),
});

export const MAX_REPLAYED = 10_000;

const replayShape = {
  since: instant.describe('Decisions from this moment on …'),
  until: instant.optional().describe('… and before this one. Default: now.'),
  user: name.optional().describe('Only decisions on this user.'),
  rule: rule.optional().describe('Only decisions that this rule refused, or in report mode applied to.'),
  outcome: z.enum(CONNECT_OUTCOMES).optional().describe('Only decisions that ended so.'),
  endpoint: name.optional().describe('Only decisions of this endpoint: its id, or its name at the time.'),
  revision: z
    .int()
    .min(1)
    .max(9_999_999_999)
    .optional()
    .describe('The draft is this revision. Default: that in force.'),
  limit: z
    .int()
    .min(1)
    .max(MAX_REPLAYED)
    .optional()
    .describe('Most decisions in a part. Default 5000. A part may have fewer, or none, while there is a `next`.'),
  cursor: cursor
    .optional()
    .describe('Where the replay goes on: `next` of the part before, with the same request else.'),
};

export const replayRequest = z
  .strictObject({
    ...replayShape,
    policy: policy.optional().describe('The draft; not with revision or changes.'),
    changes: policyOperations.optional().describe('The draft is the revision with these operations applied.'),
  })
  .meta({
    id: 'ReplayRequest',
    description: 'Which decisions, and the draft that decides again.',
    examples: [
      {
        since: '2026-11-10T00:00:00+09:00',
        changes: [{ op: 'put-rule', rule: { id: 'old-clients', effect: 'deny', match: { openvpnVersion: '<2.6' } } }],
      },
    ],
  });

/** The request around `policy` and `changes`, which are validated as such, with messages of their own. */
export const replayEnvelope = z.strictObject({
  ...replayShape,
  policy: z.unknown().optional(),
  changes: z.unknown().optional(),
});
export type ReplayEnvelope = z.infer<typeof replayEnvelope>;
