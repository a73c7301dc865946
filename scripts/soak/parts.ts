/** Every part of the soak, in the order in which they run. */
import { door } from './door/door.ts';
import { parsers } from './parsers/parsers.ts';
import type { SoakPart } from './part.ts';

export const PARTS: readonly SoakPart[] = [door, parsers];
