/** The policy straight on its DynamoDB table: it serves when the API is down. */
import { sameData } from '../../../shared/policy/index.ts';
import {
  type CurrentPolicy,
  createDocumentClient,
  currentPolicy,
  DynamoDbPolicyStore,
  PolicyRefusedError,
  writePolicy,
} from '../../../shared/store/index.ts';
import { CommandError, EXIT } from '../exit-code.ts';
import { type PolicyAccess, type Replaced, type Replacement, tellRevision } from './policy-access.ts';
import { withProgress } from '../print/progress.ts';
import { placeOf, toCommandError } from './store-failure.ts';
import type { Surroundings } from '../surroundings.ts';
import type { TableAddress } from './access-options.ts';

/** dynalite takes any. */
const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

export function openPolicyTable(address: TableAddress, surroundings: Surroundings): PolicyAccess {
  const { tableName, region, endpoint, local } = address;
  const client = createDocumentClient({ region, endpoint, ...(local ? { credentials: LOCAL_CREDENTIALS } : {}) });
  const store = new DynamoDbPolicyStore({ client, tableName, now: surroundings.now });
  const reach = <T>(doing: string, work: () => Promise<T>): Promise<T> =>
    withProgress(surroundings, `${doing} ${placeOf(address)}`, work).catch((error: unknown) => {
      throw toCommandError(error, address);
    });
  return {
    place: placeOf(address),
    policy: (revision) =>
      reach('Reading', async () =>
        revision === undefined ? currentPolicy(store) : store.load(await store.revision(revision)),
      ),
    replace: (replacement) => reach('Writing to', () => replace(store, replacement, surroundings)),
    close: () => client.destroy(),
  };
}

async function replace(
  store: DynamoDbPolicyStore,
  { document, mayReplace, reason, confirm, dryRun }: Replacement,
  { user, now }: Surroundings,
): Promise<Replaced> {
  try {
    const written = await writePolicy(store, {
      change: (current) => {
        if (!mayReplace) refuseToReplace(current, document);
        return document;
      },
      author: { type: 'cli', id: user },
      reason,
      confirm,
      dryRun,
      now,
    });
    const unchanged = sameData(written.previous?.document, written.document);
    return { ...written, outcome: written.written ? 'written' : unchanged ? 'unchanged' : 'checked' };
  } catch (error) {
    if (error instanceof PolicyRefusedError) return { outcome: 'refused', refusal: error.refusal };
    throw error;
  }
}

function refuseToReplace(current: CurrentPolicy | undefined, document: Replacement['document']): void {
  if (current === undefined || sameData(current.document, document)) return;
  throw new CommandError(
    `there is a policy already: ${tellRevision(current.revision)}. --replace puts the file in its place, with all that others changed since; --replace --dry-run shows what that changes`,
    EXIT.checkFailed,
  );
}
