/** Schemas of what the API answers about active connections. */
import { z } from 'zod';
import { connectionListShape } from '../../shared/enforcement/index.ts';
import { next } from './answers.ts';

export const connectionsPage = z
  .strictObject({
    ...connectionListShape,
    total: z.int().min(0).describe('How many there are now, on all pages.'),
    next,
  })
  .meta({
    id: 'ConnectionsPage',
    description: 'Active connections, the longest standing first.',
    examples: [
      {
        at: '2026-11-24T01:00:00.000Z',
        revision: 42,
        mode: 'observe',
        connections: [
          {
            id: 'cvpn-connection-04edd76f5201e0cb8',
            endpoint: 'cvpn-endpoint-0a1b2c3d4e5f67890',
            endpointName: 'frankfurt',
            username: 'batchi',
            clientIp: '10.8.0.34',
            since: '2026-11-23T23:12:45.000Z',
            publicIp: '203.0.113.9',
            platform: 'win',
            admitted: { at: '2026-11-23T23:12:44.120Z', revision: 41, rules: ['offices'] },
            standing: { verdict: 'refused', rules: ['block-batchi'] },
          },
        ],
        total: 1,
      },
    ],
  });
