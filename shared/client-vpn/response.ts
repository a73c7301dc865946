/** What Client VPN takes for an answer: always of the form that AWS documents, whatever is put in. */
import { cut } from '../engine/index.ts';
import type { SchemaVersion } from './request.ts';

/** The longest message and the longest posture status that the service takes, in UTF-16 units. */
export const MAX_TEXT_LENGTH = 255;
export const MAX_POSTURE_STATUSES = 10;

/** AWS's response schema ("Connection authorization", Client VPN administrator guide): all four keys are required. */
export interface ConnectResponseV1 {
  readonly allow: boolean;
  readonly 'error-msg-on-failed-posture-compliance': string;
  readonly 'posture-compliance-statuses': readonly string[];
  readonly 'schema-version': 'v1';
}

/** Since v2 the message has another key. */
export interface ConnectResponseV2 {
  readonly allow: boolean;
  readonly 'error-msg-on-denied-connection': string;
  readonly 'posture-compliance-statuses': readonly string[];
  readonly 'schema-version': 'v2' | 'v3';
}

export type ConnectResponseV3 = ConnectResponseV2;

export type ConnectResponse = ConnectResponseV1 | ConnectResponseV2;

export interface Answer {
  readonly schemaVersion: SchemaVersion;
  readonly allow: boolean;
  /** What the refused user reads; cut to 255 UTF-16 units. An admission sends an empty one. */
  readonly message?: string | undefined;
  /** At most ten are sent, each cut to 255 UTF-16 units. */
  readonly postureStatuses?: readonly string[] | undefined;
}

/**
 * The answer in the request's schema version. Never throws and never leaves the service's format: only `true` admits,
 * texts are cut between characters, surplus and empty statuses are left out, what is no text is passed over.
 */
export function connectResponse(answer: Answer): ConnectResponse {
  const allow = answer.allow === true;
  const message = allow ? '' : sendable(answer.message) || 'Refused.';
  const statuses = sendableStatuses(answer.postureStatuses);
  if (answer.schemaVersion === 'v2' || answer.schemaVersion === 'v3') {
    return {
      allow,
      'error-msg-on-denied-connection': message,
      'posture-compliance-statuses': statuses,
      'schema-version': answer.schemaVersion,
    };
  }
  return {
    allow,
    'error-msg-on-failed-posture-compliance': message,
    'posture-compliance-statuses': statuses,
    'schema-version': 'v1',
  };
}

/** The message in an answer of any version. */
export function messageOf(response: ConnectResponse): string {
  return response['schema-version'] === 'v1'
    ? response['error-msg-on-failed-posture-compliance']
    : response['error-msg-on-denied-connection'];
}

function sendableStatuses(statuses: unknown): string[] {
  if (!Array.isArray(statuses)) return [];
  return statuses
    .map(sendable)
    .filter((status) => status !== '')
    .slice(0, MAX_POSTURE_STATUSES);
}

/** At most 255 UTF-16 units, and no half of a surrogate pair: JSON would carry it, not every reader takes it. */
function sendable(text: unknown): string {
  return typeof text === 'string' ? cut(text, MAX_TEXT_LENGTH).toWellFormed() : '';
}
