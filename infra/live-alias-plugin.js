/**
 * A plugin of the Serverless Framework: a function with `liveAlias` gets the alias `live`, always, and the stack an output
 * with its ARN. (The framework's own alias exists only while `provisionedConcurrency` is above 0, and its ARN, once given
 * to a Client VPN endpoint, must not vanish.)
 *
 *     liveAlias:
 *       provisionedConcurrency: 2    # sandboxes kept warm, default 0: none
 */
export default class LiveAliasPlugin {
  constructor(serverless) {
    serverless.configSchemaHandler.defineFunctionProperties('aws', {
      properties: {
        liveAlias: {
          type: 'object',
          properties: { provisionedConcurrency: { type: 'integer', minimum: 0 } },
          additionalProperties: false,
        },
      },
    });
    this.hooks = { 'after:package:compileFunctions': () => addLiveAliases(serverless) };
  }
}

function addLiveAliases(serverless) {
  const { service } = serverless;
  const { naming } = serverless.getProvider('aws');
  const { Resources, Outputs } = service.provider.compiledCloudFormationTemplate;
  for (const name of service.getAllFunctions()) {
    const { liveAlias, versionLogicalId } = service.getFunction(name);
    if (!liveAlias) continue;
    if (!versionLogicalId) throw new Error(`The function "${name}" has a liveAlias and publishes no versions.`);
    const warm = Number(liveAlias.provisionedConcurrency ?? 0);
    const aliasLogicalId = `${naming.getNormalizedFunctionName(name)}LiveAlias`;
    Resources[aliasLogicalId] = {
      Type: 'AWS::Lambda::Alias',
      Properties: {
        Name: 'live',
        FunctionName: { Ref: naming.getLambdaLogicalId(name) },
        FunctionVersion: { 'Fn::GetAtt': [versionLogicalId, 'Version'] },
        ...(warm > 0 && { ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: warm } }),
      },
    };
    Outputs[`${aliasLogicalId}Arn`] = {
      Description: `The ARN of ${name} to give to Client VPN`,
      Value: { Ref: aliasLogicalId },
    };
  }
}
