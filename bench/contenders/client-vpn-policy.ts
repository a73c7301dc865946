/** This project's engine. */
import { type Connection, compile, decide } from '../../shared/engine/index.ts';
import { type PlainRule, toConnection, toDocument } from '../plain-policy.ts';
import type { Contender } from './contender.ts';

export async function clientVpnPolicy(rules: readonly PlainRule[], nowMs: number): Promise<Contender<Connection>> {
  const policy = compile(toDocument(rules));
  return {
    name: 'client-vpn-policy',
    prepare: toConnection,
    decide: (connection) => decide(policy, connection, nowMs).allow,
  };
}
