/** Why a recorded decision came out as it did. */
import type { DecisionRecord } from '../../shared/decision-log/index.ts';
import { type Retraced, retrace } from '../../shared/replay/index.ts';
import { StoreCorruptError } from '../../shared/store/index.ts';
import { Problem } from '../http/problem.ts';
import type { PolicyReader } from '../policies/policy-reader.ts';

export interface DecisionTrace extends Retraced {
  readonly revision: number;
}

/**
 * Null where no policy decided, and where the revision that did is not there any more or cannot be read: what is on record is
 * told all the same.
 */
export async function decisionTrace(record: DecisionRecord, reader: PolicyReader): Promise<DecisionTrace | null> {
  const { revision, decidedBy } = record;
  if (revision === undefined || decidedBy === undefined) return null;
  try {
    const { document } = await reader.at(revision);
    return { revision, ...retrace(record, reader.compiled(document)) };
  } catch (error) {
    if (error instanceof StoreCorruptError || (error instanceof Problem && error.code === 'no-such-revision'))
      return null;
    throw error;
  }
}
