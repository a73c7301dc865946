import { describe, expect, it } from '@jest/globals';
import type { DecisionRecord } from '../../shared/decision-log/index.ts';
import { createKnownConnections } from './known-connections.ts';

const ENDPOINT = 'cvpn-endpoint-0a1b2c3d4e5f67890';

function record(id: string): DecisionRecord {
  return {
    id,
    decidedAt: '2026-11-24T13:00:00.000Z',
    event: { 'connection-id': id, 'endpoint-id': ENDPOINT, username: 'batchi', 'schema-version': 'v3' },
    names: 'clear',
    outcome: 'admitted',
    allow: true,
    effect: 'allow',
    decidedBy: 'rule',
    rules: ['staff'],
    reported: [],
    postureStatuses: [],
  };
}

describe('createKnownConnections', () => {
  it('reads each record once, asks again for what was not there, and keeps only what stands', async () => {
    const there = new Set(['one', 'two']);
    const asked: (readonly string[])[] = [];
    const known = createKnownConnections(
      {
        getMany: async (ids) => {
          asked.push(ids);
          return new Map(ids.filter((id) => there.has(id)).map((id) => [id, record(id)]));
        },
      },
      { names: 'clear' },
    );
    const read = async (...ids: string[]) => {
      const active = ids.map((id) => ({ id, endpoint: ENDPOINT }));
      return [...(await known.of(active, AbortSignal.timeout(10_000))).keys()];
    };
    expect(await read('one', 'two', 'late')).toEqual(['one', 'two']);
    there.add('late');
    expect(await read('one', 'late')).toEqual(['one', 'late']);
    expect(await read('one', 'two', 'late')).toEqual(['one', 'two', 'late']);
    expect(asked).toEqual([['one', 'two', 'late'], ['late'], ['two']]);
  });
});
