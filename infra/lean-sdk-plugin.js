/**
 * A plugin of esbuild: what every client of the AWS SDK brings along and these functions have no use for is small, or left out.
 *
 * - A client keeps endpoints that it discovers in a cache, from a library of data structures; DynamoDB's discovers none unless it is told to. A map
 *   that forgets what was used longest ago does the same.
 * - A client tells its version in requests, and asks the whole of its package.json for it.
 */
import { readFile } from 'node:fs/promises';

const CACHE = 'lean-lru-cache';

export default {
  name: 'lean-sdk',
  setup(build) {
    build.onResolve({ filter: /^mnemonist\/lru-cache$/ }, ({ path, importer }) =>
      /[\\/]endpoint-cache[\\/]/.test(importer) ? { path, namespace: CACHE } : undefined,
    );
    build.onLoad({ filter: /./, namespace: CACHE }, () => ({
      contents: `
        export default class LRUCache {
          #values = new Map();
          #capacity;
          constructor(capacity) { this.#capacity = capacity; }
          has(key) { return this.#values.has(key); }
          peek(key) { return this.#values.get(key); }
          get(key) {
            const value = this.#values.get(key);
            if (this.#values.delete(key)) this.#values.set(key, value);
            return value;
          }
          set(key, value) {
            this.#values.delete(key);
            this.#values.set(key, value);
            if (this.#values.size > this.#capacity) this.#values.delete(this.#values.keys().next().value);
          }
          clear() { this.#values.clear(); }
        }`,
    }));
    build.onLoad({ filter: /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};
