/** Records of connections that were ended: whose event they hold, how names stand in them, and their bounds. */
import { describe, expect, it } from '@jest/globals';
import { itemSize } from '../store/item-size.ts';
import { decisionRecord } from './decision-record.ts';
import { decodeDecision } from './decode-decision.ts';
import { encodeDecision, encodeMentions } from './encode-decision.ts';
import { endedRecord } from './ended-record.ts';
import type { NameKeeping } from './names.ts';
import { pseudonyms } from './names.ts';
import { ADMISSION, EVENT, endedFacts, facts } from './testing/facts.ts';

const KEYED = pseudonyms('k'.repeat(32));
const LEFT_OUT: NameKeeping = { names: 'left-out' };
const admissionWith = (names: 'clear' | 'pseudonyms' | 'left-out', event: object = {}) =>
  decisionRecord(facts({ ...EVENT, ...event }, { outcome: 'admitted', decision: ADMISSION, names }));

describe('the record of an ended connection', () => {
  it('has the event that was let in, and says by which rule and since when', () => {
    const admission = admissionWith('clear');
    expect(endedRecord(endedFacts({ admission }))).toEqual({
      id: 'ended:cvpn-connection-0aa11bb22cc33dd44',
      decidedAt: '2026-11-24T11:00:00.123Z',
      names: 'clear',
      event: admission.event,
      outcome: 'ended',
      allow: false,
      effect: 'deny',
      decidedBy: 'rule',
      rules: ['block-leavers'],
      reported: [],
      postureStatuses: [],
      endpoint: 'frankfurt',
      revision: 43,
      ended: { by: 'policy', admittedAt: '2026-11-24T10:00:00.123Z' },
    });
  });

  it('has what EC2 tells where nothing else is on record', () => {
    const { connection } = endedFacts();
    const named = { ...connection, username: undefined, commonName: 'Laptop-7' };
    expect(endedRecord(endedFacts({ connection: named }))).toMatchObject({
      event: {
        'connection-id': EVENT['connection-id'],
        'endpoint-id': EVENT['endpoint-id'],
        'common-name': 'Laptop-7',
        'schema-version': 'v1',
      },
      ended: { by: 'policy', admittedAt: '2026-11-24T10:00:02.123Z' },
    });
    const unknown = endedRecord(endedFacts({ connection: { id: 'c', endpointId: 'e' } }));
    expect(unknown.event).toEqual({ 'connection-id': 'c', 'endpoint-id': 'e', 'schema-version': 'v1' });
    expect(unknown.ended).toEqual({ by: 'policy' });
  });

  it('names the operator and the reason, and no rule where none refuses it', () => {
    const asked = { author: { type: 'iam', id: 'AROA:alice' }, reason: 'HR-77' };
    const record = endedRecord(endedFacts({ by: 'operator', asked, refusal: undefined }));
    expect(record).toMatchObject({ rules: [], ended: { by: 'operator', author: 'iam:AROA:alice', reason: 'HR-77' } });
    expect(record).not.toHaveProperty('effect');
    expect(record).not.toHaveProperty('decidedBy');
    const byDefault = endedRecord(endedFacts({ refusal: { decidedBy: 'default', rules: ['default'] } }));
    expect(byDefault).toMatchObject({ effect: 'deny', decidedBy: 'default', rules: [] });
    const byLimit = endedRecord(endedFacts({ refusal: { decidedBy: 'limit', rules: ['two-each'] } }));
    expect(byLimit).toMatchObject({ decidedBy: 'limit', rules: ['two-each'] });
  });

  it.each<[string, ReturnType<typeof admissionWith> | undefined, NameKeeping, string, string | undefined]>([
    ['EC2’s', undefined, KEYED, 'pseudonyms', KEYED.pseudonymOf('batchi')],
    ['EC2’s', undefined, LEFT_OUT, 'left-out', undefined],
    ['those on record', admissionWith('clear'), KEYED, 'pseudonyms', KEYED.pseudonymOf('batchi')],
    ['those on record', admissionWith('clear'), LEFT_OUT, 'left-out', undefined],
    ['pseudonyms', admissionWith('pseudonyms', { username: 'p-x' }), KEYED, 'pseudonyms', 'p-x'],
    ['pseudonyms', admissionWith('pseudonyms', { username: 'p-x' }), { names: 'clear' }, 'pseudonyms', 'p-x'],
    ['pseudonyms', admissionWith('pseudonyms', { username: 'p-x' }), LEFT_OUT, 'left-out', undefined],
    ['left-out names', admissionWith('left-out', { username: null }), { names: 'clear' }, 'left-out', undefined],
    ['left-out names', admissionWith('left-out', { username: null }), KEYED, 'left-out', undefined],
  ])('keeps of %s no more than is kept now, nor more than was (%#)', (_, admission, names, kept, username) => {
    const record = endedRecord(endedFacts({ admission, names }));
    expect([record.names, record.event.username]).toEqual([kept, username]);
    expect(JSON.stringify(record).includes('Batchi')).toBe(false);
    expect(record.event['endpoint-id']).toBe(EVENT['endpoint-id']);
    expect(record.event.groups).toEqual(admission && EVENT.groups);
  });

  it('goes on telling how many groups there were', () => {
    const groups = Array.from({ length: 200 }, (_, n) => `${n}-${'g'.repeat(500)}`);
    const admission = decisionRecord(facts({ ...EVENT, groups }));
    for (const names of [{ names: 'clear' }, KEYED] as const) {
      const record = endedRecord(endedFacts({ admission, names }));
      expect(record.groupsCount).toBe(200);
      expect(record.event.groups).toEqual(admission.event.groups);
    }
  });

  it('is read as it was written, and never more than 64 KB', () => {
    const long = (text: string) => Object.fromEntries(Object.keys(EVENT).map((key) => [key, text.repeat(512)]));
    for (const text of ['\u20ac', 'x', '\ud800', '\u0000']) {
      const admission = decisionRecord(
        facts({ ...long(text), groups: Array.from({ length: 1_000 }, () => text.repeat(512)) }),
      );
      const rules = Array.from({ length: 20_000 }, (_, n) => `${n}-${'r'.repeat(55)}`);
      const whole = {
        refusal: { decidedBy: 'rule' as const, rules },
        asked: { author: { type: 'iam', id: text.repeat(2_000) }, reason: text.repeat(2_000) },
        endpoint: text.repeat(255),
      };
      const { connection } = endedFacts();
      const named = { ...connection, endpointId: text.repeat(255), username: text.repeat(512), commonName: text };
      for (const source of [{ admission }, { admission, names: KEYED }, { connection: named }]) {
        const record = endedRecord(endedFacts({ ...whole, ...source }));
        expect(record).toMatchObject({ rulesCount: 20_000 });
        for (const bounded of [record.ended?.reason, record.ended?.author]) {
          // One less where it would have been half a character.
          expect([511, 512]).toContain(bounded?.length);
        }
        const item = encodeDecision(record, 1);
        expect(decodeDecision(item)).toEqual(record);
        expect(JSON.stringify(item)).not.toMatch(/\\ud[89a-f]/);
        for (const one of [item, ...encodeMentions(record, 1)]) expect(itemSize(one)).toBeLessThan(65_536);
      }
    }
  });
});
