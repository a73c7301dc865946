/** DynamoDB does not answer for more than an hour. */
import type { Drill } from './drill.ts';

const MINUTE_MS = 60_000;

export const dynamoDbDown: Drill = {
  name: 'dynamodb-down',
  title: 'DynamoDB is down',
  async run(ground) {
    const { home, must } = ground;
    await ground.type('vpn-policy seed policy.yaml --reason "we begin"');
    const warm = await ground.newHandler();
    await ground.connects(warm, 'tanaka', '203.0.113.10');

    home.proxy.mode = 'refuse';
    ground.happens('DynamoDB does not answer any more');
    ground.pass(MINUTE_MS);
    const stale = await ground.connects(
      warm,
      'tanaka',
      '203.0.113.10',
      'a minute later tanaka connects from 203.0.113.10',
    );
    must(stale.allow && stale.line.policyStale === true, 'the last good policy serves');
    must(stale.metrics.includes('RefreshFailures'), 'a failed check is counted');
    const refused = await ground.connects(warm, 'batchi', '203.0.113.10');
    must(!refused.allow && refused.line.cause === undefined, 'who is blocked stays out');
    const cold = await ground.newHandler();
    const without = await ground.connects(
      cold,
      'tanaka',
      '203.0.113.10',
      'a handler that Lambda starts now has no policy: tanaka connects',
    );
    must(!without.allow && without.metrics.includes('FailedClosed'), 'a new handler refuses');
    await ground.type('vpn-policy log --limit 1', { exits: 2 });

    ground.pass(60 * MINUTE_MS);
    const outdated = await ground.connects(
      warm,
      'tanaka',
      '203.0.113.10',
      'after an hour (MAX_STALE_SECONDS) the policy of the first handler is too old',
    );
    must(!outdated.allow && outdated.line.cause === 'outdated', 'after MAX_STALE_SECONDS it refuses');

    home.proxy.mode = 'pass';
    ground.happens('DynamoDB answers again');
    ground.pass(6_000);
    for (const handler of [warm, cold]) {
      const back = await ground.connects(handler, 'tanaka', '203.0.113.10');
      must(back.allow && back.line.policyStale === false, 'it is over');
    }
    await ground.type('vpn-policy verify');
  },
};
