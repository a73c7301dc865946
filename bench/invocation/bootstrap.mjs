/**
 * What stands in for Lambda's runtime interface client: loads a function's bundle, asks the Runtime API for events, one at a time, and
 * gives back the answers. (AWS's own, aws-lambda-ric, is built from C++ when it is installed.) It tells what it measures on
 * file descriptor 3, one JSON text a line.
 *
 *     node bootstrap.mjs BUNDLE
 */
const [, , bundle] = process.argv;
const { writeSync } = process.getBuiltinModule('node:fs');
const tell = (measured) => writeSync(3, `${JSON.stringify(measured)}\n`);

const cpuBefore = process.cpuUsage();
const loadsAt = performance.now();
// Nothing is loaded before it that Lambda would not have loaded: what comes below needs HTTP.
const { handler } = await import(bundle);
// `performance` counts from the process's start.
const sinceStartMs = performance.now();
const { user, system } = process.cpuUsage(cpuBefore);
tell({
  loadMs: sinceStartMs - loadsAt,
  sinceStartMs,
  loadCpuMs: (user + system) / 1_000,
  rssBytes: process.memoryUsage.rss(),
});

const api = process.env.AWS_LAMBDA_RUNTIME_API;
if (api !== undefined) await serve(`http://${api}/2018-06-01/runtime/invocation`);

async function serve(invocations) {
  const http = process.getBuiltinModule('node:http');
  const agent = new http.Agent({ keepAlive: true });
  for (;;) {
    const { headers, body } = await send(http, agent, 'GET', `${invocations}/next`);
    const deadlineMs = Number(headers['lambda-runtime-deadline-ms']);
    const awsRequestId = headers['lambda-runtime-aws-request-id'];
    const context = {
      awsRequestId,
      functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
      invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
      getRemainingTimeInMillis: () => deadlineMs - Date.now(),
    };
    const event = JSON.parse(body);
    const cpuAtStart = process.cpuUsage();
    const startedAt = performance.now();
    const answer = await handler(event, context);
    const ms = performance.now() - startedAt;
    const cpu = process.cpuUsage(cpuAtStart);
    tell({
      ms,
      cpuMs: (cpu.user + cpu.system) / 1_000,
      sinceStartMs: startedAt + ms,
      rssBytes: process.memoryUsage.rss(),
    });
    await send(http, agent, 'POST', `${invocations}/${awsRequestId}/response`, JSON.stringify(answer));
  }
}

function send(http, agent, method, url, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, agent }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }));
    });
    request.on('error', reject);
    request.end(body);
  });
}
