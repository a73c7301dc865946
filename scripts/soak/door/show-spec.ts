/** An event as a report shows it: what can be written as JSON is, the rest by its nature. */
import { inspect } from 'node:util';
import { type EventSpec, jsonOf } from './event-spec.ts';

export function showSpec(spec: EventSpec): string {
  if (spec.made === 'json') return bounded(jsonOf(spec.fields));
  return bounded(inspect(spec, { depth: 6, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 2_000 }));
}

function bounded(text: string): string {
  return text.length <= 8_000 ? text : `${text.slice(0, 8_000)}… (${text.length} characters)`;
}
