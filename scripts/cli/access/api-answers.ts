/** What the admin API answers, as far as the commands use it: another machine wrote it, so its shape is checked. */
import { z } from 'zod';
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import { type PolicyChange, validatePolicy } from '../../../shared/policy/index.ts';
import type { Verification } from '../../../shared/store/index.ts';
import type { RevisionInfo } from './policy-access.ts';

const number = z.int().min(0);

export const revision: z.ZodType<RevisionInfo> = z.object({
  number,
  createdAt: z.string(),
  author: z.object({
    type: z.string(),
    id: z.string(),
    arn: z.string().exactOptional(),
    issuer: z.string().exactOptional(),
  }),
  reason: z.string(),
  summary: z.string(),
  confirmed: z.array(z.string()),
  applied: z.array(z.object({ source: z.string(), revision: number })).exactOptional(),
});

export const revisionsPage = z.object({ revisions: z.array(revision), next: z.string().optional() });

/** A policy that this program understands: an API of a newer version may know more. */
export const policy: z.ZodType<PolicyDocument> = z.unknown().transform((document, context) => {
  const read = validatePolicy(document);
  if (read.ok) return read.document;
  const [issue] = read.issues;
  context.addIssue({ code: 'custom', message: `${issue?.where}: ${issue?.message}` });
  return z.NEVER;
});

export const appliedFile = z.object({ revision, policy });

const warning = z.object({ code: z.string(), message: z.string(), documentPath: z.string().optional() });
const confirmation = z.object({ confirm: z.enum(['lockout', 'tests']), message: z.string() });

export const written = z.object({
  revision: revision.nullable(),
  written: z.boolean(),
  wouldWrite: z.boolean().optional(),
  summary: z.string(),
  warnings: z.array(warning),
  confirmed: z.array(confirmation).default([]),
});
export type WrittenAnswer = z.infer<typeof written>;

export const changesWritten = written.extend({
  results: z.array(
    z.object({
      outcome: z.enum(['created', 'changed', 'deleted', 'unchanged']),
      entries: z
        .object({ added: number, replaced: number, removed: number, notFound: z.array(z.string()) })
        .exactOptional(),
    }),
  ),
});

const conflictPlace = {
  what: z.enum(['rule', 'limit', 'set', 'set-entry', 'endpoint', 'test', 'setting', 'order']),
  id: z.string(),
  field: z.string().exactOptional(),
  entry: z.string().exactOptional(),
};
/** Absent where there was nothing. */
const version = z.unknown().default(undefined);
const appliedConflict = z.object({ ...conflictPlace, applied: version, file: version, current: version });

const change = z.custom<PolicyChange>(
  (value) => z.looseObject({ what: z.string(), change: z.string() }).safeParse(value).success,
);

export const applied = written.extend({ kept: z.array(change), overridden: z.array(appliedConflict) });

export const verification: z.ZodType<Verification> = z.object({
  ok: z.boolean(),
  revisions: number,
  parts: number,
  findings: z.array(
    z.object({
      code: z.enum(['foreign-item', 'unreadable-revision', 'gap', 'broken-chain', 'bad-part']),
      key: z.string(),
      message: z.string(),
    }),
  ),
});

const message = z.string().exactOptional();
const expected = z.object({
  allow: z.boolean(),
  rule: z.string().exactOptional(),
  message,
  postureStatuses: z.array(z.string()).exactOptional(),
});
const actual = z.object({ allow: z.boolean(), rule: z.string(), message, postureStatuses: z.array(z.string()) });

/** RFC 9457, with the members that the API has for its kinds of problems. */
export const problem = z
  .object({
    type: z.string().startsWith('urn:client-vpn-policy:problem:'),
    detail: z.string(),
    errors: z
      .array(
        z.object({
          code: z.string(),
          message: z.string(),
          path: z.string().optional(),
          documentPath: z.string().optional(),
        }),
      )
      .default([]),
    failedTests: z
      .array(
        z.object({
          name: z.string(),
          passed: z.boolean(),
          expected,
          actual,
          differences: z.array(z.string()),
        }),
      )
      .default([]),
    // That connections are ended is confirmed apart from what is written.
    confirm: z
      .array(z.union([confirmation, z.object({ confirm: z.literal('share') }).transform(() => undefined)]))
      .default([])
      .transform((all) => all.filter((one) => one !== undefined)),
    conflicts: z
      .array(
        z.object({
          ...conflictPlace,
          base: version,
          changed: version,
          applied: version,
          file: version,
          current: version,
        }),
      )
      .default([]),
    revision: number.optional(),
    /** The enforcer's. */
    report: z.unknown().optional(),
  })
  .transform(({ type, ...members }) => ({ code: type.slice(type.lastIndexOf(':') + 1), ...members }));
export type ApiProblem = z.infer<typeof problem>;
