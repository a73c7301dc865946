/** Every part of the soak, in the order in which they run. */
import { cedarPart } from './cedar/cedar-part.ts';
import { door } from './door/door.ts';
import { history } from './history/history.ts';
import { kill } from './kill/kill.ts';
import { load } from './load/load.ts';
import { memory } from './memory/memory.ts';
import { parsers } from './parsers/parsers.ts';
import type { SoakPart } from './part.ts';
import { storeFaults } from './store-faults/store-faults.ts';
import { zonesPart } from './zones/zones-part.ts';

export const PARTS: readonly SoakPart[] = [
  door,
  parsers,
  cedarPart,
  zonesPart,
  storeFaults,
  kill,
  history,
  load,
  memory,
];
