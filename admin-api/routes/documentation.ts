/** What routes say of themselves in the OpenAPI document: bodies, answers with their headers, problems. */
import type { RouteConfig } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import { JSON_TYPE, MERGE_PATCH_TYPE } from '../http/body.ts';
import { PROBLEM_MEDIA_TYPE } from '../http/problem.ts';
import { type SchemaName, schemaRef } from '../schemas/components.ts';

type Responses = RouteConfig['responses'];

/** Statuses of problems that any request can meet. */
const ANYWHERE = [400, 403, 404, 405, 500, 503] as const;
const OF_BODIES = [413, 415, 422] as const;
/** 413: what a dry run tells, or the policy, can be too large. */
const OF_WRITES = [412, 413, 422] as const;

type ProblemStatus = keyof typeof PROBLEM_RESPONSES;

/** The problems that a request can meet, by status; all are described once, under `components`. */
export function problems(kind: {
  readonly body?: boolean;
  readonly write?: boolean;
  readonly conditional?: boolean;
  readonly conflict?: boolean;
  /** What may have to be confirmed, and is done in one revision. */
  readonly confirmable?: boolean;
  readonly large?: boolean;
}): Responses {
  const statuses: readonly ProblemStatus[] = [
    ...ANYWHERE,
    ...(kind.body ? OF_BODIES : []),
    ...(kind.large ? [413 as const] : []),
    ...(kind.write ? OF_WRITES : []),
    ...(kind.confirmable ? [412 as const, 422 as const] : []),
    ...(kind.conditional ? [428 as const] : []),
    ...(kind.conflict ? [409 as const] : []),
  ];
  return Object.fromEntries(
    [...new Set(statuses)].map((status) => [String(status), { $ref: `#/components/responses/Problem${status}` }]),
  );
}

interface AnswerNote {
  readonly description: string;
  readonly schema: SchemaName;
  readonly etag?: boolean;
  readonly location?: boolean;
  /** An example of the answer as text, where there is one. */
  readonly text?: string;
}

/** An answer in JSON. */
export function answer({ description, schema, etag, location, text }: AnswerNote): Responses[string] {
  return {
    description,
    ...((etag || location) && {
      headers: {
        ...(etag && { ETag: { $ref: '#/components/headers/ETag' } }),
        ...(location && { Location: { $ref: '#/components/headers/Location' } }),
      },
    }),
    content: {
      [JSON_TYPE]: { schema: schemaRef(schema) },
      ...(text !== undefined && { 'text/plain': { schema: { type: 'string' as const }, example: text } }),
    },
  };
}

export const NOT_MODIFIED: Responses[string] = { $ref: '#/components/responses/NotModified' };

/** Bodies are read and validated by the routes, which tell more of what is wrong than a schema does. */
export function body(schema: SchemaName, description: string, patch?: SchemaName) {
  return {
    required: true,
    description,
    content: {
      ...(patch && { [MERGE_PATCH_TYPE]: { schema: schemaRef(patch) } }),
      [JSON_TYPE]: { schema: schemaRef(schema) },
    },
  };
}

const tags = (what: string) =>
  z.string().optional().openapi({ description: what, example: '"ZGUaa1bMAmY9nXRlv_RmqoJoU0B"' });

const ifMatch = tags(
  'Only if it is as its ETag says: the ETag that a GET answered, a list of them, or `*` for whatever it is now.',
);
const ifNoneMatchStar = z.string().optional().openapi({ description: '`*`: only if there is none yet.', example: '*' });

/** Request headers, documented here and read by `http/preconditions.ts`. */
export const readHeaders = z.object({
  'If-None-Match': tags('Answer 304 where it is still as this ETag says.'),
});
export const replaceHeaders = z.object({ 'If-Match': ifMatch, 'If-None-Match': ifNoneMatchStar });
export const changeHeaders = z.object({ 'If-Match': ifMatch });
/** As `changeHeaders`; without it the answer is 428. */
export const requiredIfMatch = z.object({ 'If-Match': ifMatch.openapi({ param: { required: true } }) });

export const ruleId = z.object({
  id: z.string().openapi({ param: { name: 'id', in: 'path' }, description: "The rule's id.", example: 'block-batchi' }),
});
export const setName = z.object({
  name: z.string().openapi({ param: { name: 'name', in: 'path' }, description: "The set's name.", example: 'leavers' }),
});
export const revisionNumber = z.object({
  n: z
    .string()
    .regex(/^[1-9]\d{0,9}$/)
    .transform(Number)
    .openapi({
      param: { name: 'n', in: 'path' },
      type: 'integer',
      minimum: 1,
      description: "The revision's number.",
      example: 42,
    }),
});

const RETRY_AFTER = { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } };

function problemResponse(description: string, headers?: object) {
  return {
    description,
    ...(headers && { headers }),
    content: { [PROBLEM_MEDIA_TYPE]: { schema: schemaRef('Problem') } },
  };
}

const PROBLEM_RESPONSES = {
  400: problemResponse(
    'The request is not understood: its path, a query key that is unknown or repeated, a header, a cursor, or JSON that does not parse.',
  ),
  403: problemResponse('The caller is not known, or may not do this (`needed` names the permissions).'),
  404: problemResponse('It is not there.'),
  405: problemResponse('The path does not take this method.', { Allow: { $ref: '#/components/headers/Allow' } }),
  409: problemResponse('It exists already, or others have changed the same (`conflicts`).'),
  412: problemResponse('It is not as the precondition says: read it again.'),
  413: problemResponse('The body, or the answer, is larger than 4 MB, or takes longer than an answer may.'),
  415: problemResponse('The body is of another media type than those taken here.'),
  422: problemResponse(
    'The change is not valid (`errors`), fails a policy test (`failedTests`) or must be confirmed (`confirm`).',
  ),
  428: problemResponse(
    'A precondition is required: If-Match, or If-None-Match: *; of what is confirmed by `confirm=share`, `revision`.',
  ),
  500: problemResponse('The API failed; the log says why.'),
  503: problemResponse(
    'The policy store cannot be reached, the enforcer cannot do it now, too many others are writing, or it is not known whether the change was made.',
    RETRY_AFTER,
  ),
} as const;

/** `components.responses` of the OpenAPI document. */
export function componentResponses(): Record<string, object> {
  return {
    NotModified: {
      description: 'It is as `If-None-Match` says.',
      headers: { ETag: { $ref: '#/components/headers/ETag' } },
    },
    ...Object.fromEntries(
      Object.entries(PROBLEM_RESPONSES).map(([status, response]) => [`Problem${status}`, response]),
    ),
  };
}

/** `components.headers`. */
export function componentHeaders(): Record<string, object> {
  const text = (description: string, example: string) => ({ description, schema: { type: 'string' }, example });
  return {
    ETag: text('The state of this resource, for If-Match and If-None-Match. Strong.', '"ZGUaa1bMAmY9nXRlv_RmqoJoU0B"'),
    Location: text('Where what was created is.', '/v1/rules/block-batchi'),
    Allow: text('The methods that the path takes.', 'GET, HEAD, PUT'),
    RetryAfter: {
      description: 'Try again after so many seconds.',
      schema: { type: 'integer', minimum: 1 },
      example: 5,
    },
  };
}
