/** Every part of the soak, in the order in which they run. */
import { load } from './load/load.ts';
import { memory } from './memory/memory.ts';
import type { SoakPart } from './part.ts';

export const PARTS: readonly SoakPart[] = [load, memory];
