/**
 * Makes Node's own errors errors in a test file too. Jest runs tests in a realm of their own, where an ECONNRESET of a socket
 * is no `instanceof Error`, and the AWS SDK then wraps it without its name and code: a dropped connection would look like
 * something unknown. Outside Jest there is one realm.
 */
import { types } from 'node:util';

Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: unknown, value: unknown): boolean {
    // Classes that extend Error inherit this method: for them the usual rule holds.
    return Function.prototype[Symbol.hasInstance].call(this, value) || (this === Error && types.isNativeError(value));
  },
});
