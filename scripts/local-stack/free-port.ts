/** Finds out before anything starts whether a port can be had. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { LOCAL_HOST, type LocalPorts, LocalStackError, PORT_SETTINGS } from './settings.ts';

/** Resolves when the port is free; else rejects with a LocalStackError that names the variable to set. */
export async function requireFreePort(name: keyof LocalPorts, port: number): Promise<void> {
  const { variable } = PORT_SETTINGS[name];
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new LocalStackError(
          error.code === 'EADDRINUSE'
            ? `Port ${port} on ${LOCAL_HOST} is taken. Set ${variable} to another one: ${variable}=${port + 10} npm start`
            : `Cannot listen on port ${port} (${error.code}). Set ${variable} to another one.`,
        ),
      );
    });
    probe.listen({ host: LOCAL_HOST, port, exclusive: true }, () => probe.close(() => resolve()));
  });
}

/** A port that nobody listens on now. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, LOCAL_HOST);
  await once(server, 'listening');
  // A server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
