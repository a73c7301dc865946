/** Policies for tests of the store. */
import type { PolicyDocument, Rule } from '../../engine/index.ts';

export const AUTHOR = { type: 'local', id: 'test' };

/** A policy that refuses, each by a rule of its own, the users of these names. */
export function policyThatBlocks(...users: readonly string[]): PolicyDocument {
  return { version: 1, defaultEffect: 'allow', rules: users.map(blockRule) };
}

/** The users whom `policyThatBlocks` refuses. */
export function blockedUsers(document: PolicyDocument | undefined): string[] {
  return (document?.rules ?? []).map(({ id }) => id.replace(/^block-/, ''));
}

export function blockRule(user: string): Rule {
  return { id: `block-${user}`, effect: 'deny', match: { users: [user] }, message: `${user} is not permitted.` };
}

/** Rules and one set of addresses, each different. */
export function bigPolicy(rules: number, entries: number): PolicyDocument {
  const addresses = Array.from({ length: entries }, (_, i) => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`);
  return {
    ...policyThatBlocks(...Array.from({ length: rules }, (_, i) => `user-${i}`)),
    sets: { offices: { kind: 'ip', description: 'All offices', entries: addresses } },
  };
}
