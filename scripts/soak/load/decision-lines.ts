/** The handler's own word on each decision: its log lines, found in what serverless offline printed. */

export interface DecisionLine {
  readonly connectionId: string;
  /** What the policy decided; undefined where none did. */
  readonly decided:
    | {
        readonly revision: number;
        readonly atMs: number;
        readonly policyAgeMs: number;
        readonly isStale: boolean;
      }
    | undefined;
  /** Why no policy decided. */
  readonly cause: string | undefined;
  readonly durationMs: number;
  /** The sandbox had no policy in hand when it was asked: it loaded its first one just before, or got none. */
  readonly hadNoPolicy: boolean;
}

/** From the load of a sandbox's first policy to what it decides by it, at most, in milliseconds. */
const FIRST_DECISION_MS = 1_000;

export function decisionLines(printed: string): ReadonlyMap<string, DecisionLine> {
  const lines = printed.split('\n').flatMap((text) => (text.startsWith('{') ? readJson(text) : []));
  const firstLoadsMs = lines
    .filter(({ message, previousRevision }) => message === 'policy loaded' && previousRevision === undefined)
    .map(({ timestamp }) => Date.parse(String(timestamp)));
  const decisions = lines.flatMap((fields) => {
    const line = readLine(fields, firstLoadsMs);
    return line === undefined ? [] : [[line.connectionId, line] as const];
  });
  return new Map(decisions);
}

type Fields = Readonly<Record<string, unknown>>;

function readJson(text: string): readonly Fields[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return [];
  }
}

function readLine(fields: Fields, firstLoadsMs: readonly number[]): DecisionLine | undefined {
  const { message, connectionId, durationMs, revision, decidedAt, policyAgeMs, policyStale, cause } = fields;
  if (message !== 'decision' && message !== 'decision without a policy') return undefined;
  if (typeof connectionId !== 'string' || typeof durationMs !== 'number') return undefined;
  const isWhole =
    typeof revision === 'number' &&
    typeof decidedAt === 'string' &&
    typeof policyAgeMs === 'number' &&
    typeof policyStale === 'boolean';
  const decided = isWhole ? { revision, atMs: Date.parse(decidedAt), policyAgeMs, isStale: policyStale } : undefined;
  return {
    connectionId,
    decided,
    cause: typeof cause === 'string' ? cause : undefined,
    durationMs,
    hadNoPolicy:
      decided === undefined ||
      firstLoadsMs.some((loadedMs) => loadedMs <= decided.atMs + 5 && loadedMs >= decided.atMs - FIRST_DECISION_MS),
  };
}
