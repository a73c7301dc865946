/** An option that may be given several times, for commander. */
export function collected(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
