/** A record's event as a request again: to decide it once more. */
import { type ConnectRequest, readRequest } from '../client-vpn/index.ts';
import { isMalformed } from '../engine/index.ts';
import type { DecisionRecord } from './record.ts';

export interface RecordedRequest {
  /** What was kept; a pseudonym is no name, so that what one stands for is absent. */
  readonly request: ConnectRequest;
  /** Attributes that were there and are not (for groups: not all of them) in `request`. */
  readonly withheld: readonly ('username' | 'commonName' | 'groups')[];
}

/** Of names that were left out it is not known whether there were any: both are told as withheld then. */
export function recordedRequest(record: Pick<DecisionRecord, 'event' | 'names' | 'groupsCount'>): RecordedRequest {
  const request = readRequest(record.event);
  const ofGroups = record.groupsCount === undefined ? [] : (['groups'] as const);
  if (record.names === 'clear') return { request, withheld: ofGroups };
  const names = (['username', 'commonName'] as const).filter((name) => !isMalformed(request[name]));
  const withheld = names.filter((name) => record.names === 'left-out' || request[name] !== undefined);
  const without = Object.fromEntries(names.map((name) => [name, undefined]));
  return { request: { ...request, ...without }, withheld: [...withheld, ...ofGroups] };
}
