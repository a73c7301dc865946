/** Reads a JSON body: of the right type, of bounded size and depth, each key once. */
import { jsonPointer, placeInText, readablePath, readJson } from '../../shared/policy/index.ts';
import { Problem } from './problem.ts';

export const JSON_TYPE = 'application/json';
export const MERGE_PATCH_TYPE = 'application/merge-patch+json';

/** API Gateway passes 10 MB on and Lambda takes 6, of which base64 takes a third. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024;
const MAX_BODY_DEPTH = 32;

/**
 * The body as plain data. A key such as `__proto__` is an own key like any other, which validation then refuses.
 * @throws Problem unsupported-media-type, body-too-large, bad-json
 */
export async function readJsonBody(request: Request, types: readonly string[] = [JSON_TYPE]): Promise<unknown> {
  checkType(request, types);
  const declared = Number(request.headers.get('content-length') ?? 0);
  if (declared > MAX_BODY_BYTES) throw tooLarge(declared);
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.length > MAX_BODY_BYTES) throw tooLarge(bytes.length);
  if (bytes.length === 0) throw new Problem('bad-json', 'The body is empty; this request needs one.');

  const text = decodeUtf8(bytes);
  const { value, issues } = readJson(text, MAX_BODY_DEPTH);
  if (issues.length === 0) return value;
  const errors = placeInText(issues, text).map(({ path, code, message, line, column }) => ({
    code,
    message,
    path: readablePath(path),
    pointer: jsonPointer(path),
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
  }));
  throw new Problem('bad-json', errors[0]?.message ?? 'The body is not JSON.', { errors });
}

function checkType({ headers, method }: Request, types: readonly string[]): void {
  const [type = '', ...parameters] = (headers.get('content-type') ?? '').split(';').map((part) => part.trim());
  const accepted = `accepted: ${types.join(' or ')}, in UTF-8`;
  const refuse = (what: string): never => {
    throw new Problem('unsupported-media-type', `${what}; ${accepted}.`, {
      headers: { [method === 'PATCH' ? 'accept-patch' : 'accept-post']: types.join(', ') },
    });
  };
  if (type === '') refuse('The body has no Content-Type');
  if (!types.includes(type.toLowerCase())) refuse(`The body is ${JSON.stringify(type.slice(0, 100))}`);
  for (const parameter of parameters) {
    const [, name = '', value = ''] = /^([^=\s]+)=("?[^"]*"?)$/.exec(parameter) ?? [];
    if (name.toLowerCase() !== 'charset') continue;
    if (!/^"?utf-?8"?$/i.test(value)) refuse(`The body's charset is ${JSON.stringify(value.slice(0, 40))}`);
  }
  const encoding = headers.get('content-encoding');
  if (encoding !== null && encoding.trim().toLowerCase() !== 'identity') refuse('The body is compressed');
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Problem('bad-json', 'The body is not UTF-8.');
  }
}

function tooLarge(bytes: number): Problem {
  return new Problem(
    'body-too-large',
    `The body has ${bytes} bytes; accepted: at most ${MAX_BODY_BYTES} (4 MB). For larger policies there is the CLI: vpn-policy --table.`,
  );
}
