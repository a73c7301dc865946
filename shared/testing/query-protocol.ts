/** A server that speaks the query protocols of EC2 and STS: a form comes in, XML goes out (EC2 API reference, "Query requests for Amazon EC2"). */
import { type ReceivedRequest, startHttpServer, type TestAnswer } from './http-server.ts';

export type Parameters = Readonly<Record<string, string>>;

export interface QueryServer {
  readonly url: string;
  /** The parameters of every request, in order. */
  readonly requests: readonly Parameters[];
  stop(): Promise<void>;
}

/** Starts it on 127.0.0.1, on a free port where none is named. */
export async function startQueryServer(
  answerTo: (parameters: Parameters, request: ReceivedRequest) => TestAnswer,
  options: { readonly port?: number } = {},
): Promise<QueryServer> {
  const requests: Parameters[] = [];
  const server = await startHttpServer((request) => {
    const parameters = Object.fromEntries(new URLSearchParams(request.body));
    requests.push(parameters);
    return answerTo(parameters, request);
  }, options);
  return { url: server.url, requests, stop: () => server.stop() };
}

/** EC2's answer to an action; `inner` is XML. */
export function ec2Success(action: string, inner: string): TestAnswer {
  return xmlAnswer(
    200,
    `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>${REQUEST_ID}</requestId>${inner}</${action}Response>`,
  );
}

/** EC2's error document ("Error codes for the Amazon EC2 API", "Example error response"). */
export function ec2Refusal(status: number, code: string, message: string): TestAnswer {
  return xmlAnswer(
    status,
    `<Response><Errors><Error><Code>${xmlText(code)}</Code><Message>${xmlText(message)}</Message></Error></Errors><RequestID>${REQUEST_ID}</RequestID></Response>`,
  );
}

export function xmlAnswer(status: number, body: string): TestAnswer {
  return {
    status,
    headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': REQUEST_ID },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
  };
}

/** An element with a text. */
export function xmlElement(name: string, text: string): string {
  return `<${name}>${xmlText(text)}</${name}>`;
}

const REQUEST_ID = '7263df00-d3ed-4f32-a3b9-881770000000';

function xmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
