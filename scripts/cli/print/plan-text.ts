/** The report of a plan as text, with colour for people. */

import type { Paint } from '../terminal/output.ts';
import { paintDiffLine } from './diff-lines.ts';
import type { PlanReport, PlanSection } from './plan-report.ts';

export function planText({ verdict, isGood, facts, sections, advice }: PlanReport, paint: Paint): string[] {
  return [
    ...facts,
    ...sections.flatMap((section) => ['', paint('bold', section.title), ...indented(section, paint)]),
    '',
    paint(isGood ? 'bold' : 'red', verdict),
    ...advice,
  ];
}

function indented({ isDiff, lines }: PlanSection, paint: Paint): string[] {
  return lines.map((line) => `  ${isDiff ? paintDiffLine(line, paint) : line}`);
}
