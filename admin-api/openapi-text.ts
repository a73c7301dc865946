/** The text of `docs/openapi.json`: the API as it describes itself. */
import type { PolicyStore } from '../shared/store/index.ts';
import { createAdminApi } from './app.ts';
import { openApiDocument } from './routes/openapi.ts';

export function openApiText(): string {
  const unused = () => Promise.reject(new Error('INVARIANT: describing the API reads nothing'));
  const store: PolicyStore = {
    head: unused,
    load: unused,
    revision: unused,
    revisions: unused,
    commit: unused,
    applied: unused,
    verify: unused,
  };
  const app = createAdminApi({
    store,
    access: () => new Set(),
    logger: { info: () => {}, error: () => {} },
    metrics: { settingErrors: () => {}, request: () => {} },
    now: () => 0,
  });
  return `${JSON.stringify(openApiDocument(app), null, 2)}\n`;
}
