import { checkStandingConnections, endpointsOf } from './enforcer-settings.js';

const PARAMETERS = [
  ...['endpoints', 'mode', 'maxShare', 'describePerSecond', 'terminatePerSecond'],
  ...['schedule', 'rate', 'decisionLog'],
];

/**
 * A plugin of the Serverless Framework for the enforcer, a function with `standingConnections` (all values are parameters of the deployment):
 *
 *     standingConnections:
 *       endpoints: cvpn-endpoint-0a1b2c3d4e5f67890   # ids with commas between; empty: there is nothing to enforce at
 *       mode: observe                                # or enforce
 *       maxShare: '20'                               # percent
 *       describePerSecond: '10'                      # requests to EC2
 *       terminatePerSecond: '4'
 *       schedule: 'false'                            # or true
 *       rate: rate(1 minute)
 *       decisionLog: all                             # which decisions the handler puts on record
 *
 * Packaging stops where these contradict each other. Variables of its own, for the other parts of the configuration:
 *
 *     ${enforcer:endpointArns}   the ARNs of the endpoints, for its role
 *     ${enforcer:name}           custom.enforcerName where there are endpoints, else empty: what others call it by
 */
export default class EnforcerPlugin {
  constructor(serverless) {
    const text = { type: 'string' };
    serverless.configSchemaHandler.defineFunctionProperties('aws', {
      properties: {
        standingConnections: {
          type: 'object',
          properties: Object.fromEntries(PARAMETERS.map((name) => [name, text])),
          required: PARAMETERS,
          additionalProperties: false,
        },
      },
    });
    this.configurationVariablesSources = { enforcer: { resolve } };
    this.hooks = { initialize: () => check(serverless) };
  }
}

async function resolve({ address, resolveVariable }) {
  const endpoints = endpointsOf(await resolveVariable('param:enforcerEndpoints'));
  switch (address) {
    case 'endpointArns':
      return { value: endpoints.map(arnOf) };
    case 'name':
      return { value: endpoints.length === 0 ? '' : await resolveVariable('self:custom.enforcerName') };
    default:
      throw new Error(`There is no \${enforcer:${address}}; there are endpointArns and name`);
  }
}

function arnOf(endpoint) {
  const inAccount = `arn:\${AWS::Partition}:ec2:\${AWS::Region}:\${AWS::AccountId}`;
  return { 'Fn::Sub': `${inAccount}:client-vpn-endpoint/${endpoint}` };
}

/** The framework shows an error of its own class as one line. */
function check(serverless) {
  const { service } = serverless;
  for (const name of service.getAllFunctions()) {
    const { standingConnections } = service.getFunction(name);
    if (standingConnections === undefined) continue;
    try {
      checkStandingConnections(standingConnections);
    } catch (error) {
      throw new serverless.classes.Error(error.message, 'ENFORCER');
    }
  }
}
