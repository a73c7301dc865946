/** What the admin API's parameters say, checked when the service is packaged. An empty one is not set. */

/**
 * The JWT authorizer that the parameters describe; undefined where none of them is set, and IAM authorizes.
 * Throws where they do not describe one: an authorizer without audience or scopes would let in more than anybody meant.
 */
export function readJwt({ jwtIssuer = '', jwtAudience = '', jwtScopes = '' }) {
  if (jwtIssuer === '' && jwtAudience === '' && jwtScopes === '') return undefined;
  const [issuerUrl, audience, scopes] = [jwtIssuer.trim(), wordsOf(jwtAudience), wordsOf(jwtScopes)];
  const given = { jwtIssuer: issuerUrl, jwtAudience: audience, jwtScopes: scopes };
  const missing = Object.keys(given).filter((name) => given[name].length === 0);
  if (missing.length > 0) {
    throw new Error(`A JWT authorizer needs jwtIssuer, jwtAudience and jwtScopes; missing: ${missing.join(', ')}`);
  }
  if (!/^https:\/\/[^\s?#]+$/.test(issuerUrl)) {
    throw new Error(
      `jwtIssuer is "${issuerUrl}"; accepted: the issuer's https URL, exactly as in the "iss" of its tokens`,
    );
  }
  return { issuerUrl, audience, scopes };
}

/** The one web origin whose pages may call the API; undefined where none may. */
export function readOrigin({ corsOrigin = '' }) {
  if (corsOrigin === '') return undefined;
  if (/^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?$/.test(corsOrigin)) return corsOrigin;
  throw new Error(`corsOrigin is "${corsOrigin}"; accepted: one origin, such as https://vpn-admin.example.com`);
}

/** The function reads it strictly, and lets nobody do anything where it cannot; this is to hear of it before. */
export function checkAccess(adminAccess = '') {
  if (adminAccess === '' || isList(adminAccess)) return;
  throw new Error(
    'adminAccess is no JSON list; accepted: [{"role": "arn:aws:iam::…:role/…", "permissions": ["read"]}, …]',
  );
}

/** What of a template would let everybody in, in words; empty when nothing does. */
export function openDoors(resources) {
  return Object.entries(resources).flatMap(([name, { Type, Properties = {} }]) => {
    if (Type === 'AWS::ApiGatewayV2::Route' && !isGuarded(Properties)) {
      return [`The route ${Properties.RouteKey} (${name}) has no authorizer`];
    }
    if (Type === 'AWS::Lambda::Function' && Properties.Environment?.Variables?.LOCAL_STACK !== undefined) {
      return [`${name} has LOCAL_STACK, which is for the local stack: there nobody asks who calls`];
    }
    return [];
  });
}

function isGuarded({ AuthorizationType, AuthorizerId, AuthorizationScopes }) {
  if (AuthorizationType === 'AWS_IAM') return true;
  // Without scopes API Gateway would let in every token of the issuer and audience.
  return AuthorizationType === 'JWT' && AuthorizerId !== undefined && AuthorizationScopes?.length > 0;
}

function wordsOf(text) {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

function isList(text) {
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}
