/** The policies of all revisions, and what the reference evaluator says of connections by them. */
import { readRequest } from '../../../shared/client-vpn/index.ts';
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import { referenceDecide } from '../../../shared/engine/reference/reference-evaluator.ts';
import type { DynamoDbPolicyStore } from '../../../shared/store/index.ts';
import type { Surroundings } from './judge-answers.ts';

/** By the numbers of the revisions. */
export async function allDocuments(store: DynamoDbPolicyStore): Promise<ReadonlyMap<number, PolicyDocument>> {
  const documents = new Map<number, PolicyDocument>();
  let before: number | undefined;
  do {
    const page = await store.revisions({ before, limit: 100 });
    for (const revision of page.revisions) documents.set(revision.number, (await store.load(revision)).document);
    before = page.next;
  } while (before !== undefined);
  return documents;
}

/** No writer takes up what damage says: no change that is made here opens the VPN for everybody. */
export function documentFaults(documents: ReadonlyMap<number, PolicyDocument>): string[] {
  return [...documents].flatMap(([number, { defaultEffect }]) =>
    defaultEffect === 'deny' ? [] : [`revision ${number} was made of a damaged policy`],
  );
}

/** What the reference evaluator says. The policies know no times, so that a connection's user and address say it all. */
export function rememberingDecisions(documents: ReadonlyMap<number, PolicyDocument>): Surroundings['decide'] {
  const known = new Map<string, { readonly allow: boolean; readonly message: string }>();
  return (revision, event, atMs) => {
    const document = documents.get(revision);
    if (document === undefined) return undefined;
    const key = `${revision} ${event.username} ${event['public-ip']}`;
    let decision = known.get(key);
    if (decision === undefined) {
      const anyConnection = { ...event, 'connection-id': ID };
      const { allow, message = '' } = referenceDecide(document, readRequest(anyConnection), atMs);
      decision = { allow, message };
      known.set(key, decision);
    }
    const { allow, message } = decision;
    return { allow, message: message.replaceAll(ID, String(event['connection-id'])) };
  };
}

/** In the place of a connection's id. */
const ID = 'cvpn-connection-of-anybody';
