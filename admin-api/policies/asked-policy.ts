/** The policy that a request asks about: the one in force, a revision, either with changes, or a draft. */
import type { PolicyDocument } from '../../shared/engine/index.ts';
import { validatePolicy } from '../../shared/policy/index.ts';
import { Problem } from '../http/problem.ts';
import { type BodyPlace, inBody, inDocument } from './document-places.ts';
import { operationWrite } from './operation-write.ts';
import type { PolicyReader } from './policy-reader.ts';

export interface AskedPolicy {
  readonly document: PolicyDocument;
  /** Null for a draft. */
  readonly revision: number | null;
}

/** Of the body: `policy` stands alone, `changes` come on top of the revision. */
export interface WhomToAsk {
  readonly revision?: number | undefined;
  readonly policy?: unknown;
  readonly changes?: unknown;
}

/** @throws Problem invalid, no-policy, no-such-revision */
export async function askedPolicy(
  reader: Pick<PolicyReader, 'newest' | 'at'>,
  { revision, policy, changes }: WhomToAsk,
): Promise<AskedPolicy> {
  if (policy !== undefined) {
    if (revision !== undefined || changes !== undefined) {
      const message = 'a draft is asked as it is; accepted: policy without revision and changes';
      throw new Problem('invalid', `policy: ${message}`, {
        errors: [{ code: 'contradiction', message, ...inBody(['policy']) }],
      });
    }
    return { document: valid(policy, (path) => ['policy', ...path]), revision: null };
  }
  const loaded = revision === undefined ? await reader.newest() : await reader.at(revision);
  if (changes === undefined) return { document: loaded.document, revision: loaded.revision.number };
  const { change, place } = operationWrite(
    changes,
    (index, path) => (index === undefined ? ['changes'] : ['changes', index, ...path]),
    () => {},
  );
  return { document: valid(change(loaded), place), revision: loaded.revision.number };
}

function valid(document: unknown, place: BodyPlace): PolicyDocument {
  const validated = validatePolicy(document);
  if (validated.ok) return validated.document;
  const errors = validated.issues.map(({ code, message, path }) => {
    const at = place(path, 'policy');
    return { code, message, ...(at && inBody(at)), ...inDocument(path) };
  });
  const [first] = errors;
  throw new Problem('invalid', `${first?.documentPath || 'The policy'}: ${first?.message}`, { errors });
}
