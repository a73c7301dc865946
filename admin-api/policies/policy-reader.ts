/** Reads policies: the head always anew, what does not change from a few that were loaded before. */
import { type CompiledPolicy, compile, type PolicyDocument, PolicyValueError } from '../../shared/engine/index.ts';
import {
  type LoadedPolicy,
  type PolicyStore,
  type Revision,
  RevisionNotFoundError,
  StoreCorruptError,
} from '../../shared/store/index.ts';
import { Problem } from '../http/problem.ts';

export interface PolicyReader {
  /** The policy in force. @throws Problem no-policy */
  newest(): Promise<LoadedPolicy>;
  /** A revision's policy. @throws Problem no-such-revision */
  at(number: number): Promise<LoadedPolicy>;
  /**
   * The policy before a revision; undefined where that is the first. Numbers may have gaps: where something that is no
   * revision stood under one, a write has passed it over.
   */
  before(number: number): Promise<LoadedPolicy | undefined>;
  /** @throws Problem no-such-revision */
  revision(number: number): Promise<Revision>;
  /** @throws StoreCorruptError for what was stored and is no policy, or none of this program's language */
  compiled(document: PolicyDocument): CompiledPolicy;
}

/** A policy of 250,000 entries takes some 50 MB; the function has a few hundred. */
const KEPT = 3;

export function createPolicyReader(store: PolicyStore): PolicyReader {
  // A `writeId` names a state for ever. The last used is last.
  const loaded = new Map<string, LoadedPolicy>();
  const compiled = new WeakMap<PolicyDocument, CompiledPolicy>();

  const load = async (revision: Revision): Promise<LoadedPolicy> => {
    const known = loaded.get(revision.writeId);
    const policy = known ?? (await store.load(revision, { known: [...loaded.values()].at(-1)?.fragments }));
    loaded.delete(revision.writeId);
    loaded.set(revision.writeId, policy);
    const [oldest] = loaded.keys();
    if (loaded.size > KEPT && oldest !== undefined) loaded.delete(oldest);
    return policy;
  };
  const find = async (number: number): Promise<Revision> => {
    try {
      return await store.revision(number);
    } catch (error) {
      if (!(error instanceof RevisionNotFoundError)) throw error;
      throw new Problem('no-such-revision', `There is no revision ${number}.`);
    }
  };

  return {
    newest: async () => {
      const head = await store.head();
      if (head === undefined) throw noPolicy();
      return load(head);
    },
    at: async (number) => load(await find(number)),
    before: async (number) => {
      const [previous] = (await store.revisions({ before: number, limit: 1 })).revisions;
      return previous && load(previous);
    },
    revision: find,
    compiled: (document) => {
      const known = compiled.get(document) ?? compileStored(document);
      compiled.set(document, known);
      return known;
    },
  };
}

function compileStored(document: PolicyDocument): CompiledPolicy {
  try {
    return compile(document);
  } catch (error) {
    if (!(error instanceof PolicyValueError)) throw error;
    throw new StoreCorruptError(`The policy cannot be compiled: ${error.path.join('.')}: ${error.message}`, {
      cause: error,
    });
  }
}

export function noPolicy(): Problem {
  return new Problem('no-policy', 'Publish one first: PUT /v1/policy with If-None-Match: *.');
}
