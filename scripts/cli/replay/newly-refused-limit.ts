/** How many users a change may newly refuse: `--max-newly-refused`. */
import { type Command, InvalidArgumentError } from 'commander';
import type { ReplayReport, UserCount } from '../../../shared/replay/index.ts';
import { newlyRefusedText } from '../print/report-replay.ts';

export interface NewlyRefusedLimit {
  /** As it was typed. */
  readonly text: string;
  readonly kind: 'percent' | 'users';
  readonly most: number;
}

export function addNewlyRefusedLimit(command: Command, what: string): Command {
  return command.option(
    '--max-newly-refused <share>',
    `${what}: a share of the users seen (1%, 0.5%) or a number of users (0, 12)`,
    readLimit,
  );
}

function readLimit(text: string): NewlyRefusedLimit {
  const percent = /^(\d{1,3}(?:\.\d{1,3})?)%$/.exec(text)?.[1];
  if (percent !== undefined && Number(percent) <= 100) return { text, kind: 'percent', most: Number(percent) };
  if (/^\d{1,7}$/.test(text)) return { text, kind: 'users', most: Number(text) };
  throw new InvalidArgumentError('Accepted: such as 1%, 0.5%, 0 or 12.');
}

/** Why the limit stops it, in words; undefined where it does not. What cannot be judged is stopped. */
export function overLimit(
  report: ReplayReport,
  limit: NewlyRefusedLimit,
  spanMs: number | undefined,
): string | undefined {
  if (report.connections === 0) {
    return `--max-newly-refused ${limit.text}: no decision is on record in that time, so nobody knows whom it would refuse`;
  }
  if (report.plainAdmissions === 0) {
    return `--max-newly-refused ${limit.text}: no plain admission is on record in that time (DECISION_LOG=refused keeps none), so nobody knows whom it would newly refuse`;
  }
  const { newlyRefused } = report.changed;
  const isOver =
    limit.kind === 'users'
      ? newlyRefused.users.count + newlyRefused.withoutUser > limit.most
      : isMore(newlyRefused.users.count, report.users.count, limit.most) ||
        isMore(newlyRefused.withoutUser, report.withoutUser, limit.most);
  if (!isOver && !isUnsure(newlyRefused.users)) return undefined;
  return `--max-newly-refused ${limit.text}: it ${newlyRefusedText(report, spanMs)}`;
}

/** Where there are more than are told apart. */
function isUnsure({ atLeast }: UserCount): boolean {
  return atLeast === true;
}

/** In whole thousandths of a percent, and without division: 57 of 10,000 is not more than 0.57%, 0 of 0 not more than anything. */
function isMore(part: number, of: number, percent: number): boolean {
  return part * 100_000 > of * Math.round(percent * 1_000);
}
