/** Parts of a page that a program writes: each stands between two comments that name it, such as `bench: rules`. */

/** Where a part is. */
export interface MarkedSection {
  /** For errors. */
  readonly file: string;
  /** In `<!-- kind: name -->` before the part and `<!-- end of kind: name -->` behind it. */
  readonly kind: string;
  readonly name: string;
}

/** What stands there, without the comments. Throws where the page has no such place. */
export function sectionOf(page: string, section: MarkedSection): string {
  const [from, to] = endsOf(page, section);
  return page.slice(from, to);
}

/** The page with `text` there instead; all else in it stays. */
export function withSection(page: string, section: MarkedSection, text: string): string {
  const [from, to] = endsOf(page, section);
  return `${page.slice(0, from)}${text}${page.slice(to)}`;
}

function endsOf(page: string, { file, kind, name }: MarkedSection): readonly [from: number, to: number] {
  const [start, end] = [`<!-- ${kind}: ${name} -->`, `<!-- end of ${kind}: ${name} -->`];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} has no place for ${name}: ${start} … ${end}`);
  return [from + start.length, to];
}
