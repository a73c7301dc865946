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
  /** It was the first decision of its sandbox. */
  readonly isFirst: boolean;
}

export function decisionLines(printed: string): ReadonlyMap<string, DecisionLine> {
  const lines = printed.split('\n').flatMap((text) => {
    const line = text.startsWith('{') ? readLine(text) : undefined;
    return line === undefined ? [] : [[line.connectionId, line] as const];
  });
  return new Map(lines);
}

function readLine(text: string): DecisionLine | undefined {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { message, connectionId, durationMs, revision, decidedAt, policyAgeMs, policyStale, cause } = fields;
  if (message !== 'decision' && message !== 'decision without a policy') return undefined;
  if (typeof connectionId !== 'string' || typeof durationMs !== 'number') return undefined;
  const isWhole =
    typeof revision === 'number' &&
    typeof decidedAt === 'string' &&
    typeof policyAgeMs === 'number' &&
    typeof policyStale === 'boolean';
  return {
    connectionId,
    decided: isWhole ? { revision, atMs: Date.parse(decidedAt), policyAgeMs, isStale: policyStale } : undefined,
    cause: typeof cause === 'string' ? cause : undefined,
    durationMs,
    isFirst: fields.cold_start === true,
  };
}
