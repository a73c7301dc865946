/** What the answer to a write shows of what was sent: bounded, since a write that was made cannot be refused any more. */
import type { Rule } from '../../shared/engine/index.ts';
import type { OperationResult } from '../../shared/policy/index.ts';

/** A rule may have as much as a body. */
const MAX_RULE_BYTES = 1024 * 1024;

/** The rule as it is now; nothing where it is very large. */
export function shownRule(rule: Rule | undefined): { readonly rule?: Rule } {
  return rule === undefined || Buffer.byteLength(JSON.stringify(rule)) > MAX_RULE_BYTES ? {} : { rule };
}

/** Values in one answer, whatever number of operations it tells of. */
const MAX_NOT_FOUND = 100;

/** What became of entries, with the first values that were not found. */
export function shownEntries({ entries }: Pick<OperationResult, 'entries'> = {}, operations = 1) {
  if (entries === undefined) return {};
  const { notFound } = entries;
  const shown = notFound.slice(0, Math.max(1, Math.floor(MAX_NOT_FOUND / operations)));
  const isMore = shown.length < notFound.length;
  return { entries: { ...entries, notFound: shown, ...(isMore && { notFoundInAll: notFound.length }) } };
}
