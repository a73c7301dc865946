/**
 * Regular expressions that are made when they are first needed. One that names Unicode properties takes V8 most of a millisecond, and V8
 * reads every literal when the file is loaded, whether it is ever asked or not.
 */

/** @param source as in a literal, between the slashes */
export function latePattern(source: string, flags: string): () => RegExp {
  let pattern: RegExp | undefined;
  return () => {
    pattern ??= new RegExp(source, flags);
    return pattern;
  };
}
