/** The Lambda's entry: everything is built once, while Lambda initializes the sandbox. */
import { startAdminApi } from './start-admin-api.ts';

export const handler = startAdminApi(process.env);
