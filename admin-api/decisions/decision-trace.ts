/** Why a recorded decision came out as it did. */
import type { DecisionRecord } from '../../shared/decision-log/index.ts';
import { type Retraced, retrace } from '../../shared/replay/index.ts';
import { Problem } from '../http/problem.ts';
import type { PolicyReader } from '../policies/policy-reader.ts';

export interface DecisionTrace extends Retraced {
  readonly revision: number;
}

/** Null where no revision is on record, or there is none of that number any more. */
export async function decisionTrace(record: DecisionRecord, reader: PolicyReader): Promise<DecisionTrace | null> {
  if (record.revision === undefined) return null;
  const loaded = await reader.at(record.revision).catch((error: unknown) => {
    if (error instanceof Problem && error.code === 'no-such-revision') return undefined;
    throw error;
  });
  return loaded === undefined
    ? null
    : { revision: record.revision, ...retrace(record, reader.compiled(loaded.document)) };
}
