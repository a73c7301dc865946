/** Every part of the soak, in the order in which they run. */
import { history } from './history/history.ts';
import { kill } from './kill/kill.ts';
import type { SoakPart } from './part.ts';
import { storeFaults } from './store-faults/store-faults.ts';

export const PARTS: readonly SoakPart[] = [storeFaults, kill, history];
