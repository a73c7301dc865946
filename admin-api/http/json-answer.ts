/** Answers in JSON, bounded in size. */
import { strongTag } from './etag.ts';
import { Problem } from './problem.ts';

export const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
/** Lambda hands over 6 MB at most, the text escaped once more as JSON and the headers with it. */
const MAX_ESCAPED_BYTES = 6 * 1024 * 1024 - 64 * 1024;

export interface AnswerOptions {
  /** Default 200. */
  readonly status?: number;
  /** The entity tag's value, without quotes. */
  readonly tag?: string | undefined;
  readonly location?: string | undefined;
}

/** @throws Problem answer-too-large */
export function jsonAnswer(body: unknown, { status = 200, tag, location }: AnswerOptions = {}): Response {
  const text = JSON.stringify(body);
  checkAnswerSize(text);
  return new Response(text, {
    status,
    headers: {
      'content-type': 'application/json',
      ...(tag !== undefined && { etag: strongTag(tag) }),
      ...(location !== undefined && { location }),
    },
  });
}

/** @throws Problem answer-too-large */
export function checkAnswerSize(text: string): void {
  const bytes = Buffer.byteLength(text);
  // Escaping at most doubles a text that is printable but for its line breaks.
  const fits = bytes <= MAX_ESCAPED_BYTES / 2 || Buffer.byteLength(JSON.stringify(text)) <= MAX_ESCAPED_BYTES;
  if (bytes <= MAX_ANSWER_BYTES && fits) return;
  throw new Problem(
    'answer-too-large',
    `The answer would have ${bytes} bytes; at most ${MAX_ANSWER_BYTES} (4 MB, less where much of it must be escaped) can be sent. Read it in pages (limit and cursor) where there are some, or use the CLI: vpn-policy export --table.`,
  );
}
