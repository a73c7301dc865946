/** Every part of the soak, in the order in which they run. */
import { kill } from './kill/kill.ts';
import type { SoakPart } from './part.ts';

export const PARTS: readonly SoakPart[] = [kill];
