/** Deterministic JSON, as the store writes it. */
export * from '../canonical-json.ts';
