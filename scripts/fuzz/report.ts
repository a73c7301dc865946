/** A fuzz run in lines for people. */
import type { Finding, FuzzReport } from './fuzz-run.ts';

const MAX_FINDINGS_SHOWN = 10;
const MAX_SHOWN = 400;

export function reportLines(report: FuzzReport): string[] {
  const { findings, statuses, problems, operations, written, unjudged, slowest } = report;
  const kinds = new Map<string, Finding[]>();
  for (const finding of findings) {
    const kind = `${finding.what} (${finding.request.operation})`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), finding]);
  }
  return [
    `answers    ${counts(statuses)}`,
    `refusals   ${counts(problems)}`,
    `operations ${[...operations].map(([name, { sent, succeeded }]) => `${name} ${succeeded}/${sent}`).join(', ')}`,
    `${written} writes; slowest ${Math.round(slowest.ms)} ms (${slowest.operation}); ${unjudged} not judged`,
    ...[...kinds].slice(0, MAX_FINDINGS_SHOWN).flatMap(([kind, found]) => findingLines(kind, found)),
    findings.length === 0 ? 'Found nothing.' : `Found ${findings.length} in ${kinds.size} kinds.`,
  ];
}

function findingLines(kind: string, [first, ...others]: readonly Finding[]): string[] {
  if (first === undefined) return [];
  const { number, request, answer } = first;
  const { method, path, query, headers, body, caller } = request;
  return [
    '',
    `FOUND ${kind}, ${others.length + 1} times; first in request ${number}, as ${caller}:`,
    `  ${method} ${cut(path)}${query === '' ? '' : `?${cut(query)}`}`,
    `  ${cut(JSON.stringify(headers))}`,
    ...(body === undefined ? [] : [`  body of ${body.length} bytes: ${cut(JSON.stringify(body.toString('utf8')))}`]),
    `  -> ${answer.status} ${cut(answer.body)}`,
    ...(answer.fault === undefined ? [] : [`  ${answer.fault instanceof Error ? answer.fault.stack : answer.fault}`]),
  ];
}

function counts(of: ReadonlyMap<string, number>): string {
  return [...of]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

function cut(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
