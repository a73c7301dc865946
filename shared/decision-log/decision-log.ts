/** Writes decisions into the decisions table, within a bounded time. */
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { isConditionFailed, type StoreError, StoreUnreachableError, toStoreError } from '../store/index.ts';
import { withinTime } from '../within-time.ts';
import { encodeDecision, encodeMentions } from './encode-decision.ts';
import { DAY_MS } from './keys.ts';
import type { DecisionRecord } from './record.ts';

export interface DecisionLogOptions {
  /** One that tries once: a second try would take the time that the first one's connection waits for. */
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** What a put may take, in milliseconds. */
  readonly timeoutMs: number;
  /** At most `MAX_RETENTION_DAYS`. */
  readonly retentionDays: number;
}

/** Ten years: nobody looks for decisions that are older. */
export const MAX_RETENTION_DAYS = 3_650;

export interface DecisionLog {
  /**
   * Puts a record and what it is found by. Never rejects, and settles within the time-out; what is under way then is
   * aborted. The first record of an id stays.
   */
  put(record: DecisionRecord, options?: PutOptions): Promise<PutResult>;
}

export interface PutOptions {
  /** A shorter time-out for this record, in milliseconds. */
  readonly atMostMs?: number | undefined;
}

export type PutResult = { readonly written: true } | PutFailure;

export interface PutFailure {
  readonly written: false;
  /** `unreachable`: no answer, throttling or a fault of the service. `refused`: no such table, no right to write. */
  readonly cause: 'timeout' | 'unreachable' | 'refused' | 'internal';
  readonly error: Error;
}

export function createDecisionLog({ client, tableName, timeoutMs, retentionDays }: DecisionLogOptions): DecisionLog {
  async function putItem(
    item: Record<string, unknown>,
    onlyFirst: boolean,
    abortSignal: AbortSignal,
  ): Promise<PutResult> {
    const condition = onlyFirst ? { ConditionExpression: 'attribute_not_exists(pk)' } : {};
    try {
      await client.send(new PutCommand({ TableName: tableName, Item: item, ...condition }), { abortSignal });
      return { written: true };
    } catch (error) {
      return onlyFirst && isConditionFailed(error) ? { written: true } : failure(error);
    }
  }

  async function putAll(record: DecisionRecord, signal: AbortSignal): Promise<PutResult> {
    try {
      const expiresAt = Math.floor((Date.parse(record.decidedAt) + retentionDays * DAY_MS) / 1_000);
      const puts = [
        putItem(encodeDecision(record, expiresAt), true, signal),
        ...encodeMentions(record, expiresAt).map((mention) => putItem(mention, false, signal)),
      ];
      const results = await Promise.all(puts);
      return results.find(({ written }) => !written) ?? { written: true };
    } catch (error) {
      return failure(error);
    }
  }

  return {
    put(record, { atMostMs = timeoutMs } = {}) {
      const limitMs = Math.max(0, Math.min(timeoutMs, atMostMs));
      return withinTime(
        limitMs,
        (signal) => putAll(record, signal),
        () => tooLate(limitMs),
      );
    },
  };
}

function tooLate(limitMs: number): PutFailure {
  const error = new StoreUnreachableError(`The decision could not be written within ${Math.round(limitMs)} ms`);
  return { written: false, cause: 'timeout', error };
}

function failure(thrown: unknown): PutFailure {
  if (thrown instanceof TypeError) return { written: false, cause: 'internal', error: thrown };
  const error: StoreError = toStoreError(thrown, 'write a decision');
  return { written: false, cause: error instanceof StoreUnreachableError ? 'unreachable' : 'refused', error };
}
