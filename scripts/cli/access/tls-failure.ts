/** How Node and OpenSSL call what goes wrong before a word of HTTP is spoken. */

/** Codes of certificates that are not believed. */
export const UNTRUSTED = /SELF_SIGNED|CERT|UNABLE_TO_(GET|VERIFY)/;
/** Codes where the other side speaks something else. */
export const NO_TLS = /^(ERR_SSL_|EPROTO)/;

/** @param option what may name the wrong place */
export function untrusted(place: string, code: string, option: string): string {
  return `the certificate of ${place} is not trusted (${code}): check ${option}; NODE_EXTRA_CA_CERTS can name a file with your own authorities`;
}
