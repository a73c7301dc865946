/** Where a decision stands in every list: by time, then by outcome and id, so that each place is one decision's alone. */
import { type DecisionOutcome, type DecisionRecord, OUTCOMES } from './record.ts';

/** The place of a decision; places sort as text in order of time. */
export function placeOf({ decidedAt, outcome, id }: Pick<DecisionRecord, 'decidedAt' | 'outcome' | 'id'>): string {
  return `${decidedAt}#${outcome}#${id}`;
}

export interface Place {
  readonly decidedAt: string;
  readonly outcome: DecisionOutcome;
  readonly id: string;
}

/** `undefined` for what is no place. */
export function readPlace(text: string): Place | undefined {
  const [, decidedAt, named, id] = PLACE.exec(text) ?? [];
  const outcome = OUTCOMES.find((one) => one === named);
  return decidedAt === undefined || outcome === undefined || id === undefined ? undefined : { decidedAt, outcome, id };
}

const PLACE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)#([a-z-]{1,20})#((?:request:|ended:)?[A-Za-z0-9_-]{1,64})$/;
