/** Schemas of what requests carry: queries, and bodies that are no part of the policy language. */
import { z } from '@hono/zod-openapi';
import { entriesPatchShape, policyDocument, policyOperations, policyTest } from '../../shared/policy/index.ts';
import { MAX_SOURCE_BYTES, sourceFault } from '../../shared/store/index.ts';

const flag = z.enum(['true', 'false']);

/** A number in a query: digits only. */
export function wholeNumber(most: number, description: string) {
  return z
    .string()
    .regex(/^[1-9]\d{0,9}$/, 'no whole number from 1')
    .transform(Number)
    .refine((number) => number <= most, `accepted: 1 to ${most}`)
    .openapi({ type: 'integer', minimum: 1, maximum: most, description });
}

const cursor = z.string().max(200).optional().openapi({
  description: 'Where the list goes on: `next` of the page before, with the same filters.',
});

export const noQuery = z.strictObject({});

export const writeQuery = z.strictObject({
  reason: z
    .string()
    .max(512)
    .optional()
    .openapi({ description: 'Why, for the history.', example: 'left the company, HR-77' }),
  dryRun: flag.optional().openapi({
    description:
      'true: everything is checked and nothing is written. The answer tells what would change. Default false.',
    example: 'false',
  }),
  confirm: z
    .string()
    .regex(/^(lockout|tests)(,(lockout|tests))*$/, 'accepted: lockout, tests, or both with a comma between')
    .optional()
    .openapi({
      description:
        'Checks to be overridden, with commas between: `lockout` where the policy would refuse everybody, `tests` where a test of the policy in force is removed, changed or broken. It is recorded in the revision.',
      example: 'tests',
    }),
});
export type WriteQuery = z.infer<typeof writeQuery>;

const source = z
  .string()
  .refine((name) => sourceFault(name) === undefined, { error: ({ input }) => sourceFault(String(input)) ?? '' })
  .openapi({
    minLength: 1,
    maxLength: MAX_SOURCE_BYTES,
    description:
      "The file's name, at most 128 bytes of UTF-8 without control characters: under it the next application finds what this one applied.",
    example: 'vpn/policy.yaml',
  });

/** Of a PUT of the whole policy, which can record the file that it came from. */
export const replaceQuery = writeQuery.extend({ source: source.optional() });

export const applyQuery = writeQuery.extend({
  source,
  prune: flag.optional().openapi({
    description:
      'true: rules, limits, sets, entries, endpoints and tests that only others added are taken out. What they changed and removed stays. Default false.',
  }),
  forceConflicts: flag.optional().openapi({
    description: 'true: where the file and others changed the same, the file counts. Default false: 409.',
  }),
  ifRevision: z
    .string()
    .regex(/^(0|[1-9]\d{0,9})$/, 'no whole number from 0')
    .transform(Number)
    .optional()
    .openapi({
      type: 'integer',
      minimum: 0,
      maximum: 9_999_999_999,
      description: 'Only where this revision is in force; 0: only where no policy has been published. Else 412.',
    }),
});

export const appliedQuery = z.strictObject({ source: source.optional() });

export const policyQuery = z.strictObject({
  revision: wholeNumber(
    9_999_999_999,
    'The policy as it was in this revision. Default: the policy in force.',
  ).optional(),
});

export const rulesQuery = z.strictObject({
  effect: z.enum(['deny', 'allow', 'exempt']).optional().openapi({ description: 'Only rules with this effect.' }),
  mode: z.enum(['enforce', 'report']).optional().openapi({ description: 'Only rules in this mode.' }),
  enabled: flag.optional().openapi({ description: 'Only rules that are switched on (true) or off (false).' }),
  user: z.string().min(1).max(512).optional().openapi({
    description:
      'Only rules of which a block of `match` has `users`, `identities` or `commonNames` that this name fits, as the engine compares them.',
    example: 'batchi',
  }),
  ip: z.string().min(1).max(64).optional().openapi({
    description: 'Only rules of which a block of `match` has `sourceIps` that cover this address.',
    example: '203.0.113.9',
  }),
  limit: wholeNumber(200, 'Most rules in a page. Default 50.').optional(),
  cursor,
});

export const setQuery = z.strictObject({
  limit: wholeNumber(
    10_000,
    'Read the set in pages of at most this many entries. Default with a cursor: 1000.',
  ).optional(),
  cursor,
});

export const revisionsQuery = z.strictObject({
  limit: wholeNumber(100, 'Most revisions in a page. Default 20.').optional(),
  cursor,
});

export const diffQuery = z.strictObject({
  against: wholeNumber(
    9_999_999_999,
    'The revision to compare with: the diff leads from it to this one. Default: the one before.',
  ).optional(),
});

export const changesRequest = z.strictObject({ operations: policyOperations }).meta({
  id: 'ChangesRequest',
  description: 'Operations that count together or not at all.',
  examples: [
    {
      operations: [
        { op: 'patch-set', name: 'leavers', add: ['batchi'] },
        { op: 'patch-rule', id: 'block-leavers', patch: { enabled: true } },
      ],
    },
  ],
});

export const entriesPatch = z.strictObject(entriesPatchShape).meta({
  id: 'EntriesPatch',
  description: 'Entries to be put in and values to be taken out.',
  examples: [{ add: [{ value: 'batchi', expiresAt: '2026-12-31T00:00:00+09:00' }], remove: ['user-0481'] }],
});

const { connection, at } = policyTest.shape;

/** A moment, with an offset. */
export const instant = at;

const evaluateShape = {
  connection,
  at: at.optional().describe('The moment of the connection. Default: now.'),
  revision: z.int().min(1).max(9_999_999_999).optional().describe('Ask this revision. Default: the policy in force.'),
  trace: z
    .enum(['all', 'applying'])
    .optional()
    .describe('Whether to tell what every rule did, or only those that apply. Default all.'),
};

/** The document under its name in the OpenAPI document. */
export const policy = policyDocument.meta({ ...policyDocument.meta(), id: 'Policy' });

export const evaluateRequest = z
  .strictObject({
    ...evaluateShape,
    policy: policy.optional().describe('Ask this draft instead; not with revision or changes.'),
    changes: policyOperations.optional().describe('Ask the policy with these operations applied.'),
  })
  .meta({
    id: 'EvaluateRequest',
    description: 'A connection, the moment of it, and the policy to ask.',
    examples: [
      { connection: { username: 'Batchi', 'public-ip': '203.0.113.9' }, at: '2026-11-24T10:00:00+09:00' },
      {
        connection: { username: 'Batchi' },
        changes: [{ op: 'delete-rule', id: 'block-batchi' }],
        trace: 'applying',
      },
    ],
  });

/** The request around `policy` and `changes`, which are validated as such, with messages of their own. */
export const evaluateEnvelope = z.strictObject({
  ...evaluateShape,
  policy: z.unknown().optional(),
  changes: z.unknown().optional(),
});

/** The request around the operations, which are validated as such, with messages of their own. */
export const changesEnvelope = z.strictObject({ operations: z.unknown() });
