/** Finds out before anything starts whether a port can be had. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { LOCAL_HOST, type LocalPorts, LocalStackError, PORT_SETTINGS } from './settings.ts';

/** Resolves when the port is free; else rejects with a LocalStackError that names the variable to set. */
export async function requireFreePort(name: keyof LocalPorts, port: number): Promise<void> {
  const { variable } = PORT_SETTINGS[name];
  const reason = await listenError(port);
  if (reason === undefined) return;
  throw new LocalStackError(
    reason === 'EADDRINUSE'
      ? `Port ${port} on ${LOCAL_HOST} is taken. Set ${variable} to another one: ${variable}=${port + 10} npm start`
      : `Cannot listen on port ${port} (${reason}). Set ${variable} to another one.`,
  );
}

/**
 * Below the ports that systems hand out by themselves (Linux from 32768, macOS and Windows from 49152): what is found free
 * there is not given to a server on port 0 or to an outgoing connection before its finder listens on it.
 */
const FIRST_PORT = 10_000;
const LAST_PORT = 32_767;
const ATTEMPTS = 100;

/** A port that nobody listens on now, and that the system gives to nobody by itself. Rejects where it finds none. */
export async function findFreePort(): Promise<number> {
  let reason: string | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    reason = await listenError(port);
    if (reason === undefined) return port;
  }
  throw new LocalStackError(`No free port was found in ${ATTEMPTS} attempts (${reason}).`);
}

/** The system's code for why one cannot listen on the port; undefined where one can. */
async function listenError(port: number): Promise<string | undefined> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    probe.listen({ host: LOCAL_HOST, port, exclusive: true }, () => probe.close(() => resolve(undefined)));
  });
}
