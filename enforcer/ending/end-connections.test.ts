/** What happens while a pass ends many: EC2 fails, the clock and the policy go on. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { emfLines, logLines } from '../../shared/testing/printed-lines.ts';
import { CLOSED, FRANKFURT, people, type Rig, STAFF, startRig, TOKYO } from '../testing/rig.ts';

let rig: Rig;

beforeEach(async () => {
  rig = await startRig();
});

afterEach(() => rig.stop());

describe('an EC2 that does not end them', () => {
  it('is told in the log, is not asked for ever, and keeps nobody in at another endpoint', async () => {
    await rig.publish({ rules: [STAFF] });
    await rig.connectAll(people(30));
    await rig.connectAll(people(12, 'guest'), TOKYO);
    await rig.publish({ rules: [STAFF, { ...CLOSED, standing: 'endAll' }] });
    rig.ec2.beforeCall = (action, { ClientVpnEndpointId }) => {
      const fails = action === 'TerminateClientVpnConnections' && ClientVpnEndpointId === FRANKFURT;
      if (fails) rig.ec2.failNext(action, 'UnauthorizedOperation');
    };
    const { answer, lines } = await rig.ask({ task: 'pass' });
    expect(answer.endpoints).toMatchObject([{ ended: 0 }, { ended: 12 }]);
    const failed = answer.connections.filter(({ outcome }) => outcome === 'failed');
    // Five in a row, and what was under way beside.
    expect(failed.length).toBeGreaterThanOrEqual(5);
    expect(failed.length).toBeLessThanOrEqual(12);
    expect(emfLines(lines)).toEqual([
      expect.objectContaining({ TerminationsFailed: failed.length, ConnectionsLeft: 30 - failed.length }),
    ]);
    expect(logLines(lines)).toContainEqual(
      expect.objectContaining({ level: 'ERROR', reason: expect.stringContaining('ec2:TerminateClientVpnConnections') }),
    );
  });
});

describe('while connections are being ended', () => {
  it('a window that closes leaves the others in', async () => {
    await rig.publish({ rules: [STAFF] });
    await rig.connectAll(people(30));
    const window = { from: '2026-11-24T22:00:00+09:00', until: '2026-11-24T22:01:00+09:00' };
    await rig.publish({ rules: [STAFF, { ...CLOSED, match: { windows: [window] }, standing: 'endAll' }] });
    rig.ec2.beforeCall = (action) => {
      if (action === 'TerminateClientVpnConnections') rig.nowMs = Date.parse(window.until);
    };
    const { answer } = await rig.ask({ task: 'pass' });
    const left = answer.connections.filter(({ outcome }) => outcome === 'left');
    // Those under way at that moment are ended.
    expect(left.length).toBeGreaterThanOrEqual(30 - 8);
    expect(rig.standing()).toHaveLength(left.length);
  });

  it('a pass leaves to the next minute’s what it does not get through, one that is confirmed does not', async () => {
    await rig.publish({ rules: [STAFF] });
    await rig.connectAll(people(40));
    const revision = await rig.publish({ rules: [STAFF, CLOSED] });
    rig.restart({ ENFORCER_MAX_SHARE: '100' });
    rig.ec2.beforeCall = (action) => {
      if (action === 'TerminateClientVpnConnections') rig.nowMs += 5_000;
    };
    expect((await rig.ask({ task: 'pass' })).answer.endpoints[0]?.ended).toBeLessThan(30);
    expect(rig.standing().length).toBeGreaterThan(10);
    const by = { author: { type: 'iam', id: 'op' }, reason: 'meant so' };
    await rig.ask({ task: 'pass', confirm: { revision }, by });
    expect(rig.standing()).toEqual([]);
  });

  it('a table that fails stops the pass', async () => {
    await rig.publish({ rules: [STAFF] });
    await rig.connectAll(people(80));
    await rig.publish({ rules: [STAFF, { ...CLOSED, standing: 'endAll' }] });
    rig.restart({ ENFORCER_TERMINATE_PER_SECOND: '4' });
    let stopped: Promise<void> | undefined;
    rig.ec2.beforeCall = (action) => {
      if (action === 'TerminateClientVpnConnections') stopped ??= rig.proxy.stop();
    };
    const { answer, lines } = await rig.ask({ task: 'pass' });
    await stopped;
    const ended = answer.connections.filter(({ outcome }) => outcome === 'ended');
    expect(ended.length).toBeLessThan(60);
    // What could not be put on record is in the log.
    const unrecorded = logLines(lines).filter(({ level, decision }) => level === 'ERROR' && decision !== undefined);
    expect(unrecorded.length).toBeGreaterThan(0);
    expect(emfLines(lines)).toEqual([expect.objectContaining({ EndsNotRecorded: unrecorded.length })]);
  });
});

describe('a policy that is undone while connections are being ended', () => {
  it('stops the pass: those who are left stay', async () => {
    await rig.publish({ rules: [STAFF] });
    await rig.connectAll(people(80));
    const mistake = await rig.publish({ rules: [STAFF, { ...CLOSED, standing: 'endAll' }] });
    rig.restart({ ENFORCER_TERMINATE_PER_SECOND: '4' });
    let undone: Promise<number> | undefined;
    rig.ec2.beforeCall = (action) => {
      if (action === 'TerminateClientVpnConnections') undone ??= rig.publish({ rules: [STAFF] });
    };
    const { answer } = await rig.ask({ task: 'pass' });
    await undone;
    const left = answer.connections.filter(({ outcome }) => outcome === 'left');
    expect(answer.revision).toBe(mistake);
    expect(left.length).toBeGreaterThan(0);
    expect(rig.standing()).toHaveLength(left.length);
    expect((await rig.ask({ task: 'pass' })).answer.connections).toEqual([]);
  });
});
