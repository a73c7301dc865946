/** The query string, read strictly: every key once, every value decodable. */
import { Problem } from './problem.ts';

/**
 * Checks a query string (without its `?`). Which keys a route knows is its schema's part.
 * @throws Problem bad-query for a repeated or empty key, or for what is not percent-encoded UTF-8
 */
export function checkQuery(query: string): void {
  if (query === '') return;
  const seen = new Set<string>();
  for (const pair of query.split('&')) {
    const [key, value] = splitPair(pair);
    if (key === '') throw new Problem('bad-query', 'The query has a pair without a key.');
    if (seen.has(key)) {
      throw new Problem('bad-query', `The query has ${JSON.stringify(key.slice(0, 64))} more than once.`);
    }
    seen.add(key);
    if (value.includes('\0')) throw new Problem('bad-query', 'The query has a NUL character.');
  }
}

function splitPair(pair: string): [key: string, value: string] {
  const equals = pair.indexOf('=');
  const [key, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
  return [decode(key), decode(value)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new Problem('bad-query', 'The query has a "%" that does not begin the code of a UTF-8 character.');
  }
}
