/** The one assertion of the service's format that every test of an answer uses. */
import { expect } from '@jest/globals';
import type { SchemaVersion } from '../request.ts';
import type { ConnectResponse } from '../response.ts';

/** The message's key in each version; written out here, so that a mistake in the code cannot repeat itself in its test. */
const MESSAGE_KEY = {
  v1: 'error-msg-on-failed-posture-compliance',
  v2: 'error-msg-on-denied-connection',
  v3: 'error-msg-on-denied-connection',
} as const;

/**
 * Fails unless `response` is what Client VPN takes in that schema version, before and after JSON: exactly the version's
 * keys, a real boolean, a message of at most 255 characters, at most 10 posture statuses of at most 255 each.
 * A refusal says something, an admission sends an empty message.
 */
export function expectValidResponse(response: unknown, version: SchemaVersion): asserts response is ConnectResponse {
  const parsed: unknown = JSON.parse(JSON.stringify(response));
  expect(parsed).toStrictEqual(response);
  if (typeof parsed !== 'object' || parsed === null) throw new Error(`not an object: ${JSON.stringify(response)}`);
  const fields: Record<string, unknown> = { ...parsed };
  const messageKey = MESSAGE_KEY[version];
  expect(Object.keys(fields).sort()).toEqual(
    ['allow', messageKey, 'posture-compliance-statuses', 'schema-version'].sort(),
  );
  expect(fields['schema-version']).toBe(version);
  expect(typeof fields.allow).toBe('boolean');
  expectText(fields[messageKey]);
  expect(fields[messageKey] === '').toBe(fields.allow);
  const statuses = fields['posture-compliance-statuses'];
  if (!Array.isArray(statuses)) throw new Error(`posture-compliance-statuses is no list: ${JSON.stringify(statuses)}`);
  expect(statuses.length).toBeLessThanOrEqual(10);
  for (const status of statuses) {
    expectText(status);
    expect(status).not.toBe('');
  }
}

function expectText(text: unknown): void {
  if (typeof text !== 'string') throw new Error(`no text: ${JSON.stringify(text)}`);
  expect(text.length).toBeLessThanOrEqual(255);
  expect(text).not.toMatch(/\p{Surrogate}/u);
}
