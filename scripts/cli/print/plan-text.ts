/** The report of a plan as text, with colour for people. */
import type { Paint } from './output.ts';
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

const COLOURS = { '+': 'green', '-': 'red', '~': 'yellow' } as const;

function indented({ isDiff, lines }: PlanSection, paint: Paint): string[] {
  return lines.map((line) => {
    const mark = line[0];
    const colour = isDiff && (mark === '+' || mark === '-' || mark === '~') ? COLOURS[mark] : undefined;
    return `  ${colour === undefined ? line : paint(colour, line)}`;
  });
}
