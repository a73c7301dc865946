/** The Region that writes the policy is away. */
import type { Drill } from './drill.ts';
import { RULES_TABLE } from './region.ts';

const TTL_MS = 10_000;
const MINUTE_MS = 60_000;

export const regionLost: Drill = {
  name: 'region-lost',
  title: 'A Region is lost',
  async run(ground) {
    const { home, must } = ground;
    const tokyo = await ground.openRegion('ap-northeast-1');
    await ground.type('vpn-policy seed policy.yaml --reason "we begin"');
    await ground.type('vpn-policy export --output policy-of-today.yaml');
    // What a global table does by itself, within a second or so.
    for (const item of await home.items(RULES_TABLE)) await tokyo.put(RULES_TABLE, item);
    const there = await ground.newHandler({ region: tokyo });
    await ground.connects(
      there,
      'tanaka',
      '203.0.113.10',
      'in Tokyo, whose table is a replica, tanaka connects from 203.0.113.10',
    );

    home.proxy.mode = 'refuse';
    ground.happens('eu-central-1 is away');
    ground.pass(MINUTE_MS);
    const goesOn = await ground.connects(there, 'tanaka', '203.0.113.10', 'a minute later, in Tokyo');
    must(goesOn.allow && goesOn.line.policyStale === false, 'the replica confirms the policy');
    await ground.type('vpn-policy block mori --for 2h --region eu-central-1', { exits: 2 });
    await ground.type('vpn-policy block mori --for 2h --region ap-northeast-1 --reason HELP-8', { region: tokyo });
    ground.pass(TTL_MS);
    const blocked = await ground.connects(
      there,
      'mori',
      '203.0.113.10',
      '10 s later, in Tokyo, mori connects from 203.0.113.10',
    );
    must(!blocked.allow, 'what is written to the replica is obeyed');
    await ground.type('vpn-policy verify --region ap-northeast-1', { region: tokyo });

    const dublin = await ground.openRegion('eu-west-1');
    ground.happens('without a replica: a stack in eu-west-1, whose table is empty');
    const fresh = await ground.newHandler({ region: dublin });
    const empty = await ground.connects(fresh, 'tanaka', '203.0.113.10');
    must(empty.line.cause === 'empty', 'nothing is published there');
    await ground.type('vpn-policy seed policy-of-today.yaml --region eu-west-1 --reason "eu-central-1 is away"', {
      region: dublin,
    });
    ground.pass(TTL_MS);
    const open = await ground.connects(fresh, 'tanaka', '203.0.113.10', 'tanaka connects to an endpoint in eu-west-1');
    must(open.allow, 'the other Region serves');

    home.proxy.mode = 'pass';
    ground.happens('eu-central-1 answers again');
    ground.happens('DynamoDB carries over what was written to the replica');
    for (const item of await tokyo.items(RULES_TABLE)) await home.put(RULES_TABLE, item);
    await ground.type('vpn-policy verify --region eu-central-1');
    await ground.type('vpn-policy log --limit 2 --region eu-central-1');
  },
};
