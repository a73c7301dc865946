/** Time-outs for a client of the AWS SDK, which by default waits for ever. */
export function boundedRequests(requestTimeoutMs: number, connectionTimeoutMs = requestTimeoutMs) {
  return {
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: requestTimeoutMs,
    // Without this the SDK only warns.
    throwOnRequestTimeout: true,
    socketTimeout: requestTimeoutMs,
  };
}
