/** Schemas of what requests about active connections carry. */
import { z } from '@hono/zod-openapi';
import { wholeNumber, writeQuery } from './requests.ts';

const name = z.string().min(1).max(512);
const flag = writeQuery.shape.dryRun;

export const MAX_CONNECTIONS = 5_000;

export const connectionsQuery = z.strictObject({
  user: name.optional().openapi({
    description:
      'Only connections of this user: the whole user name (the common name where there is none), however its letters are written.',
    example: 'batchi',
  }),
  endpoint: name.optional().openapi({
    description: 'Only connections to this Client VPN endpoint: its id, or its name in the policy.',
    example: 'frankfurt',
  }),
  wouldRefuse: flag.openapi({
    description: 'true: only those that the policy refuses now, also those in grace. Default false.',
    example: 'true',
  }),
  limit: wholeNumber(MAX_CONNECTIONS, 'Most connections in a page. Default 1000.').optional(),
  cursor: z.string().min(1).max(500).optional().openapi({
    description: 'Where the list goes on: `next` of the page before, with the same filters.',
  }),
});

/** Of what ends connections. */
export const endQuery = z.strictObject({
  reason: writeQuery.shape.reason.unwrap().optional().openapi({
    description: 'Why, for the decision log.',
    example: 'lost laptop',
  }),
  dryRun: flag.openapi({ description: 'true: nobody is ended. The answer tells who would be. Default false.' }),
});
export type EndQuery = z.infer<typeof endQuery>;

const confirm = z.literal('share').optional().openapi({
  description: '`share`: that they may be more than the share of the active connections that is ended without a word.',
});

export const terminateQuery = endQuery.extend({ confirm });

export const enforceQuery = endQuery.extend({
  confirm,
  revision: wholeNumber(
    9_999_999_999,
    'With `confirm`: the revision whose refusals were looked at. Where another is in force by now, 412.',
  ).optional(),
});

/** As EC2 gives them out; hardly stricter, since they are for EC2 to know. */
const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

export const connectionId = z.object({
  id: id.openapi({
    param: { name: 'id', in: 'path' },
    description: "The connection's id.",
    example: 'cvpn-connection-04edd76f5201e0cb8',
  }),
});

const connections = z
  .array(id)
  .min(1)
  .max(1_000)
  .describe('The connections of these ids. Those that do not stand (any more) are answered as `gone`.');
const user = name.describe('All connections of this user, as `user` of the list finds them.');
const refusedBy = z
  .array(z.string().min(1).max(63))
  .min(1)
  .max(100)
  .describe('All connections that one of these rules or limits refuses now.');

export const terminateRequest = z
  .union([z.strictObject({ connections }), z.strictObject({ user }), z.strictObject({ refusedBy })])
  .meta({
    id: 'TerminateRequest',
    description: "Which connections are ended: those of these ids, a user's, or those that certain rules refuse.",
    examples: [
      { connections: ['cvpn-connection-04edd76f5201e0cb8'] },
      { user: 'batchi' },
      { refusedBy: ['block-batchi'] },
    ],
  });

/** The same with messages that name the key: of a union there is but one. */
export const terminateEnvelope = z
  .strictObject({ connections: connections.optional(), user: user.optional(), refusedBy: refusedBy.optional() })
  .refine((whose) => Object.values(whose).filter((one) => one !== undefined).length === 1, {
    message: 'accepted: connections, user or refusedBy, one of them',
  });
