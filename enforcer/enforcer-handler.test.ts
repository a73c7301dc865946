/** What the enforcer is asked and set up wrongly. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { logLines } from '../shared/testing/printed-lines.ts';
import { BLOCK_BATCHI, OPERATOR, type Rig, STAFF, startRig, TOKYO } from './testing/rig.ts';

let rig: Rig;

beforeEach(async () => {
  rig = await startRig();
  await rig.publish({ endpoints: { [TOKYO]: { name: 'tokyo' } }, rules: [STAFF] });
});

afterEach(() => rig.stop());

describe('what it does not understand', () => {
  it.each<[unknown, string]>([
    [undefined, ''],
    [null, ''],
    ['pass', ''],
    [{}, 'task'],
    [{ task: 'end-all' }, 'task'],
    [{ task: 'pass', dryrun: true }, 'dryrun'],
    [{ task: 'pass', dryRun: 'false' }, 'dryRun'],
    [{ task: 'pass', confirm: true }, 'confirm'],
    [{ task: 'pass', withinMs: -1 }, 'withinMs'],
    [{ task: 'pass', withinMs: 20_000.5 }, 'withinMs'],
    [{ task: 'terminate', by: OPERATOR }, 'one of connections, user and refusedBy'],
    [{ task: 'terminate', user: 'batchi', refusedBy: ['x'], by: OPERATOR }, 'one of connections, user and refusedBy'],
    [{ task: 'terminate', user: 'batchi' }, 'by'],
    [{ task: 'terminate', user: '', by: OPERATOR }, 'user'],
    [{ task: 'terminate', connections: [], by: OPERATOR }, 'connections'],
    [{ task: 'terminate', connections: ['a b'], by: OPERATOR }, 'connections.0'],
  ])('%j is a problem that says what is wrong', async (request, told) => {
    const id = await rig.connect({ user: 'batchi' });
    const { answer, lines } = await rig.ask(request);
    expect(answer.problem.code).toBe('bad-request');
    expect(answer.problem.message).toContain(told);
    expect(rig.ec2.connections.standing()).toEqual([id]);
    expect(logLines(lines)).toContainEqual(expect.objectContaining({ level: 'ERROR', code: 'bad-request' }));
  });

  it('settings that cannot be used are told, and give what ends nobody', async () => {
    await rig.connect({ user: 'batchi' });
    await rig.publish({ rules: [BLOCK_BATCHI] });
    rig.restart({ ENFORCER_MODE: 'on', ENFORCER_MAX_SHARE: '20%' });
    expect((await rig.ask({ task: 'pass' })).answer).toMatchObject({
      mode: 'observe',
      connections: [{ outcome: 'would-end' }],
    });
    rig.restart({ ENFORCER_ENDPOINTS: 'frankfurt' });
    expect((await rig.ask({ task: 'pass' })).answer.problem).toMatchObject({ code: 'not-configured' });
  });
});
