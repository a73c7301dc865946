/** A server that answers each request as AWS does where a signature does not fit: with all that was signed, secrets included. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface RepeatingAws {
  readonly endpoint: string;
  /** How many requests came. */
  readonly asked: () => number;
  stop(): Promise<void>;
}

export async function startRepeatingAws(): Promise<RepeatingAws> {
  let asked = 0;
  const server = createServer(async (request, response) => {
    asked += 1;
    const body = await text(request);
    const headers = Object.entries(request.headers).map(([name, value]) => `${name}:${value}`);
    const message = `The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'${[request.method, request.url, '', ...headers, '', body].join('\n')}'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256'\n`;
    const isQuery = body.startsWith('Action=');
    response.writeHead(isQuery ? 403 : 400, { 'content-type': isQuery ? 'text/xml' : 'application/x-amz-json-1.0' });
    response.end(
      isQuery
        ? `<ErrorResponse><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>${message.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</Message></Error><RequestId>r</RequestId></ErrorResponse>`
        : JSON.stringify({ __type: 'com.amazon.coral.service#InvalidSignatureException', message }),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    endpoint: `http://127.0.0.1:${port}`,
    asked: () => asked,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** What must never be told, and that it is in what was sent: credentials of a role, of which the SDK puts two into its requests. */
export const SECRETS = {
  AWS_ACCESS_KEY_ID: 'ASIASECRETOFTESTS000',
  AWS_SECRET_ACCESS_KEY: 'secretKeyOfTests/000',
  AWS_SESSION_TOKEN: 'sessionTokenOfTests+000==',
} as const;
