/** A parser whose fault only those find who follow its branches: six characters must be right, and one alone shows only that. */
export function maze(text: string): void {
  if (text.charAt(0) !== 'm') return;
  if (text.charAt(1) !== 'a') return;
  if (text.charAt(2) !== 'z') return;
  if (text.charAt(3) !== 'e') return;
  if (text.charAt(4) !== '!') return;
  if (text.charAt(5) !== '7') return;
  throw new TypeError('the middle of the maze');
}

/** Goes over the text once for each unit of it. */
export function slow(text: string): number {
  let steps = 0;
  for (let outer = 0; outer < text.length; outer++) {
    for (let inner = 0; inner < text.length; inner++) steps++;
  }
  return steps;
}
