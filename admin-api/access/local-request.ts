/** What the local stack answers: this machine only. A web page anywhere could otherwise write the policy (DNS rebinding). */
import { Problem } from '../http/problem.ts';

const LOCAL_HOST = /^(?:127\.0\.0\.1|localhost)(?::\d{1,5})?$/;

/**
 * @param host the `Host` header: a page whose name was rebound to 127.0.0.1 still sends its own name
 * @param origin the `Origin` header, which browsers send with what a page of another origin asks
 * @param allowedOrigin the configured one
 * @throws Problem foreign-request
 */
export function checkLocalRequest(host: string | undefined, origin: string | undefined, allowedOrigin?: string): void {
  if (host === undefined || !LOCAL_HOST.test(host)) {
    throw new Problem('foreign-request', 'The Host header is neither 127.0.0.1 nor localhost.');
  }
  if (origin === undefined || origin === `http://${host}` || origin === allowedOrigin) return;
  throw new Problem('foreign-request', 'The request comes from a web page of another origin.');
}
