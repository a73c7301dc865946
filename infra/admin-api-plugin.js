import { checkAccess, openDoors, readJwt, readOrigin } from './admin-api-settings.js';

/**
 * A plugin of the Serverless Framework for the admin API, a function with `adminHttpApi` (all values are parameters of the
 * deployment, an empty one is not set):
 *
 *     adminHttpApi:
 *       jwtIssuer: https://login.example.com    # with these three a JWT authorizer takes the place of IAM's
 *       jwtAudience: client-vpn-policy          # one or several, with commas between
 *       jwtScopes: vpn.read,vpn.write           # a token needs one of them
 *       corsOrigin: https://vpn.example.com     # the one web origin whose pages may call the API; default none
 *       requestsPerSecond: 25                   # throttling of the stage
 *       burst: 50
 *
 * Packaging stops where these contradict each other, and where what would be deployed has a route that is open to everybody.
 */
export default class AdminApiPlugin {
  constructor(serverless) {
    const text = { type: 'string' };
    const count = { type: 'integer', minimum: 1, maximum: 10_000 };
    serverless.configSchemaHandler.defineFunctionProperties('aws', {
      properties: {
        adminHttpApi: {
          type: 'object',
          properties: {
            jwtIssuer: text,
            jwtAudience: text,
            jwtScopes: text,
            corsOrigin: text,
            requestsPerSecond: count,
            burst: count,
          },
          required: ['requestsPerSecond', 'burst'],
          additionalProperties: false,
        },
      },
    });
    this.hooks = {
      initialize: () => configure(serverless),
      'after:package:compileEvents': () => throttle(serverless),
      // The template is whole then.
      'after:aws:package:finalize:mergeCustomProviderResources': () => refuseOpenDoors(serverless),
    };
  }
}

const AUTHORIZER = 'adminJwt';

function configure(serverless) {
  const { provider } = serverless.service;
  for (const { adminHttpApi, events, environment } of adminFunctions(serverless)) {
    const { jwt, origin } = told(serverless, () => {
      checkAccess(environment.ADMIN_ACCESS);
      return { jwt: readJwt(adminHttpApi), origin: readOrigin(adminHttpApi) };
    });
    if (jwt !== undefined) {
      const { issuerUrl, audience, scopes } = jwt;
      const authorizer = { type: 'jwt', identitySource: '$request.header.Authorization', issuerUrl, audience };
      provider.httpApi = { ...provider.httpApi, authorizers: { [AUTHORIZER]: authorizer } };
      for (const { httpApi } of events) if (httpApi) httpApi.authorizer = { name: AUTHORIZER, scopes };
    }
    if (origin !== undefined) provider.httpApi = { ...provider.httpApi, cors: corsFor(origin) };
  }
}

function corsFor(origin) {
  return {
    allowedOrigins: [origin],
    allowedMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [
      ...['Authorization', 'Content-Type', 'If-Match', 'If-None-Match'],
      ...['X-Amz-Date', 'X-Amz-Security-Token', 'X-Amz-Content-Sha256'],
    ],
    exposedResponseHeaders: ['ETag', 'Location', 'Retry-After', 'Allow'],
    maxAge: 600,
  };
}

function throttle(serverless) {
  const { Resources } = serverless.service.provider.compiledCloudFormationTemplate;
  const stage = Resources[serverless.getProvider('aws').naming.getHttpApiStageLogicalId()];
  for (const { adminHttpApi } of adminFunctions(serverless)) {
    Object.assign(stage.Properties.DefaultRouteSettings, {
      ThrottlingRateLimit: Number(adminHttpApi.requestsPerSecond),
      ThrottlingBurstLimit: Number(adminHttpApi.burst),
    });
  }
}

function refuseOpenDoors(serverless) {
  const { Resources } = serverless.service.provider.compiledCloudFormationTemplate;
  const [door] = openDoors(Resources);
  if (door !== undefined) throw new serverless.classes.Error(door, 'ADMIN_API');
}

/** The framework shows an error of its own class as one line. */
function told(serverless, read) {
  try {
    return read();
  } catch (error) {
    throw new serverless.classes.Error(error.message, 'ADMIN_API');
  }
}

function adminFunctions({ service }) {
  return service
    .getAllFunctions()
    .map((name) => service.getFunction(name))
    .filter(({ adminHttpApi }) => adminHttpApi !== undefined);
}
