/** What `npm start` prints when all is up: where everything is, and three commands that work as printed. */
import {
  LOCAL_FUNCTION,
  LOCAL_HOST,
  LOCAL_REGION,
  LOCAL_RULES_TABLE,
  type LocalPorts,
  PORT_SETTINGS,
} from './settings.ts';

/** `seconds` is how long the start took. */
export function readyText(ports: LocalPorts, policyFile: string, seconds: number): string {
  const event = {
    'connection-id': 'cvpn-connection-0b359ceb0b7e702ca',
    username: 'Batchi',
    'public-ip': '203.0.113.10',
    'schema-version': 'v3',
  };
  const cli = `${portPrefix(ports)}npm run -s vpn-policy --`;
  return `
client-vpn-policy is ready (${seconds.toFixed(1)} s). Ctrl-C ends it.

  Lambda's invoke API  http://${LOCAL_HOST}:${ports.lambda}  ${LOCAL_FUNCTION}
  DynamoDB (dynalite)  http://${LOCAL_HOST}:${ports.dynamoDb}  ${LOCAL_RULES_TABLE}, in memory: a new start begins anew
  Policy               ${policyFile}

Three commands to try in another terminal:

1. Play the VPN endpoint: may Batchi connect? (AWS CLI 1 and 2, no credentials needed)

echo '${JSON.stringify(event)}' | aws lambda invoke --endpoint-url http://${LOCAL_HOST}:${ports.lambda} --region ${LOCAL_REGION} --function-name ${LOCAL_FUNCTION} --no-sign-request --payload fileb:///dev/stdin /dev/stdout

2. Ask the policy why:

${cli} evaluate --local --username Batchi --public-ip 203.0.113.10 --explain

3. Change the policy: Batchi is no longer blocked. The first command says so after ten seconds, with no restart.

sed 's/batchi/somebody-else/I' ${policyFile} | ${cli} seed --local -
`;
}

/** What the CLI must be told where DynamoDB is not on its usual port. */
function portPrefix(ports: LocalPorts): string {
  const { variable, port } = PORT_SETTINGS.dynamoDb;
  return ports.dynamoDb === port ? '' : `${variable}=${ports.dynamoDb} `;
}
