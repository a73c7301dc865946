/** Every part of the soak, in the order in which they run. */
import { history } from './history/history.ts';
import { kill } from './kill/kill.ts';
import type { SoakPart } from './part.ts';

export const PARTS: readonly SoakPart[] = [kill, history];
