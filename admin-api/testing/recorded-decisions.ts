/** A decisions table of its own, filled as the handler fills it. */
import { type ConnectRequest, readRequest } from '../../shared/client-vpn/index.ts';
import {
  createDecisionLog,
  createDecisionSource,
  type DecisionFacts,
  type DecisionRecord,
  type DecisionSource,
  decisionRecord,
  type EndedFacts,
  endedRecord,
  keepNames,
  type NameKeeping,
} from '../../shared/decision-log/index.ts';
import {
  type CompiledPolicy,
  compile,
  decide,
  type PolicyDocument,
  refusedByLimit,
} from '../../shared/engine/index.ts';
import { createDecisionsTable, localDocumentClient } from '../../shared/store/testing/dynalite.ts';

export interface RecordedDecisions {
  readonly tableName: string;
  readonly source: DecisionSource;
  /** Decides on an event by a policy, and puts it on record. */
  record(event: object, by: DecidedBy): Promise<DecisionRecord>;
  /** Puts on record that a connection was ended, as the enforcer does. */
  recordEnd(facts: EndedFacts): Promise<DecisionRecord>;
  close(): void;
}

export interface DecidedBy {
  /** Undefined: none could be read, and the handler refused. */
  readonly policy: PolicyDocument | undefined;
  readonly revision?: number;
  readonly atMs: number;
  readonly names?: NameKeeping;
  /** The limit that refused what the rules let in. */
  readonly limit?: string;
}

/** @param endpoint of a dynalite */
export async function createRecordedDecisions(endpoint: string, now: () => number): Promise<RecordedDecisions> {
  const client = localDocumentClient(endpoint);
  const tableName = await createDecisionsTable(client);
  // Nothing here is about the time-out, and machines may be slow.
  const log = createDecisionLog({ client, tableName, timeoutMs: 20_000, retentionDays: 90 });
  const put = async (record: DecisionRecord): Promise<DecisionRecord> => {
    const result = await log.put(record);
    if (!result.written) throw result.error;
    return record;
  };
  return {
    tableName,
    source: createDecisionSource({ client, tableName, now }),
    async record(event, { policy, revision, atMs, names = { names: 'clear' }, limit }) {
      const asked = readRequest(event);
      const decision = policy && decided(compile(policy), asked, atMs, limit);
      const kept = keepNames(names, asked, decision?.message);
      const record = decisionRecord({
        decidedAtMs: atMs,
        lambdaRequestId: '8f5c9f2e-0000-4000-8000-000000000000',
        request: kept.request,
        names: kept.names,
        outcome: outcomeOf(decision),
        decision,
        message: decision === undefined ? 'No policy.' : kept.message,
        cause: decision === undefined ? 'unreachable' : undefined,
        revision,
      });
      return put(record);
    },
    recordEnd: (facts) => put(endedRecord(facts)),
    close: () => client.destroy(),
  };
}

function decided(policy: CompiledPolicy, asked: ConnectRequest, atMs: number, limit: string | undefined) {
  const decision = decide(policy, asked, atMs);
  return limit === undefined ? decision : refusedByLimit(policy, asked, decision, limit);
}

function outcomeOf(decision: DecisionFacts['decision']): DecisionFacts['outcome'] {
  if (decision === undefined) return 'failed-closed';
  if (decision.observed) return 'observed';
  return decision.allow ? 'admitted' : 'refused';
}
