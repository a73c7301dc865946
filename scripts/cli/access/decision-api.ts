/** Recorded decisions through the admin API, which replays in parts. */
import { createReplaySums } from '../../../shared/replay/index.ts';
import { CommandError } from '../exit-code.ts';
import type { Surroundings } from '../surroundings.ts';
import { counted } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';
import { createApiClient } from './api-client.ts';
import type { DecisionAccess, Replayed, ReplayWanted } from './decision-access.ts';
import { decisionsPage, recordedDecision, replayPart } from './decision-answers.ts';
import { nothingPublished } from './policy-access.ts';
import type { ApiAddress } from './policy-address.ts';
import { noSuchRevision } from './write-outcomes.ts';

export function openDecisionApi(address: ApiAddress, surroundings: Surroundings): DecisionAccess {
  const client = createApiClient(address, surroundings);
  const { place } = client;

  async function replayInParts(wanted: ReplayWanted, told: (connections: number) => void): Promise<Replayed> {
    const sums = createReplaySums();
    const request = replayRequest(wanted);
    let [connections, base]: [number, number | undefined] = [0, undefined];
    let cursor: string | undefined;
    do {
      const body = { ...request, ...(cursor !== undefined && { cursor }) };
      const call = { method: 'POST', path: 'v1/replay', body, changes: false } as const;
      const answer = await client.call(call, replayPart, [NO_LOG, 'no-policy', 'no-such-revision']);
      if (!answer.ok) throw replayError(answer.problem.code, wanted);
      sums.addPart(answer.body);
      connections += answer.body.connections;
      told(connections);
      base = answer.body.base ?? undefined;
      cursor = answer.body.next;
    } while (cursor !== undefined);
    return { report: sums.report(), base };
  }

  function replayError(code: string, { draft }: ReplayWanted): CommandError {
    if (code === 'no-policy') return nothingPublished(client);
    if (code === NO_LOG || draft === undefined || 'policy' in draft) return noLog(place);
    return noSuchRevision(draft.revision, place);
  }

  return {
    place,
    async decision(id) {
      const request = { method: 'GET', path: `v1/decisions/${id}`, changes: false } as const;
      const answer = await withProgress(surroundings, `Reading ${place}`, async () => {
        const whole = await client.call(request, recordedDecision, ['no-such-decision', NO_LOG, TOO_LARGE]);
        if (whole.ok || whole.problem.code !== TOO_LARGE) return whole;
        // Of very many rules only those that applied can be told.
        const query = { trace: 'applying' };
        return client.call({ ...request, query }, recordedDecision, ['no-such-decision', NO_LOG]);
      });
      if (answer.ok) return answer.body;
      if (answer.problem.code === NO_LOG) throw noLog(place);
      return undefined;
    },
    async *decisions({ page, sinceMs, untilMs, ...filter }) {
      const wanted = { ...filter, since: timeText(sinceMs), until: timeText(untilMs), limit: String(page) };
      let cursor: string | undefined;
      do {
        const request = { method: 'GET', path: 'v1/decisions', query: { ...wanted, cursor }, changes: false } as const;
        const answer = await withProgress(surroundings, `Reading ${place}`, () =>
          client.call(request, decisionsPage, [NO_LOG]),
        );
        if (!answer.ok) throw noLog(place);
        yield* answer.body.decisions;
        cursor = answer.body.next;
      } while (cursor !== undefined);
    },
    replay(wanted) {
      let replayed = 0;
      return withProgress(
        surroundings,
        () => `Replaying in ${place}: ${counted(replayed, 'decision')}`,
        () =>
          replayInParts(wanted, (connections) => {
            replayed = connections;
          }),
      );
    },
    close: () => {},
  };
}

const NO_LOG = 'no-decision-log';
const TOO_LARGE = 'answer-too-large';

function noLog(place: string): CommandError {
  return new CommandError(`${place} has no decisions table: this deployment keeps no decisions`);
}

function replayRequest({ sinceMs, untilMs, draft, ...filter }: ReplayWanted): object {
  return { ...filter, ...draft, since: timeText(sinceMs), until: timeText(untilMs) };
}

function timeText(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
