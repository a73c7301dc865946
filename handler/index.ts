/** The Lambda's entry: clients are built once and the policy is loaded while Lambda initializes the sandbox. */
import { startHandler } from './start-handler.ts';

const started = startHandler(process.env);
await started.loaded;

export const handler = started.handler;
