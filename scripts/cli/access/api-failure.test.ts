import { describe, expect, it } from '@jest/globals';
import { noAnswerError } from './api-failure.ts';

const PLACE = 'the API https://vpn.example.com';
/** As `fetch` throws it. */
const thrown = (code: string) => new TypeError('fetch failed', { cause: Object.assign(new Error('m'), { code }) });
const UNTRUSTED = (code: string) =>
  `the certificate of ${PLACE} is not trusted (${code}): check --api; NODE_EXTRA_CA_CERTS can name a file with your own authorities`;

describe('noAnswerError', () => {
  it.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', UNTRUSTED('DEPTH_ZERO_SELF_SIGNED_CERT')],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNTRUSTED('UNABLE_TO_VERIFY_LEAF_SIGNATURE')],
    ['CERT_HAS_EXPIRED', UNTRUSTED('CERT_HAS_EXPIRED')],
    ['ERR_TLS_CERT_ALTNAME_INVALID', UNTRUSTED('ERR_TLS_CERT_ALTNAME_INVALID')],
    ['EPROTO', `${PLACE} does not speak TLS (EPROTO): check --api`],
    ['UND_ERR_CONNECT_TIMEOUT', `no answer from ${PLACE}: check --api and the network`],
    ['EAI_AGAIN', `cannot find ${PLACE}: check --api and the network`],
  ])('knows by %s that a request never arrived, whether it writes or not', (code, message) => {
    for (const changes of [true, false]) {
      const request = { method: 'POST', path: 'v1/apply', changes };
      const failure = { place: PLACE, request, credentials: 'the token' };
      expect(noAnswerError(thrown(code), failure, 35_000)).toMatchObject({ exitCode: 2, message });
    }
  });

  it('does not know it of a connection that broke', () => {
    const failure = { place: PLACE, request: { method: 'GET', path: 'v1/policy', changes: false }, credentials: '' };
    expect(noAnswerError(thrown('ECONNRESET'), failure, 35_000).message).toBe(
      `no answer from ${PLACE} (ECONNRESET): try again; --table goes straight to the table`,
    );
  });
});
