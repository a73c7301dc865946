/** What the enforcer was invoked with, read strictly: what is not understood ends nobody. */
import * as z from 'zod'; // not { z }, which brings every language's messages along
import { EnforcerError, type EnforcerRequest, type Within } from '../../shared/enforcement/index.ts';

const by = z.strictObject({
  author: z.strictObject({ type: z.string().min(1).max(64), id: z.string().min(1).max(2048) }),
  reason: z.string().max(512),
});
const withinMs = z.int().min(0).optional();
const connectionId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const name = z.string().min(1).max(512);

const pass = z.strictObject({
  task: z.literal('pass'),
  dryRun: z.boolean().optional(),
  confirm: z.strictObject({ revision: z.number().int().positive() }).optional(),
  by: by.optional(),
  withinMs,
});

const list = z.strictObject({
  task: z.literal('list'),
  user: name.optional(),
  wouldRefuse: z.boolean().optional(),
  endpoint: name.optional(),
  withinMs,
});

const terminate = z
  .strictObject({
    task: z.literal('terminate'),
    connections: z.array(connectionId).min(1).max(1_000).optional(),
    user: name.optional(),
    refusedBy: z.array(name).min(1).max(100).optional(),
    confirm: z.boolean().optional(),
    dryRun: z.boolean().optional(),
    by,
    withinMs,
  })
  .refine(
    ({ connections, user, refusedBy }) =>
      [connections, user, refusedBy].filter((one) => one !== undefined).length === 1,
    { message: 'give one of connections, user and refusedBy' },
  );

const request = z.discriminatedUnion('task', [pass, list, terminate]);

/** Throws an EnforcerError `bad-request` that says where and what. */
export function readEnforcerRequest(event: unknown): EnforcerRequest & Within {
  const read = request.safeParse(event);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  throw new EnforcerError('bad-request', `No request of the enforcer's: ${where}${issue?.message}`);
}
