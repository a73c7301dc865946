/** The policy straight on its DynamoDB table: it serves when the API is down. */
import {
  createDocumentClient,
  DynamoDbPolicyStore,
  type LoadedPolicy,
  type Revision,
} from '../../../shared/store/index.ts';
import type { Surroundings } from '../surroundings.ts';
import { withProgress } from '../terminal/progress.ts';
import { tableAuthor } from './caller-identity.ts';
import { type PolicyAccess, type RevisionInfo, revisionData } from './policy-access.ts';
import type { TableAddress } from './policy-address.ts';
import { placeOf, toCommandError } from './store-failure.ts';
import { writeToStore } from './table-write.ts';

/** dynalite takes any credentials. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
const PAGE = 100;

export interface TableAccessOptions {
  /** Writes name the user of this machine, whom nobody has verified, in the place of AWS's caller. */
  readonly unverifiedAuthor: boolean;
}

export function openPolicyTable(
  address: TableAddress,
  { unverifiedAuthor }: TableAccessOptions,
  surroundings: Surroundings,
): PolicyAccess {
  const { tableName, region, endpoint, local } = address;
  const client = createDocumentClient({ region, endpoint, ...(local ? { credentials: LOCAL_CREDENTIALS } : {}) });
  const store = new DynamoDbPolicyStore({ client, tableName, now: surroundings.now });
  const place = placeOf(address);
  const reach = <T>(doing: string, work: () => Promise<T>): Promise<T> =>
    withProgress(surroundings, `${doing} ${place}`, work).catch((error: unknown) => {
      throw toCommandError(error, address);
    });

  // Whoever goes through the history reads of each revision only what is not in the one before.
  let last: LoadedPolicy | undefined;
  const load = async (revision: Revision): Promise<LoadedPolicy> => {
    last = await store.load(revision, { known: last?.fragments });
    return last;
  };

  async function* revisions(): AsyncGenerator<RevisionInfo> {
    let before: number | undefined;
    do {
      const page = await reach('Reading the history of', () => store.revisions({ before, limit: PAGE }));
      for (const revision of page.revisions) yield revisionData(revision);
      before = page.next;
    } while (before !== undefined);
  }

  return {
    place,
    policy: (number) =>
      reach('Reading', async () => {
        const revision = number === undefined ? await store.head() : await store.revision(number);
        if (revision === undefined) return undefined;
        const { document } = await load(revision);
        return { document, revision: revisionData(revision) };
      }),
    revisions,
    applied: (source) =>
      reach('Reading', async () => {
        const found = await store.applied(source);
        return found && { document: found.document, revision: revisionData(found.revision) };
      }),
    write: (write) =>
      reach(write.dryRun ? 'Checking with' : 'Writing to', async () => {
        // A dry run records nobody.
        const unverified = unverifiedAuthor || write.dryRun;
        const author = await tableAuthor(address, unverified, surroundings);
        return writeToStore({ store, author, now: surroundings.now }, write);
      }),
    verify: () => reach('Verifying', () => store.verify()),
    close: () => client.destroy(),
  };
}
