/** What `npm start` prints when all is up: where everything is, and four commands that work as printed. */
import {
  LOCAL_FUNCTION,
  LOCAL_REGION,
  LOCAL_RULES_TABLE,
  type LocalPorts,
  localAdminApi,
  localDynamoDbEndpoint,
  localLambdaEndpoint,
  PORT_SETTINGS,
} from './settings.ts';

const THREE_DAYS_MS = 3 * 24 * 60 * 60 * 1000;

/** `seconds` is how long the start took, `nowMs` is in milliseconds since 1970. */
export function readyText(ports: LocalPorts, policyFile: string, seconds: number, nowMs: number): string {
  const lambda = localLambdaEndpoint(ports);
  // Not an office's address; in a group that patch night lets in, so that the answers do not depend on the day.
  const event = {
    'connection-id': 'cvpn-connection-0b359ceb0b7e702ca',
    username: 'tanaka',
    'public-ip': '203.0.113.77',
    groups: ['vpn-admins'],
    'schema-version': 'v3',
  };
  const block = {
    id: 'block-tanaka',
    effect: 'deny',
    match: { identities: ['tanaka'] },
    expiresAt: new Date(nowMs + THREE_DAYS_MS).toISOString().replace(/\.\d+/, ''),
    message: 'Blocked until {until}: call the help desk.',
  };
  const cli = `${portPrefix(ports)}npm run -s vpn-policy --`;
  return `
client-vpn-policy is ready (${seconds.toFixed(1)} s). Ctrl-C ends it.

  Admin API            ${localAdminApi(ports)}  for this machine only, without credentials
  Lambda's invoke API  ${lambda}  ${LOCAL_FUNCTION}
  DynamoDB (dynalite)  ${localDynamoDbEndpoint(ports)}  ${LOCAL_RULES_TABLE}, in memory: each start begins anew
  Policy               ${policyFile}

Four commands to try in another terminal:

1. Play the VPN endpoint: may tanaka connect from here? (AWS CLI 1 and 2, no credentials needed)

echo '${JSON.stringify(event)}' | aws lambda invoke --endpoint-url ${lambda} --region ${LOCAL_REGION} --function-name ${LOCAL_FUNCTION} --no-sign-request --payload fileb:///dev/stdin /dev/stdout

2. Ask the policy what it does with Batchi, and why:

${cli} evaluate --local --username Batchi --public-ip 203.0.113.10 --explain

3. Change the policy: the office gets more addresses. The first command obeys after ten seconds, with no restart.

sed 's|203.0.113.0/28|203.0.113.0/24|' ${policyFile} | ${cli} seed --local --replace -

4. Call the admin API: block tanaka for three days. The first command obeys this, too.

curl -sS '${localAdminApi(ports)}/v1/rules?reason=lost+laptop' -H 'content-type: application/json' -d '${JSON.stringify(block)}'
`;
}

/** What the CLI must be told where DynamoDB is not on its usual port. */
function portPrefix(ports: LocalPorts): string {
  const { variable, port } = PORT_SETTINGS.dynamoDb;
  return ports.dynamoDb === port ? '' : `${variable}=${ports.dynamoDb} `;
}
