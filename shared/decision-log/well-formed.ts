/** Halves of surrogate pairs, which UTF-8 cannot hold and DynamoDB refuses, become U+FFFD. */
export function wellFormed(text: string): string {
  return text.toWellFormed();
}
