/** Messages to refused users: a template with placeholders, filled in once. */
import { PolicyValueError, shown } from './errors.ts';
import { latePattern } from './late-pattern.ts';

export const PLACEHOLDERS = [
  'username',
  'commonName',
  'publicIp',
  'connectionId',
  'endpoint',
  'rule',
  'until',
] as const;

export type Placeholder = (typeof PLACEHOLDERS)[number];

/** A message taken apart: texts as they are, placeholders by name. */
export interface MessageTemplate {
  readonly pieces: readonly (string | { readonly placeholder: Placeholder })[];
}

/** What Client VPN takes of a message ("Connection authorization", Client VPN administrator guide), in UTF-16 units. */
export const MAX_MESSAGE_LENGTH = 255;

/** How long a message may be in a policy, before its placeholders are filled in. */
export const MAX_TEMPLATE_LENGTH = 1024;

const MAX_INSERTED_LENGTH = 64;
/** Longer than any value that is not malformed. */
const MAX_READ_LENGTH = 1024;
const PLACEHOLDER = /\{([^{}]*)\}/g;
/** Control and format characters (the bidirectional ones among them), line and paragraph separators, halves of pairs. */
const notShown = latePattern(String.raw`[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]`, 'gu');

/** Reads a template. Throws `invalid-message`: unknown placeholder, empty, too long. */
export function parseMessage(text: string): MessageTemplate {
  if (text === '' || text.length > MAX_TEMPLATE_LENGTH) {
    throw new PolicyValueError(
      'invalid-message',
      `the message has ${text.length} characters; accepted: 1 to ${MAX_TEMPLATE_LENGTH} (${MAX_MESSAGE_LENGTH} reach the user)`,
    );
  }
  const pieces: (string | { placeholder: Placeholder })[] = [];
  let end = 0;
  for (const found of text.matchAll(PLACEHOLDER)) {
    const placeholder = PLACEHOLDERS.find((name) => name === found[1]);
    if (placeholder === undefined) {
      throw new PolicyValueError(
        'invalid-message',
        `${shown(found[0])} is no placeholder; accepted: ${PLACEHOLDERS.map((name) => `{${name}}`).join(' ')}`,
      );
    }
    pieces.push(text.slice(end, found.index), { placeholder });
    end = found.index + found[0].length;
  }
  pieces.push(text.slice(end));
  return { pieces: pieces.filter((piece) => piece !== '') };
}

/** The message, at most 255 UTF-16 units. `value` is asked for each placeholder; absent ones show as `-`. */
export function fillMessage(
  { pieces }: MessageTemplate,
  value: (placeholder: Placeholder) => string | undefined,
): string {
  let filled = '';
  for (let place = 0; place < pieces.length; place++) {
    const piece = pieces[place] as MessageTemplate['pieces'][number]; // in bounds
    filled += typeof piece === 'string' ? piece : insertable(value(piece.placeholder));
  }
  return cut(filled, MAX_MESSAGE_LENGTH);
}

/** The start of `text`, at most `length` UTF-16 units, without half a surrogate pair at its end. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

/** A value as a message shows it: without what is not seen, at most 64 UTF-16 units; `-` for one that is absent. */
export function insertable(value: string | undefined): string {
  if (value === undefined) return '-';
  if (value.length > 0 && value.length <= MAX_INSERTED_LENGTH && isPrintableAscii(value)) return value;
  // Cut twice: the first bounds the work on a huge value, the second what is shown of it.
  const read = cut(value, MAX_READ_LENGTH);
  return cut(read.replace(notShown(), ''), MAX_INSERTED_LENGTH) || '-';
}

/** Most values: nothing in them needs a second look. */
function isPrintableAscii(text: string): boolean {
  let unprintable = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    unprintable |= (unit - 0x20) | (0x7e - unit); // negative for a unit outside
  }
  return unprintable >= 0;
}
