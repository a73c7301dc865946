/** Schemas of what the API answers. Each has an id, under which the OpenAPI document shows it. */
import { z } from 'zod';
import { passReport } from '../../shared/enforcement/index.ts';
import { policySet, policyRule as rule } from '../../shared/policy/index.ts';
import { PROBLEM_TYPE_PREFIX } from '../http/problem.ts';
import { policy } from './requests.ts';

const AUTHOR = {
  type: 'iam',
  id: 'AROAEXAMPLE:alice',
  arn: 'arn:aws:sts::123456789012:assumed-role/vpn-operator/alice',
};
const REVISION = {
  number: 42,
  createdAt: '2026-11-24T01:00:00.000Z',
  author: AUTHOR,
  reason: 'left the company, HR-77',
  summary: 'rule block-batchi added',
  confirmed: [],
};

export const revisionNumber = z.int().min(1).max(9_999_999_999);

const author = z
  .strictObject({
    type: z.string().describe('What the id is one of: `iam`, `jwt`, `local`, `cli`.'),
    id: z.string().describe("The principal's id as the authorizer names it: an IAM unique id, a token's subject."),
    arn: z.string().optional().describe('The ARN of an IAM principal.'),
    issuer: z.string().optional().describe('Who issued the token.'),
  })
  .meta({ id: 'Author', description: 'Who made a change.', examples: [AUTHOR] });

const appliedSource = z
  .strictObject({ source: z.string().describe("The file's name."), revision: revisionNumber })
  .meta({ id: 'AppliedSource', description: 'A file, and the revision that last applied it.' });

export const revision = z
  .strictObject({
    number: revisionNumber,
    createdAt: z.string().describe('When: ISO 8601, UTC.'),
    author,
    reason: z.string().describe("Why, in the author's words; may be empty."),
    summary: z.string().describe('What changed, in words.'),
    confirmed: z.array(z.string()).describe('The checks that the author overrode.'),
    applied: z
      .array(appliedSource)
      .optional()
      .describe(
        'For each file that was applied up to then the revision that last did, the latest last (a few; the oldest are forgotten).',
      ),
  })
  .meta({ id: 'Revision', description: 'One published state of the policy.', examples: [REVISION] });
export type RevisionView = z.infer<typeof revision>;

const place = {
  documentPath: z.string().optional().describe('The place in the policy document, as people write it.'),
  documentPointer: z.string().optional().describe('The same as a JSON Pointer (RFC 6901).'),
};

const warning = z
  .strictObject({ code: z.string(), message: z.string(), ...place })
  .meta({ id: 'Warning', description: 'What a valid policy says and its author hardly meant.' });

const confirmationReason = z
  .strictObject({ confirm: z.enum(['lockout', 'tests']), message: z.string() })
  .meta({ id: 'ConfirmationReason', description: 'What must be confirmed, and why.' });

const confirmationNeeded = z
  .strictObject({ confirm: z.enum(['lockout', 'tests', 'share']), message: z.string() })
  .meta({ id: 'ConfirmationNeeded', description: 'What must be confirmed, and why.' });

const names = z.array(z.string());
const itemsDiff = {
  added: names,
  removed: names,
  changed: z.array(z.strictObject({ name: z.string(), keys: names.describe('The keys whose values differ.') })),
  reordered: z.boolean(),
};
const items = z
  .strictObject(itemsDiff)
  .meta({ id: 'ItemsDiff', description: 'Names (ids) of what was added, removed, changed.' });
export const policyDiff = z
  .strictObject({
    settings: names.describe('Keys of the policy itself.'),
    endpoints: items,
    sets: z.strictObject({
      ...itemsDiff,
      entries: z.array(
        z.strictObject({ name: z.string(), added: names, removed: names, changed: names, reordered: z.boolean() }),
      ),
    }),
    rules: items,
    limits: items,
    tests: items,
  })
  .meta({ id: 'PolicyDiff', description: 'What two policies differ in.' });

const written = {
  revision: revision
    .nullable()
    .describe('The revision in force now; null where there is none (a first policy, dry run).'),
  written: z.boolean().describe('False where nothing changed, and in a dry run.'),
  dryRun: z.boolean(),
  wouldWrite: z.boolean().optional().describe('In a dry run: whether a revision would be written.'),
  summary: z.string().describe('What changed, or would.'),
  warnings: z.array(warning).describe('What lint says of the whole policy: at most 100.'),
  warningsInAll: z.int().optional().describe('How many warnings there are, where not all are told.'),
  confirmed: z.array(confirmationReason).optional().describe('The checks that were overridden.'),
  diff: policyDiff.optional().describe('In a dry run: what would change.'),
};
export const writeAnswer = z.strictObject(written).meta({
  id: 'Written',
  description: 'What a write did.',
  examples: [{ revision: REVISION, written: true, dryRun: false, summary: REVISION.summary, warnings: [] }],
});
export type WriteAnswer = Omit<z.infer<typeof writeAnswer>, 'diff'> & { readonly diff?: unknown };

const RULE = { id: 'block-batchi', effect: 'deny', match: { identities: ['batchi'] } };

export const ruleWritten = z.strictObject({ ...written, rule: rule.optional() }).meta({
  id: 'RuleWritten',
  description: 'What a write did, and the rule as it is now (left out where it is larger than 1 MB).',
  examples: [{ revision: REVISION, written: true, dryRun: false, summary: REVISION.summary, warnings: [], rule: RULE }],
});

const setSummary = z
  .strictObject({
    name: z.string(),
    kind: z.string(),
    description: z.string().optional(),
    entries: z.int().describe('How many entries the set has.'),
    etag: z.string().describe("The set's ETag, without the quotes."),
  })
  .meta({
    id: 'SetSummary',
    description: 'A set without its entries.',
    examples: [{ name: 'leavers', kind: 'user', entries: 2, etag: 'ZGUaa1bMAmY9nXRlv_RmqoJoU0B' }],
  });

export const setWritten = z.strictObject({ ...written, set: setSummary }).meta({
  id: 'SetWritten',
  description: 'What a write did, and the set as it is now.',
});

export const entriesWritten = z
  .strictObject({
    ...written,
    set: setSummary,
    entries: z.strictObject({
      added: z.int(),
      replaced: z.int().describe('Entries whose value was there already, with another expiresAt or note.'),
      removed: z.int(),
      notFound: z
        .array(z.string())
        .describe('Values that were to be removed and were not there: a typing mistake? At most 100.'),
      notFoundInAll: z.int().optional().describe('How many there are, where not all are told.'),
    }),
  })
  .meta({ id: 'EntriesWritten', description: 'What a patch of a set did.' });

export const changesWritten = z
  .strictObject({
    ...written,
    results: z.array(
      z.strictObject({
        outcome: z.enum(['created', 'changed', 'deleted', 'unchanged']),
        entries: entriesWritten.shape.entries.optional(),
      }),
    ),
  })
  .meta({ id: 'ChangesWritten', description: 'What a write did, operation by operation.' });

export const next = z.string().optional().describe('`cursor` of the next page; absent on the last one.');

export const rulesPage = z
  .strictObject({
    rules: z.array(rule),
    revision: revisionNumber.describe('The revision that this page and those after it show.'),
    next,
  })
  .meta({
    id: 'RulesPage',
    description: 'Rules, in document order.',
    examples: [{ rules: [RULE], revision: 42 }],
  });

export const setsList = z
  .strictObject({ sets: z.array(setSummary), revision: revisionNumber })
  .meta({ id: 'SetsList', description: 'All sets, without their entries.' });

const entry = z.union([
  z.string(),
  z.strictObject({ value: z.string(), expiresAt: z.string().optional(), note: z.string().optional() }),
]);

export const setPage = z
  .strictObject({
    name: z.string(),
    kind: z.string(),
    description: z.string().optional(),
    total: z.int().describe('How many entries the set has.'),
    page: z.array(entry).describe('Entries, in order.'),
    revision: revisionNumber.describe('The revision that this page and those after it show.'),
    next,
  })
  .meta({ id: 'SetPage', description: 'A part of a set.' });

/** A whole set or a page of it. */
export const setAnswer = z
  .union([policySet, setPage])
  .meta({ id: 'SetAnswer', description: 'The set; where limit or cursor was given, a page of it.' });

export const revisionsPage = z
  .strictObject({ revisions: z.array(revision), next })
  .meta({ id: 'RevisionsPage', description: 'Revisions, the newest first.' });

const kind = z.enum(['setting', 'endpoint', 'set', 'rule', 'limit', 'test']);
const id = z.string().describe("A rule's, limit's or endpoint's id, a set's or test's name, a setting's key.");
const before = z.unknown().optional();
const after = z.unknown().optional();
const policyChange = z
  .union([
    z.strictObject({ what: kind, id, change: z.literal('added'), after }),
    z.strictObject({ what: kind, id, change: z.literal('removed'), before }),
    z.strictObject({
      what: kind,
      id,
      change: z.literal('changed'),
      before: before.describe('Of a setting.'),
      after: after.describe('Of a setting.'),
      fields: z
        .array(z.strictObject({ key: z.string(), before, after }))
        .optional()
        .describe('Keys that differ.'),
      entries: z
        .strictObject({
          added: z.array(entry),
          removed: z.array(entry),
          changed: z.array(z.strictObject({ value: z.string(), before: z.array(entry), after: z.array(entry) })),
          reordered: z.boolean(),
        })
        .optional()
        .describe('Of a set.'),
    }),
    z.strictObject({
      what: z.enum(['rule', 'limit', 'test']),
      change: z.literal('reordered'),
      before: names,
      after: names,
    }),
  ])
  .meta({ id: 'PolicyChange', description: 'One thing that differs, before and after.' });

export const diffAnswer = z
  .strictObject({
    from: z.int().min(0).describe('The older state; 0: before the first policy.'),
    to: revisionNumber,
    changes: z.array(policyChange),
    text: z.string().describe('The same for people.'),
  })
  .meta({
    id: 'Diff',
    description: 'What differs between two revisions.',
    examples: [
      {
        from: 41,
        to: 42,
        changes: [{ what: 'rule', id: 'block-batchi', change: 'added', after: RULE }],
        text: '+ rule block-batchi: refuse batchi\n',
      },
    ],
  });

const applyConflict = z
  .strictObject({
    what: z.enum(['rule', 'limit', 'set', 'set-entry', 'endpoint', 'test', 'setting', 'order']),
    id: z.string(),
    field: z.string().optional(),
    entry: z.string().optional(),
    applied: z.unknown().optional().describe('As the file had it when it was last applied.'),
    file: z.unknown().optional().describe('As the file has it.'),
    current: z.unknown().optional().describe('As it is in the policy in force.'),
  })
  .meta({
    id: 'ApplyConflict',
    description: 'What a file and others have both changed. Values that are long are left out.',
  });

export const applyWritten = z
  .strictObject({
    ...written,
    kept: z
      .array(policyChange)
      .describe(
        'What the policy has otherwise than the file, since others changed it. At most 100; long values are left out.',
      ),
    keptInAll: z.int().optional().describe('How many there are, where not all are told.'),
    overridden: z.array(applyConflict).describe('Where others gave way to the file (`forceConflicts`). At most 100.'),
    overriddenInAll: z.int().optional().describe('How many there are, where not all are told.'),
    base: revision.nullable().describe('The revision that applied the file before; null where none is known.'),
  })
  .meta({
    id: 'ApplyWritten',
    description: 'What the application of a file did, and what it kept.',
    examples: [
      {
        revision: REVISION,
        written: true,
        dryRun: false,
        summary: 'set offices: +198.51.100.0/24',
        warnings: [],
        kept: [{ what: 'rule', id: 'block-batchi', change: 'added', after: RULE }],
        overridden: [],
        base: { ...REVISION, number: 40, summary: 'rule patch-night changed (match)' },
      },
    ],
  });

const appliedFile = z
  .strictObject({ source: z.string(), revision, policy })
  .meta({ id: 'AppliedFile', description: 'A file as it was last applied, and the revision that did.' });

const appliedFiles = z.strictObject({ applied: z.array(appliedSource) }).meta({
  id: 'AppliedFiles',
  description: 'All files of which is known when they were last applied, the latest last.',
});

/** Of one file, or the list of them. */
export const appliedAnswer = z
  .union([appliedFile, appliedFiles])
  .meta({ id: 'AppliedAnswer', description: 'The file; where no source was given, the list of all.' });

export const verification = z
  .strictObject({
    ok: z.boolean().describe('True where nothing was found but items of others.'),
    revisions: z.int(),
    parts: z.int(),
    findings: z
      .array(
        z.strictObject({
          code: z.enum(['foreign-item', 'unreadable-revision', 'gap', 'broken-chain', 'bad-part']),
          key: z.string().describe('The sort key of the revision where it was found.'),
          message: z.string(),
        }),
      )
      .describe('At most 100.'),
    findingsInAll: z.int().optional().describe('How many there are, where not all are told.'),
  })
  .meta({
    id: 'Verification',
    description: 'What a walk through the whole history found.',
    examples: [{ ok: true, revisions: 42, parts: 51, findings: [] }],
  });

export const decision = z
  .strictObject({
    allow: z
      .boolean()
      .describe('The answer to Client VPN. In an endpoint that only observes, true whatever was decided.'),
    effect: z.enum(['allow', 'deny']).describe('What the policy decided.'),
    decidedBy: z.enum(['rule', 'default']),
    rules: z.array(z.string()).describe('The rules that made the decision, in document order.'),
    message: z.string().optional().describe('What the refused user reads.'),
    postureStatuses: z.array(z.string()),
    reported: z.array(z.string()).describe('Rules in report mode that apply.'),
    observed: z
      .boolean()
      .describe('True where the policy refused and the endpoint, in observe mode, lets the connection in.'),
    endpoint: z.string().optional(),
  })
  .meta({ id: 'Decision', description: 'What was decided.' });

const blockTrace = z
  .strictObject({
    holds: z.boolean(),
    conditions: z.array(
      z.strictObject({
        condition: z.string(),
        holds: z.boolean(),
        finding: z.enum(['match', 'no-match', 'absent', 'malformed']),
      }),
    ),
  })
  .meta({ id: 'BlockTrace', description: 'What a block of conditions found.' });

export const ruleTrace = z
  .strictObject({
    rule: z.string(),
    effect: z.enum(['deny', 'allow', 'exempt']),
    mode: z.enum(['enforce', 'report']),
    outcome: z.enum(['decided', 'outranked', 'lifted', 'lifts', 'reported', 'not-in-force', 'not-matched', 'excepted']),
    notInForce: z.enum(['disabled', 'not-yet', 'expired']).optional(),
    liftedBy: z.array(z.string()).optional(),
    match: z.array(blockTrace),
    except: z.array(blockTrace),
  })
  .meta({ id: 'RuleTrace', description: 'What a rule did, and why.' });

export const evaluation = z
  .strictObject({
    at: z.string().describe('The moment of the connection: ISO 8601, UTC.'),
    revision: revisionNumber
      .nullable()
      .describe('The revision that was asked, with changes where some were given; null for a draft policy.'),
    decision,
    rules: z.array(ruleTrace).describe('What the rules did, in document order.'),
  })
  .meta({
    id: 'Evaluation',
    description: 'What the policy decides about a connection, and why.',
    examples: [
      {
        at: '2026-11-24T01:00:00.000Z',
        revision: 42,
        decision: {
          allow: false,
          effect: 'deny',
          decidedBy: 'rule',
          rules: ['block-batchi'],
          message: 'This user is not permitted.',
          postureStatuses: [],
          reported: [],
          observed: false,
        },
        rules: [
          {
            rule: 'block-batchi',
            effect: 'deny',
            mode: 'enforce',
            outcome: 'decided',
            match: [{ holds: true, conditions: [{ condition: 'identities', holds: true, finding: 'match' }] }],
            except: [],
          },
        ],
      },
    ],
  });

export const health = z
  .strictObject({
    status: z.literal('ok'),
    revision: revisionNumber.nullable().describe('The newest revision; null: no policy has been published yet.'),
    policyAgeSeconds: z.int().min(0).nullable().describe('How long ago it was written.'),
    storeMs: z.int().min(0).describe('How long the store took to answer, in milliseconds.'),
  })
  .meta({
    id: 'Health',
    description: 'The API and its store answer.',
    examples: [{ status: 'ok', revision: 42, policyAgeSeconds: 86_400, storeMs: 12 }],
  });

const problemError = z
  .strictObject({
    code: z.string().describe('Stable, kebab-case.'),
    message: z.string().describe('What is wrong, and what is accepted.'),
    path: z.string().optional().describe('The place in the body; absent where the body does not hold it.'),
    pointer: z.string().optional().describe('The same as a JSON Pointer (RFC 6901).'),
    ...place,
    line: z.int().optional(),
    column: z.int().optional(),
  })
  .meta({ id: 'ProblemError', description: 'One mistake.' });

const testOutcome = {
  allow: z.boolean(),
  rule: z.string().optional(),
  message: z.string().optional(),
  postureStatuses: z.array(z.string()).optional(),
};
const failedTest = z
  .strictObject({
    name: z.string(),
    passed: z.literal(false),
    expected: z.strictObject(testOutcome),
    actual: z.strictObject(testOutcome),
    differences: z.array(z.string()).describe('One line for each expectation that was not met.'),
  })
  .meta({ id: 'FailedTest', description: 'A policy test: what it expected, and what happened.' });

const conflict = z
  .strictObject({
    what: z.enum(['rule', 'limit', 'set', 'set-entry', 'endpoint', 'test', 'setting', 'order']),
    id: z.string(),
    field: z.string().optional(),
    entry: z.string().optional(),
    base: z.unknown().optional().describe('As it was before the change.'),
    changed: z.unknown().optional().describe('As the change made it.'),
    current: z.unknown().optional().describe('As it is now.'),
  })
  .meta({ id: 'Conflict', description: 'What the change touched and a later one touched again.' });

export const problem = z
  .strictObject({
    type: z.string().startsWith(PROBLEM_TYPE_PREFIX).describe('Stable: what programs go by.'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What happened, and what to do.'),
    instance: z.string().optional().describe('This occurrence: the log has the id in it, too.'),
    errors: z.array(problemError).optional().describe('At most 100.'),
    errorsInAll: z.int().optional().describe('How many there are, where not all are told.'),
    failedTests: z.array(failedTest).optional(),
    confirm: z.array(confirmationNeeded).optional().describe('What must be confirmed.'),
    report: passReport
      .optional()
      .describe('Of connections that are too many to be ended without a word: what would be.'),
    needed: z.array(z.string()).optional().describe('The permissions of which the caller has none.'),
    conflicts: z
      .array(z.union([conflict, applyConflict]))
      .optional()
      .describe('At most 100.'),
    conflictsInAll: z.int().optional().describe('How many there are, where not all are told.'),
    base: revision
      .nullable()
      .optional()
      .describe('Of conflicts of a file: the revision that applied it before; null where none is known.'),
    revision: revisionNumber
      .optional()
      .describe(
        'Where the outcome is not known: the revision to look at. Where another is in force than `ifRevision`: its number.',
      ),
  })
  .meta({
    id: 'Problem',
    description: 'Problem details (RFC 9457).',
    examples: [
      {
        type: `${PROBLEM_TYPE_PREFIX}precondition-failed`,
        title: 'It is not as the precondition says',
        status: 412,
        detail: 'It has changed since you read it.',
        instance: 'urn:client-vpn-policy:request:JKJaXmPLvHcESHA%3D',
      },
    ],
  });
