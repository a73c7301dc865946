/**
 * An error's text without the request that it repeats: where a signature does not fit, AWS answers with all that it would have signed,
 * session token included ("The Canonical String for this request should have been …").
 */
export function withoutRequest(text: string): string {
  const at = text.search(/the canonical (?:string|request)|the string-to-sign/i);
  return at < 0 ? text : `${text.slice(0, at).trimEnd()} (what it was told of the request is left out)`;
}
