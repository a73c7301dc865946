/** Recorded decisions straight on their DynamoDB table, and the policies that made them on theirs. */
import { createDecisionSource, endOf } from '../../../shared/decision-log/index.ts';
import { type CompiledPolicy, compile, type PolicyDocument, PolicyValueError } from '../../../shared/engine/index.ts';
import { createReplayer, pastOfRecord, type ReplayedPolicy, retrace } from '../../../shared/replay/index.ts';
import {
  createDocumentClient,
  RevisionNotFoundError,
  StoreCorruptError,
  StoreError,
} from '../../../shared/store/index.ts';
import { errorFacts } from '../error-facts.ts';
import { CommandError, EXIT } from '../exit-code.ts';
import type { Surroundings } from '../surroundings.ts';
import { counted, onOneLine } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';
import type { DecisionAccess, RecordedDecision, ReplayWanted } from './decision-access.ts';
import { nothingPublished, type PolicyAt } from './policy-access.ts';
import type { TableAddress } from './policy-address.ts';
import { placeOf, toCommandError } from './store-failure.ts';
import { LOCAL_CREDENTIALS, openPolicyTable } from './table-access.ts';

export interface DecisionTables {
  readonly rules: TableAddress;
  readonly decisions: TableAddress;
}

export function openDecisionTable({ rules, decisions }: DecisionTables, surroundings: Surroundings): DecisionAccess {
  const { tableName, region, endpoint, local } = decisions;
  const { now, env } = surroundings;
  const client = createDocumentClient({ region, endpoint, ...(local ? { credentials: LOCAL_CREDENTIALS } : {}) });
  const source = createDecisionSource({ client, tableName, now, pseudonymKey: env.PSEUDONYM_KEY || undefined });
  const policies = openPolicyTable(rules, { unverifiedAuthor: false }, surroundings);
  const place = placeOf(decisions);
  const reach = <T>(doing: string | (() => string), work: () => Promise<T>): Promise<T> =>
    withProgress(surroundings, doing, work).catch((error: unknown) => {
      throw noTable(error, place) ?? toCommandError(error, decisions);
    });

  async function draftOf({ draft }: ReplayWanted, base: PolicyAt | undefined): Promise<PolicyDocument> {
    if (draft !== undefined && 'policy' in draft) return draft.policy;
    const found = draft === undefined ? base : await policies.policy(draft.revision);
    if (found === undefined) throw nothingPublished(policies);
    return found.document;
  }

  return {
    place,
    async decision(id) {
      const found = await reach(`Reading ${place}`, async () => {
        const decision = await source.get(id);
        return decision && { decision, ended: await endOf(source, decision) };
      });
      if (found === undefined) return undefined;
      const { decision, ended } = found;
      return { decision, trace: await traceOf(decision), ...(ended && { ended }) };
    },
    async *decisions({ page: limit, ...wanted }) {
      let cursor: string | undefined;
      do {
        const page = await reach(`Reading ${place}`, () => source.list({ ...wanted, limit, cursor }));
        yield* page.decisions;
        cursor = page.cursor;
      } while (cursor !== undefined);
    },
    async replay(wanted) {
      const base = await policies.policy();
      const after = await draftOf(wanted, base);
      const { draft: _, ...walk } = wanted;
      const replayer = createReplayer({
        before: base === undefined ? 'no-policy' : replayed(base.document),
        after: replayed(after),
      });
      let count = 0;
      await reach(
        () => `Replaying ${place}: ${counted(count, 'decision')}`,
        async () => {
          for await (const record of source.walk(walk)) {
            const past = pastOfRecord(record);
            if (past === undefined) continue;
            replayer.add(past);
            count += 1;
          }
        },
      );
      return { report: replayer.report(), base: base?.revision.number };
    },
    close() {
      policies.close();
      client.destroy();
    },
  };

  async function traceOf(decision: RecordedDecision['decision']): Promise<RecordedDecision['trace']> {
    const { revision, decidedBy } = decision;
    if (revision === undefined || decidedBy === undefined) return null;
    try {
      const found = await policies.policy(revision);
      return found === undefined ? null : { revision, ...retrace(decision, compiled(found.document)) };
    } catch (error) {
      if (isNoPolicy(error)) return null;
      throw error;
    }
  }
}

/** Not there, damaged, or none of this program's language. */
function isNoPolicy(error: unknown): boolean {
  const cause = error instanceof CommandError ? error.cause : undefined;
  return [RevisionNotFoundError, StoreCorruptError, PolicyValueError].some((lost) => cause instanceof lost);
}

function replayed(document: PolicyDocument): ReplayedPolicy {
  return { document, compiled: compiled(document) };
}

/** What was stored may be of another language than this program's. */
function compiled(document: PolicyDocument): CompiledPolicy {
  try {
    return compile(document);
  } catch (error) {
    if (!(error instanceof PolicyValueError)) throw error;
    throw new CommandError(
      onOneLine(`the policy cannot be compiled: ${error.path.join('.')}: ${error.message}`),
      EXIT.checkFailed,
      { cause: error },
    );
  }
}

/** A deployment may keep no decisions at all. */
function noTable(error: unknown, place: string): CommandError | undefined {
  if (!(error instanceof StoreError) || errorFacts(error.cause).name !== 'ResourceNotFoundException') return undefined;
  return new CommandError(
    `there is no ${place.slice('the '.length)}: does this deployment keep decisions? --decisions-table names another table`,
    undefined,
    { cause: error },
  );
}
