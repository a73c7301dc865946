/** Every part of the soak, in the order in which they run. */
import type { SoakPart } from './part.ts';

export const PARTS: readonly SoakPart[] = [];
