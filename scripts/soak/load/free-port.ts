/** A port of 127.0.0.1 that nobody listens on. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { LOCAL_HOST } from '../../local-stack/settings.ts';

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, LOCAL_HOST);
  await once(server, 'listening');
  // A server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
