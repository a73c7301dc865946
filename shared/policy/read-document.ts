/** From a text, or from data of unknown content, to a policy document, or to all that is wrong with it. */
import type { PolicyDocument } from '../engine/index.ts';
import { crossIssues } from './cross-checks.ts';
import { type FoundIssue, inDocumentOrder, issueAt, type PolicyIssue } from './issue.ts';
import { type LintWarning, lintPolicy } from './lint.ts';
import { plainDataIssues } from './plain-data.ts';
import { readJson } from './read-json.ts';
import { readYaml } from './read-yaml.ts';
import { schemaIssues, type Written } from './schema-issues.ts';
import { nodeAt, offsetOf, placeInText, positionsIn, type SourceNode } from './source.ts';

export const MAX_DEPTH = 32;

export interface ReadOptions {
  /** Default: `json` where `fileName` ends in `.json`, else `yaml`. */
  readonly format?: 'yaml' | 'json' | undefined;
  readonly fileName?: string | undefined;
  /** The moment for warnings about what has expired, in milliseconds since 1970; without it there are none of those. */
  readonly nowMs?: number | undefined;
  /** Most bytes of UTF-8 that the text may have. Default: no limit. */
  readonly maxBytes?: number | undefined;
  /** Most levels of nesting. Default 32. */
  readonly maxDepth?: number | undefined;
}

export type ReadPolicy =
  | { readonly ok: true; readonly document: PolicyDocument; readonly warnings: readonly LintWarning[] }
  | { readonly ok: false; readonly issues: readonly PolicyIssue[] };

export type ValidatedPolicy =
  | { readonly ok: true; readonly document: PolicyDocument }
  | { readonly ok: false; readonly issues: readonly PolicyIssue[] };

/** Reads a policy from text: the document and lint's warnings, or all issues in the order of the text, with line and column. */
export function readPolicy(text: string, options: ReadOptions = {}): ReadPolicy {
  const { maxBytes = Number.POSITIVE_INFINITY, maxDepth = MAX_DEPTH, nowMs = Number.NEGATIVE_INFINITY } = options;
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) {
    return {
      ok: false,
      issues: [
        issueAt({
          path: [],
          code: 'too-large',
          message: `the document has ${bytes} bytes; accepted: at most ${maxBytes}`,
        }),
      ],
    };
  }
  const format = options.format ?? (options.fileName?.toLowerCase().endsWith('.json') ? 'json' : 'yaml');
  const source = (format === 'json' ? readJson : readYaml)(text, maxDepth);
  const found = source.complete ? documentIssues(source.value, maxDepth, writtenIn(source.root)) : [];
  const issues = [
    ...source.issues,
    ...found.filter(notTheSameAs(source.issues)).map((issue) => ({ ...issue, start: offsetOf(source.root, issue) })),
  ];
  if (issues.length > 0) return { ok: false, issues: placeInText(issues, text) };
  const document = source.value as PolicyDocument; // no issue, so it is one
  const position = positionsIn(text);
  const warnings = lintPolicy(document, nowMs).map((warning) => ({
    ...warning,
    ...position(offsetOf(source.root, warning)),
  }));
  return { ok: true, document, warnings };
}

/** Checks data that was already parsed; the issues are those of `readPolicy`, in document order, without line and column. */
export function validatePolicy(
  value: unknown,
  { maxDepth = MAX_DEPTH }: { readonly maxDepth?: number } = {},
): ValidatedPolicy {
  const issues = documentIssues(value, maxDepth);
  if (issues.length > 0) return { ok: false, issues: inDocumentOrder(issues, value).map(issueAt) };
  return { ok: true, document: value as PolicyDocument }; // no issue, so it is one
}

/** Everything that is wrong with the data, in no order. */
function documentIssues(value: unknown, maxDepth: number, written?: Written): FoundIssue[] {
  const notPlain = plainDataIssues(value, maxDepth, written);
  // What is not plain data could answer differently each time that it is looked at.
  if (notPlain.some(({ code }) => code !== 'unknown-key' && code !== 'number-not-in-json')) return notPlain;
  return [
    ...notPlain,
    ...distinct([...schemaIssues(value, written), ...crossIssues(value, written)]).filter(notTheSameAs(notPlain)),
  ];
}

/** Two ways into a union may tell the same twice. */
function distinct(issues: readonly FoundIssue[]): FoundIssue[] {
  return [...new Map(issues.map((issue) => [JSON.stringify([issue.path, issue.message]), issue])).values()];
}

/** Keeps what is not yet told: one mistake, one issue. */
function notTheSameAs(told: readonly FoundIssue[]): (issue: FoundIssue) => boolean {
  const places = new Set(told.map(({ path }) => JSON.stringify(path)));
  return ({ path }) => places.size === 0 || !places.has(JSON.stringify(path));
}

function writtenIn(root: SourceNode): Written {
  return (path) => {
    const { node, found } = nodeAt(root, path);
    return found ? node.written : undefined;
  };
}
