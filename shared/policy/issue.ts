/** What is wrong with a policy document: one `PolicyIssue` for each mistake, told in the words of who wrote it. */

/** Leads to a place in the document: keys and list indexes. */
export type DocumentPath = readonly (string | number)[];

export interface PolicyIssue {
  /** A missing key is named as if it stood there. */
  readonly path: DocumentPath;
  /** `path` as people write it: `rules[3].match.sourceIps[0]`; empty for the document as a whole. */
  readonly where: string;
  /** Stable, kebab-case; what programs and docs refer to. */
  readonly code: string;
  /** What is wrong, with the value, and what is accepted. */
  readonly message: string;
  /** From 1; only where the document was read from text. */
  readonly line?: number;
  /** From 1, in UTF-16 units. */
  readonly column?: number;
}

/** An issue before its place in the text is known. */
export interface FoundIssue {
  readonly path: DocumentPath;
  readonly code: string;
  readonly message: string;
  /** Points at the key instead of its value. */
  readonly atKey?: boolean;
}

const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** `rules[3].match.sourceIps[0]`; a key that would be misread is put in brackets and quotes. */
export function readablePath(path: DocumentPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!PLAIN_KEY.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

/** The path as a JSON Pointer (RFC 6901): `/rules/3/match/sourceIps/0`. */
export function jsonPointer(path: DocumentPath): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** One line for people: `policy.yaml:12:9 rules[3].match.users: …`. Parts that are not known are left out. */
export function formatIssue(issue: Omit<PolicyIssue, 'code'>, fileName?: string): string {
  const position = [fileName, issue.line, issue.column].filter((part) => part !== undefined).join(':');
  const place = [position, issue.where].filter((part) => part !== '').join(' ');
  return place === '' ? issue.message : `${place}: ${issue.message}`;
}

export function issueAt({ path, code, message }: FoundIssue): PolicyIssue {
  return { path, where: readablePath(path), code, message };
}

/** Sorts by where the issues stand in `root`, as its keys and lists are ordered. A missing key comes before its siblings. */
export function inDocumentOrder<T extends { readonly path: DocumentPath }>(issues: readonly T[], root: unknown): T[] {
  const rankOf = rankIn(root);
  return issues
    .map((issue, index) => ({ issue, index, rank: rankOf(issue.path) }))
    .sort((a, b) => compareRanks(a.rank, b.rank) || a.index - b.index)
    .map(({ issue }) => issue);
}

function rankIn(root: unknown): (path: DocumentPath) => readonly number[] {
  const keyRanks = new WeakMap<object, Map<string, number>>();
  const rankOfKey = (parent: object, key: string): number => {
    let ranks = keyRanks.get(parent);
    if (ranks === undefined) {
      ranks = new Map(Object.keys(parent).map((name, index) => [name, index]));
      keyRanks.set(parent, ranks);
    }
    return ranks.get(key) ?? -1;
  };
  return (path) => {
    let value = root;
    return path.map((step) => {
      const parent = value;
      if (typeof parent !== 'object' || parent === null) return -1;
      value = Object.getOwnPropertyDescriptor(parent, step)?.value;
      return typeof step === 'number' ? step : rankOfKey(parent, step);
    });
  };
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
