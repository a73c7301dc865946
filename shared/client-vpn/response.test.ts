/** Answers: the form of each version, and wrong input that comes out valid. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SCHEMA_VERSIONS } from './request.ts';
import { type Answer, connectResponse, messageOf } from './response.ts';
import { expectValidResponse } from './testing/expect-valid-response.ts';

describe('connectResponse', () => {
  it.each([
    ['v1', 'error-msg-on-failed-posture-compliance'],
    ['v2', 'error-msg-on-denied-connection'],
    ['v3', 'error-msg-on-denied-connection'],
  ] as const)('refuses in %s with the message as %s', (schemaVersion, key) => {
    const response = connectResponse({ schemaVersion, allow: false, message: 'No.', postureStatuses: ['compliant'] });
    expectValidResponse(response, schemaVersion);
    expect(response).toStrictEqual({
      allow: false,
      [key]: 'No.',
      'posture-compliance-statuses': ['compliant'],
      'schema-version': schemaVersion,
    });
    expect(messageOf(response)).toBe('No.');
  });

  it.each(SCHEMA_VERSIONS)('admits in %s with an empty message, whatever message is put in', (schemaVersion) => {
    const response = connectResponse({ schemaVersion, allow: true, message: 'No.' });
    expectValidResponse(response, schemaVersion);
    expect(response.allow).toBe(true);
    expect(messageOf(response)).toBe('');
    expect(response['posture-compliance-statuses']).toEqual([]);
  });

  it.each([
    ['255 units stay', 'x'.repeat(255), 'x'.repeat(255)],
    ['256 units are cut', 'x'.repeat(256), 'x'.repeat(255)],
    ['a character that would be split goes', `${'x'.repeat(254)}😀`, 'x'.repeat(254)],
    ['a character that just fits stays', `${'x'.repeat(253)}😀!`, `${'x'.repeat(253)}😀`],
    ['half a character is replaced', 'a\ud83db', 'a\ufffdb'],
    ['half a character at the cut is replaced or goes', `${'x'.repeat(254)}\ude00\ude00`, `${'x'.repeat(254)}\ufffd`],
    ['a refusal without a message says so', undefined, 'Refused.'],
    ['a refusal with an empty message says so', '', 'Refused.'],
  ])('%s', (_, message, sent) => {
    const response = connectResponse({ schemaVersion: 'v3', allow: false, message });
    expectValidResponse(response, 'v3');
    expect(messageOf(response)).toBe(sent);
  });

  it('sends the first ten posture statuses, each cut to 255 units', () => {
    const postureStatuses = ['', 'y'.repeat(300), ...Array.from({ length: 12 }, (_, n) => `status-${n}`)];
    const response = connectResponse({ schemaVersion: 'v1', allow: true, postureStatuses });
    expectValidResponse(response, 'v1');
    expect(response['posture-compliance-statuses']).toEqual([
      'y'.repeat(255),
      ...Array.from({ length: 9 }, (_, n) => `status-${n}`),
    ]);
  });

  it('answers in the service’s form whatever is put in', () => {
    fc.assert(
      fc.property(
        fc.record({
          schemaVersion: fc.constantFrom(...SCHEMA_VERSIONS),
          allow: fc.anything(),
          message: fc.oneof(fc.anything(), fc.string({ unit: 'binary', maxLength: 600 })),
          postureStatuses: fc.oneof(fc.anything(), fc.array(fc.string({ unit: 'binary', maxLength: 400 }))),
        }),
        (input) => {
          // Wrong types on purpose: a caller in plain JavaScript could do the same.
          const response = connectResponse(input as Answer);
          expectValidResponse(response, input.schemaVersion);
          expect(response.allow).toBe(input.allow === true);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
