/** docs/drills.md: the steps that it shows of a drill, in the consoles between the drill's markers. */
import { type MarkedSection, sectionOf, withSection } from '../../bench/marked-section.ts';
import type { Step } from './step.ts';

/** Throws where the page has no place for the drill. */
export function shownSteps(page: string, drill: string): readonly Step[] {
  return [...sectionOf(page, placeOf(drill)).matchAll(CONSOLE)].flatMap(([, shown = '']) => stepsOf(shown));
}

/** The page with what was printed now. The consoles stay where they are, each with as many steps as it has. */
export function withSteps(page: string, drill: string, steps: readonly Step[]): string {
  const section = sectionOf(page, placeOf(drill));
  const count = shownSteps(page, drill).length;
  if (count !== steps.length)
    throw new Error(`docs/drills.md shows ${count} steps of ${drill}, which has ${steps.length}`);
  let at = 0;
  const renewed = section.replaceAll(CONSOLE, (_, shown: string) => {
    const own = steps.slice(at, at + stepsOf(shown).length);
    at += own.length;
    return `\`\`\`console\n${own.map(({ line, printed }) => `${line}\n${printed}`).join('')}\`\`\``;
  });
  return withSection(page, placeOf(drill), renewed);
}

const CONSOLE = /```console\n([\s\S]*?)```/g;
/** Before each line that begins a step. */
const STEP = /^(?=(?:[a-z]+ )?\$ |# )/m;

function placeOf(drill: string): MarkedSection {
  return { file: 'docs/drills.md', kind: 'drill', name: drill };
}

function stepsOf(shown: string): readonly Step[] {
  return shown.split(STEP).map((step) => {
    const end = step.indexOf('\n');
    return { line: step.slice(0, end), printed: step.slice(end + 1) };
  });
}
