/** The report of a plan as Markdown: a comment on a pull request. */
import type { PlanReport, PlanSection } from './plan-report.ts';

/** GitHub takes 65,536 characters in a comment. */
const MAX_CHARACTERS = 60_000;

/** What comes from elsewhere stands in fenced blocks and code spans alone, so that nothing in it is a link, a mention or markup. */
export function planMarkdown({ verdict, isGood, facts, sections, advice }: PlanReport, fileName: string): string {
  const blocks = [
    `### ${isGood ? '' : '❌ '}VPN policy ${codeSpan(fileName)}`,
    `**${escaped(verdict)}**`,
    fenced('text', facts),
    ...cutSections(sections).map(({ title, isDiff, lines }) =>
      [`#### ${escaped(title)}`, fenced(isDiff ? 'diff' : 'text', isDiff ? lines.map(asDiffLine) : lines)].join('\n'),
    ),
    ...advice.map(escaped),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** GitHub's colouring of differences knows `!` for what changed. */
function asDiffLine(line: string): string {
  return line.startsWith('~') ? `!${line.slice(1)}` : line;
}

function cutSections(sections: readonly PlanSection[]): PlanSection[] {
  let left = MAX_CHARACTERS;
  return sections.map((section) => {
    const shown: string[] = [];
    for (const line of section.lines) {
      left -= line.length + 1;
      if (left < 0) break;
      shown.push(line);
    }
    const cut = section.lines.length - shown.length;
    return cut === 0
      ? section
      : { ...section, lines: [...shown, ` … and ${cut} more lines; vpn-policy plan shows them`] };
  });
}

/** A fence that nothing inside can end. */
function fenced(language: string, lines: readonly string[]): string {
  const longest = lines.flatMap((line) => line.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${lines.join('\n')}\n${fence}`;
}

function codeSpan(text: string): string {
  const longest = (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
  const ticks = '`'.repeat(longest + 1);
  return longest === 0 ? `${ticks}${text}${ticks}` : `${ticks} ${text} ${ticks}`;
}

/** Names in our own sentences. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|!~]/g, '\\$&');
}
