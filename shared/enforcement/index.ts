/** How the enforcer is asked: what goes there, what comes back. */
export * from './answer-schemas.ts';
export * from './enforcer.ts';
export * from './lambda-enforcer.ts';
export type * from './protocol.ts';
export * from './unfinished.ts';
