/** Connections whose names are kept as pseudonyms. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pseudonyms } from '../../shared/decision-log/index.ts';
import { BLOCK_BATCHI, type Rig, STAFF, startRig, TOKYO } from '../testing/rig.ts';

let rig: Rig;

beforeEach(async () => {
  rig = await startRig();
  await rig.publish({ endpoints: { [TOKYO]: { name: 'tokyo' } }, rules: [STAFF] });
});

afterEach(() => rig.stop());

describe('names that are kept as pseudonyms', () => {
  it('are judged by the names that EC2 tells, and kept as pseudonyms again', async () => {
    const key = 'k'.repeat(32);
    const hashed = await startRig({ PSEUDONYMIZE: 'true', PSEUDONYM_KEY: key });
    try {
      await hashed.publish({ rules: [STAFF] });
      const id = await hashed.connect({ user: 'batchi' });
      await hashed.connect({ user: 'tanaka' });
      await hashed.publish({ rules: [STAFF, BLOCK_BATCHI] });
      const { lines } = await hashed.ask({ task: 'pass' });
      expect(hashed.standing()).toEqual(['tanaka']);
      expect((await hashed.ask({ task: 'list', user: 'tanaka' })).answer.connections).toHaveLength(1);
      const record = await hashed.decisions.get(`ended:${id}`);
      expect(record?.event.username).toBe(pseudonyms(key).pseudonymOf('batchi'));
      expect(JSON.stringify(lines)).not.toMatch(/"batchi"/);
    } finally {
      await hashed.stop();
    }
  });

  it('judge nobody as if they had no name, or by another’s: whom EC2 does not name goes on', async () => {
    const hashed = await startRig({ PSEUDONYMIZE: 'true', PSEUDONYM_KEY: 'k'.repeat(32) });
    try {
      await hashed.publish({ rules: [{ ...STAFF, match: { users: ['tanaka', 'batchi'] } }] });
      await hashed.connect({ user: 'tanaka', told: { username: '', commonName: '' } });
      await hashed.connect({ user: 'batchi', told: { username: 'somebody-else' } });
      await hashed.publish({ rules: [BLOCK_BATCHI, { ...STAFF, match: { users: ['tanaka'] } }] });
      const { answer } = await hashed.ask({ task: 'pass' });
      expect(answer.endpoints[0]).toMatchObject({ active: 2, unknown: 2, refused: 0 });
    } finally {
      await hashed.stop();
    }
  });
});
