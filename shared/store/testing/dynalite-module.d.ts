/** dynalite ships no types. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  export interface DynaliteOptions {
    /** How long a new table stays CREATING, in milliseconds. Default 500. */
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
    /** A folder for LevelDB; default is in memory. */
    path?: string;
  }

  export default function dynalite(options?: DynaliteOptions): Server;
}
