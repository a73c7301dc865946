/** Records: what they hold of an event, their bounds, and that they give the request back that was decided. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../canonical-json.ts';
import { readRequest } from '../client-vpn/index.ts';
import { itemSize } from '../store/item-size.ts';
import { decisionRecord } from './decision-record.ts';
import { encodeDecision, encodeMentions } from './encode-decision.ts';
import { recordedRequest } from './recorded-request.ts';
import { EVENT, facts, REFUSAL } from './testing/facts.ts';

const KEYS = Object.keys(EVENT);

describe('a record', () => {
  it('is found under the id of Lambda’s request where the connection’s can be none', () => {
    const event = (id: unknown) => ({ ...EVENT, 'connection-id': id });
    const own = 'request:8f5c9f2e-0000-4000-8000-000000000000';
    for (const id of [null, '', 7, 'a b', 'x'.repeat(65), 'request:1', '../x', 'a#b']) {
      expect(decisionRecord(facts(event(id))).id).toBe(own);
    }
    expect(decisionRecord(facts(event(null), { lambdaRequestId: 'a/b c' })).id).toBe('request:a_b_c');
    expect(decisionRecord(facts(event(null), { lambdaRequestId: '' })).id).toBe('request:_');
  });

  it('says how many rules and groups there were where it does not hold all', () => {
    const many = Array.from({ length: 300 }, (_, n) => `rule-${n}`);
    const groups = Array.from({ length: 200 }, (_, n) => `${n}-${'g'.repeat(500)}`);
    const record = decisionRecord(
      facts({ ...EVENT, groups }, { decision: { ...REFUSAL, rules: many, reported: many } }),
    );
    expect(record).toMatchObject({ rulesCount: 300, reportedCount: 300, groupsCount: 200 });
    expect([record.rules.length, record.reported.length]).toEqual([50, 50]);
    expect(record.event.groups).toEqual(groups.slice(0, 93));
    const small = decisionRecord(facts());
    for (const count of ['rulesCount', 'reportedCount', 'groupsCount']) expect(small).not.toHaveProperty(count);
  });

  it('is usually less than one kilobyte, and never more than 64', () => {
    expect(itemSize(encodeDecision(decisionRecord(facts()), 1))).toBeLessThan(1_024);
    const long = (text: string) => Object.fromEntries(KEYS.map((key) => [key, text.repeat(512)]));
    const names = Array.from({ length: 20_000 }, (_, n) => `${n}-${'r'.repeat(55)}`);
    for (const text of ['\u20ac', 'x', '\u0000']) {
      const event = { ...long(text), groups: Array.from({ length: 1_000 }, () => text.repeat(512)) };
      const decision = {
        ...REFUSAL,
        rules: names,
        reported: names,
        message: text.repeat(255),
        postureStatuses: Array.from({ length: 10 }, () => text.repeat(255)),
        endpoint: text.repeat(255),
      };
      const record = decisionRecord(facts(event, { decision }));
      for (const item of [encodeDecision(record, 1), ...encodeMentions(record, 1)]) {
        expect(itemSize(item)).toBeLessThan(65_536);
      }
    }
  });

  it('has keys that are never empty and at most 1 KB, whatever the event', () => {
    const value = fc.oneof(fc.anything(), fc.string({ unit: 'binary', maxLength: 600 }), fc.array(fc.string()));
    const keys = ['pk', 'sk', 'place', 'timeKey', 'userKey'];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...KEYS), value), (event) => {
        const record = decisionRecord(facts(event));
        for (const item of [encodeDecision(record, 1), ...encodeMentions(record, 1)]) {
          const found = keys.flatMap((key) => (key in item ? [Buffer.byteLength(String(item[key]))] : []));
          expect(Math.min(...found)).toBeGreaterThan(0);
          expect(Math.max(...found)).toBeLessThanOrEqual(1_024);
          expect(textsIn(item).filter((text) => /\p{Surrogate}/u.test(text))).toEqual([]);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('recordedRequest', () => {
  it('gives back the request that was decided, with what was malformed as malformed', () => {
    const value = fc.oneof(
      fc.string({ maxLength: 600 }),
      fc.constantFrom(null, undefined, 7, {}, ['a'], '203.0.113.9', 'x'.repeat(513)),
      fc.array(fc.oneof(fc.string(), fc.constant(null))),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...KEYS), value), (event) => {
        const { request, withheld } = recordedRequest(decisionRecord(facts(event)));
        expect(withheld).toEqual([]);
        expect(shape(request)).toEqual(shape(readRequest(event)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes no pseudonym for a name, and tells what is withheld', () => {
    const record = decisionRecord(facts(EVENT, { names: 'pseudonyms' }));
    const { request, withheld } = recordedRequest(record);
    expect([request.username, withheld]).toEqual([undefined, ['username']]);
    const leftOut = recordedRequest({ ...record, names: 'left-out', groupsCount: 3 });
    expect(leftOut.withheld).toEqual(['username', 'commonName', 'groups']);
    const malformed = recordedRequest(decisionRecord(facts({ username: 7 }, { names: 'pseudonyms' })));
    expect(malformed).toMatchObject({ request: { username: { malformed: expect.anything() } }, withheld: [] });
  });
});

/** A request in which all malformed values are alike. */
function shape(request: object): object {
  return Object.fromEntries(
    Object.entries(request).map(([key, value]) => [
      key,
      typeof value === 'object' && value !== null && 'malformed' in value ? 'malformed' : value,
    ]),
  );
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value as JsonObject).flatMap(textsIn) : [];
}
