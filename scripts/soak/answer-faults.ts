/** What an answer has that Client VPN would not take, written from AWS's documentation and not from the code that answers. */
import type { SchemaVersion } from '../../shared/client-vpn/index.ts';

const MESSAGE_KEYS = {
  v1: 'error-msg-on-failed-posture-compliance',
  v2: 'error-msg-on-denied-connection',
  v3: 'error-msg-on-denied-connection',
} as const;

/** @param payload the answer as it came, which is to be JSON. None is how it should be. */
export function payloadFaults(payload: string, version: SchemaVersion): readonly string[] {
  try {
    return answerFaults(JSON.parse(payload), version);
  } catch {
    return ['it is not JSON'];
  }
}

/** @param answer what was read from JSON */
export function answerFaults(answer: unknown, version: SchemaVersion): readonly string[] {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return ['it is not an object'];
  const fields = new Map<string, unknown>(Object.entries(answer));
  const messageKey = MESSAGE_KEYS[version];
  const [allow, message, statuses] = ['allow', messageKey, 'posture-compliance-statuses'].map((key) => fields.get(key));
  const faults: string[] = [];
  const wanted = ['allow', messageKey, 'posture-compliance-statuses', 'schema-version'].sort();
  if (String([...fields.keys()].sort()) !== String(wanted))
    faults.push(`its keys are ${[...fields.keys()].join(', ')}`);
  if (typeof allow !== 'boolean') faults.push('allow is no boolean');
  if (fields.get('schema-version') !== version) faults.push(`it is not in ${version}`);
  if (!isSendable(message)) faults.push('its message is no text of at most 255 characters');
  else if ((message === '') !== (allow === true)) faults.push('a refusal says nothing, or an admission something');
  if (
    !Array.isArray(statuses) ||
    statuses.length > 10 ||
    !statuses.every((status) => isSendable(status) && status !== '')
  )
    faults.push('its posture statuses are not at most ten texts of at most 255 characters');
  return faults;
}

function isSendable(text: unknown): text is string {
  return typeof text === 'string' && text.length <= 255 && !/\p{Surrogate}/u.test(text);
}
