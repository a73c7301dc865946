/** The warnings that a change of the policy brings. */
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import { type LintWarning, lintPolicy } from '../../../shared/policy/index.ts';

export interface NewWarnings {
  readonly brought: readonly LintWarning[];
  /** How many there are besides, which the policy has already. */
  readonly others: number;
}

export interface WarningsToCompare {
  readonly before: PolicyDocument | undefined;
  readonly after: PolicyDocument;
  /** What was read from the file, whose warnings know their lines. */
  readonly file: { readonly document: PolicyDocument; readonly warnings: readonly LintWarning[] };
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** A warning that the file has, too, comes with its place there. */
export function newWarnings({ before, after, file, nowMs }: WarningsToCompare): NewWarnings {
  const known = new Set(before && lintPolicy(before, nowMs).map((warning) => identity(warning, before)));
  const inFile = new Map(file.warnings.map((warning) => [identity(warning, file.document), warning]));
  const all = lintPolicy(after, nowMs).map((warning) => ({ warning, id: identity(warning, after) }));
  const brought = all.filter(({ id }) => !known.has(id));
  return {
    brought: brought.map(({ warning, id }) => inFile.get(id) ?? warning),
    others: all.length - brought.length,
  };
}

/** The same wherever in its list the item stands. */
function identity({ path, code, message }: LintWarning, document: PolicyDocument): string {
  const [part, index, ...rest] = path;
  const item = nameOf(document, part, index);
  const keys = rest.filter((step) => typeof step === 'string');
  return JSON.stringify([part, item, keys, code, message.replace(/\[\d+\]/g, '[]')]);
}

function nameOf({ rules = [], limits = [], tests = [] }: PolicyDocument, part: unknown, index: unknown): unknown {
  switch (part) {
    case 'rules':
      return rules[Number(index)]?.id;
    case 'limits':
      return limits[Number(index)]?.id;
    case 'tests':
      return tests[Number(index)]?.name;
    default:
      return index;
  }
}
