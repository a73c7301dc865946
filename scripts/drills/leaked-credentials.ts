/** Somebody else has an operator's credentials and lets themselves in. */
import type { Drill } from './drill.ts';

const TTL_MS = 10_000;
const MINUTE_MS = 60_000;

export const leakedCredentials: Drill = {
  name: 'leaked-credentials',
  title: "An operator's credentials leaked",
  async run(ground) {
    const { must } = ground;
    const leaked = { by: 'mori@laptop' };
    await ground.type('vpn-policy seed policy.yaml --reason "we begin"');
    const handler = await ground.newHandler();
    ground.happens("somebody has mori's credentials");
    ground.pass(MINUTE_MS);
    await ground.type('vpn-policy set add offices 192.0.2.0/24 --confirm tests', leaked);
    ground.pass(MINUTE_MS);
    await ground.type('vpn-policy set add leavers sato --note HR-77');
    ground.pass(MINUTE_MS);
    await ground.type('vpn-policy set rm leavers Batchi --confirm tests', leaked);
    ground.pass(MINUTE_MS);
    await ground.type('vpn-policy admit guest --for 7d', leaked);
    ground.pass(MINUTE_MS);
    const inside = await ground.connects(handler, 'guest', '192.0.2.66');
    must(inside.allow, 'the intruder is in');
    await ground.connects(handler, 'tanaka', '203.0.113.10');

    ground.happens('the credentials are revoked (see above), then:');
    const mine = await ground.type('vpn-policy log --author mori');
    must(
      ['2', '4', '5'].every((number) => mine.printed.includes(`\n${number} `)),
      'each of their changes is found',
    );
    must(!mine.printed.includes('\n3 '), 'and no other');
    await ground.type('vpn-policy log 4');
    ground.pass(MINUTE_MS);
    const hit = await ground.type('vpn-policy replay --revision 1 --since 1h');
    must(hit.printed.includes('guest'), 'who got in by their changes is found');
    for (const number of [5, 4, 2]) await ground.type(`vpn-policy revert ${number} --reason SEC-12`);
    ground.pass(TTL_MS);
    const outside = await ground.connects(handler, 'guest', '192.0.2.66', '10 s later guest connects from 192.0.2.66');
    must(!outside.allow, 'the intruder is out');
    const blocked = await ground.connects(handler, 'batchi', '203.0.113.10');
    must(!blocked.allow, 'who was blocked is blocked again');
    const others = await ground.type('vpn-policy diff 1');
    must(
      others.printed.includes('sato') && !others.printed.includes('192.0.2'),
      'what others changed stays, nothing else',
    );
    await ground.type('vpn-policy verify');
  },
};
