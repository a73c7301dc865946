/** A document as it stands in a text: its value, and where in the text each part of it is. */
import type { DocumentPath, FoundIssue, PolicyIssue } from './issue.ts';
import { issueAt } from './issue.ts';

/** Where a value stands, and what stands in it. Offsets count UTF-16 units from 0. */
export interface SourceNode {
  readonly start: number;
  readonly keys?: ReadonlyMap<string, { readonly start: number; readonly node: SourceNode }>;
  readonly items?: readonly SourceNode[];
  /** A number, boolean or null as it was written: `001234`. */
  readonly written?: string;
}

/** What a reader of text makes of it; `value` and `root` are what could be read in spite of the issues. */
export interface SourceDocument {
  readonly value: unknown;
  readonly root: SourceNode;
  readonly issues: readonly SourceIssue[];
  /** False where the issues are such that the rest of the document was not read. */
  readonly complete: boolean;
}

export interface SourceIssue extends FoundIssue {
  readonly start: number;
}

/** The node at `path`, the nearest one around it where the path leads to nothing. */
export function nodeAt(
  root: SourceNode,
  path: DocumentPath,
): { readonly node: SourceNode; readonly found: boolean; readonly keyStart?: number } {
  let node = root;
  let keyStart: number | undefined;
  for (const step of path) {
    const entry = typeof step === 'string' ? node.keys?.get(step) : undefined;
    const next = typeof step === 'number' ? node.items?.[step] : entry?.node;
    if (next === undefined) return { node, found: false };
    keyStart = entry?.start;
    node = next;
  }
  return keyStart === undefined ? { node, found: true } : { node, found: true, keyStart };
}

/** The offset that an issue points at: the value, its key where that is what is wrong, for a missing key what it is missing from. */
export function offsetOf(root: SourceNode, { path, atKey }: FoundIssue): number {
  const { node, found, keyStart } = nodeAt(root, path);
  // An empty value (`users:` and nothing more) stands nowhere; its key does.
  const atItsKey = found && keyStart !== undefined && (atKey || node.written === '');
  return atItsKey ? keyStart : node.start;
}

/** Makes offsets into lines and columns, both from 1. */
export function positionsIn(text: string): (offset: number) => { readonly line: number; readonly column: number } {
  const lineStarts = [0];
  for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1)) lineStarts.push(index + 1);
  return (offset) => {
    let low = 0;
    let high = lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (lineStarts[low] ?? 0) + 1 };
  };
}

/** The issues with line and column, in the order of the text. */
export function placeInText(issues: readonly SourceIssue[], text: string): PolicyIssue[] {
  const position = positionsIn(text);
  return issues
    .map((issue, index) => ({ issue, index }))
    .sort((a, b) => a.issue.start - b.issue.start || a.index - b.index)
    .map(({ issue }) => ({ ...issueAt(issue), ...position(issue.start) }));
}
