/** What it costs to put decisions on record. */
import { readRequest } from '../../shared/client-vpn/index.ts';
import { createDecisionLog, type DecisionFacts, decisionRecord } from '../../shared/decision-log/index.ts';
import { compile, decide } from '../../shared/engine/index.ts';
import { createDecisionsTable, localDocumentClient } from '../../shared/store/testing/dynalite.ts';
import { connectEvent, storedPolicy } from '../invocation/policies.ts';
import { type Cost, meter } from './meter.ts';

export interface RecordCosts {
  readonly admission: Cost;
  readonly refusal: Cost;
}

/** Puts an admission and a refusal of a policy of 100 rules on record, of users with four groups. */
export async function recordCosts(endpoint: string): Promise<RecordCosts> {
  const client = localDocumentClient(endpoint);
  try {
    const tableName = await createDecisionsTable(client);
    const log = createDecisionLog({ client, tableName, timeoutMs: 120_000, retentionDays: 90 });
    const spent = meter(client);
    const put = async (facts: DecisionFacts) => {
      const result = await log.put(decisionRecord(facts));
      if (!result.written) throw result.error;
      return spent.take();
    };
    return { admission: await put(decided(true)), refusal: await put(decided(false)) };
  } finally {
    client.destroy();
  }
}

/** The first connection that the policy admits or that one of its rules refuses. */
function decided(allow: boolean): DecisionFacts {
  const nowMs = Date.now();
  const { document, connections } = storedPolicy(100);
  const policy = compile(document);
  for (const [number, connection] of connections.entries()) {
    const request = readRequest(connectEvent(connection, number));
    const decision = decide(policy, request, nowMs);
    if (decision.allow !== allow || decision.decidedBy !== 'rule') continue;
    return {
      decidedAtMs: nowMs,
      lambdaRequestId: '8f5c9f2e-0000-4000-8000-000000000000',
      request,
      names: 'clear',
      outcome: allow ? 'admitted' : 'refused',
      decision,
      message: decision.message,
      revision: 42,
      policyAgeMs: 1_000,
    };
  }
  throw new RangeError(`no connection of the bench is ${allow ? 'admitted' : 'refused'} by a rule`);
}
