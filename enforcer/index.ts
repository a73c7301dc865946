/** The Lambda's entry: everything is built once, while Lambda initializes the sandbox. */
import { startEnforcer } from './start-enforcer.ts';

export const handler = startEnforcer(process.env);
