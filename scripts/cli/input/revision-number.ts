/** The number of a revision, from the command line. */
import { InvalidArgumentError } from 'commander';

/** For commander, which names the option or the argument. */
export function readRevisionNumber(text: string): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (number === 0) throw new InvalidArgumentError('Accepted: the number of a revision, from 1.');
  return number;
}
