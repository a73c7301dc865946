/** The policy through the admin API: permissions, and who writes, are the API's to know. */
import type { z } from 'zod';
import type { Surroundings } from '../surroundings.ts';
import { withProgress } from '../terminal/progress.ts';
import { appliedFile, policy, revision, revisionsPage, verification } from './api-answers.ts';
import { createApiClient } from './api-client.ts';
import { writeThroughApi } from './api-write.ts';
import type { PolicyAccess, RevisionInfo } from './policy-access.ts';
import type { ApiAddress } from './policy-address.ts';
import { noSuchRevision } from './write-outcomes.ts';

const PAGE = '100';

export function openPolicyApi(address: ApiAddress, surroundings: Surroundings): PolicyAccess {
  const client = createApiClient(address, surroundings);
  const { place } = client;
  const reach = <T>(doing: string, work: () => Promise<T>): Promise<T> =>
    withProgress(surroundings, `${doing} ${place}`, work);

  const get = async <T>(
    path: string,
    shape: z.ZodType<T>,
    { query = {}, absent }: { query?: Readonly<Record<string, string | undefined>>; absent?: string } = {},
  ): Promise<T | undefined> => {
    const request = { method: 'GET', path, query, changes: false } as const;
    const answer = await client.call(request, shape, absent === undefined ? [] : [absent]);
    return answer.ok ? answer.body : undefined;
  };

  const head = async (): Promise<RevisionInfo | undefined> =>
    (await get('v1/revisions', revisionsPage, { query: { limit: '1' } }))?.revisions[0];

  const revisionAt = async (number: number): Promise<RevisionInfo> => {
    const found = await get(`v1/revisions/${number}`, revision, { absent: 'no-such-revision' });
    if (found === undefined) throw noSuchRevision(number, place);
    return found;
  };

  const policyAt = async (number: number | undefined) => {
    const found = number === undefined ? await head() : await revisionAt(number);
    if (found === undefined) return undefined;
    const document = await get('v1/policy', policy, { query: { revision: String(found.number) } });
    return document && { document, revision: found };
  };

  async function* revisions(): AsyncGenerator<RevisionInfo> {
    let cursor: string | undefined;
    do {
      const page = await reach('Reading the history of', () =>
        get('v1/revisions', revisionsPage, { query: { limit: PAGE, cursor } }),
      );
      yield* page?.revisions ?? [];
      cursor = page?.next;
    } while (cursor !== undefined);
  }

  return {
    place,
    policy: (number) => reach('Reading from', () => policyAt(number)),
    revisions,
    applied: (source) =>
      reach('Reading from', async () => {
        const found = await get('v1/applied', appliedFile, { query: { source }, absent: 'never-applied' });
        return found && { document: found.policy, revision: found.revision };
      }),
    write: (write) =>
      reach(write.dryRun ? 'Checking with' : 'Writing through', () =>
        writeThroughApi({ client, inForce: () => policyAt(undefined) }, write),
      ),
    verify: async () => {
      const found = await reach('Verifying through', () => get('v1/verify', verification));
      if (found === undefined) throw new Error('INVARIANT: no problem was expected');
      return found;
    },
    close: () => {},
  };
}
