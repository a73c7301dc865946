/** The store's errors as problems. */
import { CommitOutcomeUnknownError, StoreError } from '../../shared/store/index.ts';
import { Problem } from './problem.ts';

/** Whatever was thrown, as a problem: what nobody foresaw is `internal`, and only the log says what it was. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (!(error instanceof StoreError)) {
    return new Problem('internal', 'The API failed; its log says why. Nothing else is known of it here.', {
      cause: error,
    });
  }
  const retryAfter = (seconds: number) => ({ headers: { 'retry-after': String(seconds) }, cause: error });
  if (error instanceof CommitOutcomeUnknownError) {
    return new Problem(
      'commit-outcome-unknown',
      `The change was sent and no answer came. Look at /v1/revisions/${error.revision}: if it is yours, it was made; if it is not there or another's, send it again.`,
      { ...retryAfter(5), members: { revision: error.revision } },
    );
  }
  switch (error.code) {
    case 'store-unreachable':
    case 'commit-outcome-unknown':
      return new Problem(
        'store-unreachable',
        'The policy store does not answer; nothing was changed. Try again.',
        retryAfter(5),
      );
    case 'write-contention':
      return new Problem(
        'write-contention',
        'Others were first again and again; nothing was changed. Try again.',
        retryAfter(1),
      );
    case 'revision-not-found':
      return new Problem('no-such-revision', `${error.message}.`, { cause: error });
    case 'policy-too-large':
      return new Problem('policy-too-large', `${error.message}.`, { cause: error });
    case 'store-refused':
      return new Problem('store-refused', 'The table is missing, or the API has no right to it; the log says more.', {
        cause: error,
      });
    case 'store-corrupt':
    case 'language-version-unknown':
      return new Problem(
        'store-corrupt',
        'The policy cannot be read as it was written: vpn-policy verify says where.',
        {
          cause: error,
        },
      );
  }
}
