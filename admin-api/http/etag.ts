/** Entity tags (RFC 9110, section 8.8.3): made from what a resource says, compared as preconditions compare them. */
import { Problem } from './problem.ts';

export interface EntityTag {
  readonly weak: boolean;
  /** Between the quotes. */
  readonly value: string;
}

/** A condition on entity tags: any representation at all, or one of these. */
export type TagCondition = '*' | readonly EntityTag[];

/** A strong entity tag as a header has it. */
export function strongTag(value: string): string {
  return `"${value}"`;
}

/** Blanks and empty elements around a tag, then the tag: lists may have empty elements (RFC 9110, section 5.6.1). */
const NEXT_TAG = /[ \t]*(?:(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*)?(,|$)/y;

/**
 * Reads `If-Match` or `If-None-Match`; undefined when there is none.
 * @throws Problem bad-header
 */
export function readTagCondition(name: string, header: string | undefined): TagCondition | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return '*';
  const tags: EntityTag[] = [];
  let at = 0;
  for (;;) {
    NEXT_TAG.lastIndex = at;
    const found = NEXT_TAG.exec(header);
    if (found === null) break;
    if (found[2] !== undefined) tags.push({ weak: found[1] !== undefined, value: found[2] });
    at = NEXT_TAG.lastIndex;
    if (found[3] === '') return nonEmpty(name, tags);
  }
  throw malformed(name);
}

function nonEmpty(name: string, tags: readonly EntityTag[]): readonly EntityTag[] {
  if (tags.length === 0) throw malformed(name);
  return tags;
}

function malformed(name: string): Problem {
  return new Problem('bad-header', `${name} is neither "*" nor a list of entity tags such as "xyzzy", in quotes.`);
}

/** Strong comparison, as `If-Match` wants it: a weak tag is never the same. */
export function matchesStrongly(condition: TagCondition, value: string | undefined): boolean {
  if (value === undefined) return false;
  return condition === '*' || condition.some((tag) => !tag.weak && tag.value === value);
}

/** Weak comparison, as `If-None-Match` wants it. */
export function matchesWeakly(condition: TagCondition, value: string | undefined): boolean {
  if (value === undefined) return false;
  return condition === '*' || condition.some((tag) => tag.value === value);
}
