/** The path, taken only as it is written plainly: two spellings of one resource would be two ways past a check. */
import { Problem } from './problem.ts';

/** Unreserved characters (RFC 3986, section 2.3), and the colon in the id of a decision: no id needs another. */
const PLAIN_PATH = /^(?:\/[A-Za-z0-9._~:-]*)+$/;

/**
 * Checks a path as it came. API Gateway's HTTP APIs hand it over decoded, so what was sent as `%3F` or `%23` stands in
 * it as `?` or `#` and would be read as the beginning of a query.
 * @throws Problem bad-path
 */
export function checkPath(path: string): void {
  if (path.includes('%')) {
    throw new Problem('bad-path', 'The path has a percent-encoded character; no path of this API needs one.');
  }
  if (!PLAIN_PATH.test(path)) {
    throw new Problem(
      'bad-path',
      'The path has a character other than letters, digits, "-", ".", "_", "~", ":" and "/".',
    );
  }
  if (path.includes('//')) throw new Problem('bad-path', 'The path has an empty segment ("//").');
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) {
    throw new Problem('bad-path', 'The path has a dot segment ("." or "..").');
  }
}
