/** A policy is published that refuses everybody. */
import type { Drill } from './drill.ts';

const TTL_MS = 10_000;

export const lockedOut: Drill = {
  name: 'locked-out',
  title: 'A bad policy locked everybody out',
  async run(ground) {
    const { must } = ground;
    await ground.type('vpn-policy seed policy.yaml --reason "we begin"');
    const handler = await ground.newHandler();
    ground.pass(60_000);
    await ground.type('vpn-policy set add leavers sato --note HR-77');
    ground.pass(60_000);
    await ground.type('vpn-policy maintenance --from 10:03 --for 8h --reason CHG-4711', { by: 'mori@laptop' });
    ground.pass(60_000);
    const refused = await ground.connects(handler, 'tanaka', '203.0.113.10');
    must(!refused.allow, 'everybody is refused');
    await ground.connects(handler, 'ito', '198.51.100.20');

    ground.pass(20_000);
    await ground.type('vpn-policy decisions --outcome refused --since 10m');
    await ground.type('vpn-policy log --limit 3');
    await ground.type('vpn-policy revert 3 --reason "the window is on Sunday"');
    ground.pass(TTL_MS);
    const admitted = await ground.connects(
      handler,
      'tanaka',
      '203.0.113.10',
      '10 s later tanaka connects from 203.0.113.10',
    );
    must(admitted.allow, 'the door is open again');
    const left = await ground.connects(handler, 'sato', '203.0.113.10');
    must(!left.allow, 'what was changed before stays');
    await ground.type('vpn-policy evaluate --username ito --public-ip 198.51.100.20');
    await ground.type('vpn-policy diff 2');
  },
};
