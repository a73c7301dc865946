/** Headers that every answer has, and those that let one configured web origin read them. */

export function secure(headers: Headers): void {
  headers.set('x-content-type-options', 'nosniff');
  headers.set('cache-control', 'no-store');
  headers.set('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
  headers.set('referrer-policy', 'no-referrer');
}

/** `origin` is the configured one; undefined when none is, and then no page may read an answer. */
export function shareWith(origin: string | undefined, requested: string | undefined, headers: Headers): void {
  if (origin === undefined) return;
  headers.append('vary', 'Origin');
  if (requested !== origin) return;
  headers.set('access-control-allow-origin', origin);
  headers.set('access-control-expose-headers', 'ETag, Location, Retry-After, Allow');
}

/** The answer to a browser that asks before it sends; undefined when the request is no such question. */
export function preflightAnswer(origin: string | undefined, request: Request): Response | undefined {
  if (request.method !== 'OPTIONS' || origin === undefined || request.headers.get('origin') !== origin)
    return undefined;
  if (!request.headers.has('access-control-request-method')) return undefined;
  return new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers':
        'Authorization, Content-Type, If-Match, If-None-Match, X-Amz-Date, X-Amz-Security-Token, X-Amz-Content-Sha256',
      'access-control-max-age': '600',
    },
  });
}
