/** A revision as answers show it. */
import type { Revision } from '../../shared/store/index.ts';
import type { RevisionView } from '../schemas/answers.ts';

export function revisionView({
  number,
  createdAt,
  author,
  reason,
  summary,
  confirmed,
  applied,
}: Revision): RevisionView {
  return {
    number,
    createdAt,
    author,
    reason,
    summary,
    confirmed: [...confirmed],
    ...(applied && { applied: [...applied] }),
  };
}
