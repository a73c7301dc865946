/** /openapi.json: what the API takes and answers, as OpenAPI 3.1. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { createRoute } from '@hono/zod-openapi';
import type { AdminEnv } from '../environment.ts';
import { componentSchemas } from '../schemas/components.ts';
import { noQuery } from '../schemas/requests.ts';
import { componentHeaders, componentResponses, problems } from './documentation.ts';

const getOpenApi = createRoute({
  method: 'get',
  path: '/openapi.json',
  operationId: 'getOpenApi',
  summary: 'Read this document',
  description: 'Needs no permission, only a caller whom API Gateway let through.',
  tags: ['Service'],
  request: { query: noQuery },
  responses: {
    200: {
      description: 'The OpenAPI document.',
      content: { 'application/json': { schema: { type: 'object', properties: { openapi: { type: 'string' } } } } },
    } as object as ReturnType<typeof problems>[string], // no type of the answer: it is a document of another standard
    ...problems({}),
  },
});

export function openApiRoutes(app: OpenAPIHono<AdminEnv>): void {
  let text: string | undefined;
  app.openapi(getOpenApi, () => {
    text ??= JSON.stringify(openApiDocument(app));
    return new Response(text, { headers: { 'content-type': 'application/json' } });
  });
}

/** The document of an app with all its routes. */
export function openApiDocument(app: OpenAPIHono<AdminEnv>): object {
  const { components, ...document } = app.getOpenAPI31Document(ABOUT);
  return {
    ...document,
    components: {
      ...components,
      schemas: componentSchemas(),
      responses: componentResponses(),
      headers: componentHeaders(),
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}

const ABOUT = {
  openapi: '3.1.0',
  info: {
    title: 'Client VPN policy: admin API',
    version: '1.0.0',
    summary: 'Change the policy of AWS Client VPN endpoints, safely, from anything that speaks HTTP.',
    description: [
      'Every change is a revision: who, when, why, what. Nothing is half visible, and nobody’s change is lost.',
      '',
      '- Every write takes `reason`, `dryRun` and `confirm`; it answers with the new revision, the lint warnings and the ETag.',
      '- Replacing, patching and deleting need `If-Match`, creating by PUT needs `If-None-Match: *`.',
      '- Every error is a problem (RFC 9457) with a stable `type`.',
      '- Paths are written plainly: a percent-encoded character is refused, as are unknown and repeated query keys.',
      '- Bodies and answers have at most 4 MB; larger sets are read in pages.',
    ].join('\n'),
    license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
  },
  servers: [
    {
      url: 'https://{api}.execute-api.{region}.amazonaws.com',
      description: 'Deployed: the HTTP API of the stack.',
      variables: {
        api: { default: 'a1b2c3d4e5', description: "The API's id." },
        region: { default: 'us-east-1', description: "The stack's Region." },
      },
    },
    { url: 'http://127.0.0.1:3000', description: 'The local stack (npm start), without an authorizer.' },
  ],
  security: [{ sigv4: [] }, { jwt: [] }],
  tags: [
    { name: 'Policy', description: 'The whole document.' },
    { name: 'Rules', description: 'Who is refused, admitted, exempted.' },
    { name: 'Sets', description: 'Named lists that rules refer to as `@name`.' },
    { name: 'Changes', description: 'Many operations in one revision.' },
    { name: 'Revisions', description: 'The history: read, compare, restore, revert.' },
    { name: 'Evaluate', description: 'What would be decided, and why.' },
    { name: 'Connections', description: 'Who is in, and ending it: through the enforcer, where one is deployed.' },
    { name: 'Service', description: 'The API itself.' },
  ],
};

const SECURITY_SCHEMES = {
  // As API Gateway exports it: OpenAPI has no type of its own for Signature Version 4.
  sigv4: {
    type: 'apiKey',
    name: 'Authorization',
    in: 'header',
    'x-amazon-apigateway-authtype': 'awsSigv4',
    description: 'AWS Signature Version 4 for the service `execute-api`: the default.',
  },
  jwt: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'A token of the configured issuer, where the stack was deployed with one.',
  },
};
