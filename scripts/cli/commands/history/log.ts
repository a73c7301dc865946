/** `vpn-policy log`: who changed the policy, when, what and why. */
import { type Command, InvalidArgumentError } from 'commander';
import { cut } from '../../../../shared/engine/index.ts';
import { policyChanges } from '../../../../shared/policy/index.ts';
import { type AccessOptions, addAccessOptions, openAccess } from '../../access/access-options.ts';
import { authorName } from '../../access/author-name.ts';
import {
  nothingPublished,
  type PolicyAccess,
  publishedPolicy,
  type RevisionInfo,
  revisionData,
} from '../../access/policy-access.ts';
import { EXIT, type ExitCode } from '../../exit-code.ts';
import { previousPolicy } from '../../history/previous-policy.ts';
import { readRevisionNumber } from '../../input/revision-number.ts';
import { differenceLines } from '../../print/report-difference.ts';
import type { RunAction } from '../../run-action.ts';
import type { Surroundings } from '../../surroundings.ts';
import { messageLine, onOneLine, paintFor, writeJson, writeLines } from '../../terminal/output.ts';
import { type Cell, tableLines } from '../../terminal/table.ts';
import { addTimezoneOption, type CallerClock, callerClock, type TimezoneOptions } from '../../time/caller-zone.ts';
import { echoedMoment, shortMoment, zoneText } from '../../time/moment-text.ts';
import { readPastMoment } from '../../time/past-moment.ts';

interface LogOptions extends AccessOptions, TimezoneOptions {
  readonly limit: number;
  readonly since?: string;
  readonly author?: string;
  readonly json?: boolean;
}

export function addLog(program: Command, surroundings: Surroundings, run: RunAction): void {
  const command = program
    .command('log')
    .summary('tell who changed the policy, when, what and why')
    .description('Lists the revisions, the newest first; with a number, tells all of one and what it changed.')
    .argument('[revision]', 'that one, in full', readRevisionNumber)
    .option('--limit <number>', 'at most so many', readLimit, 20)
    .option('--since <time>', 'only those from then on: 2026-11-20, "2026-11-20 18:00", "today 09:00"')
    .option('--author <text>', 'only those of authors with that in their name or ARN, whatever the letter case');
  addAccessOptions(addTimezoneOption(command))
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      `
Exit codes: 0 listed, 1 no policy has been published yet or there is no such revision, 2 wrong usage or no store.

Examples:
  vpn-policy log
  vpn-policy log --since 3d --author tanaka
  vpn-policy log 14`,
    )
    .action(
      run((revision: number | undefined, options: LogOptions) =>
        revision === undefined ? log(options, surroundings) : logOne(revision, options, surroundings),
      ),
    );
}

async function log(options: LogOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { stdout, stderr, env } = surroundings;
  const clock = callerClock(options, surroundings);
  const sinceMs = options.since === undefined ? undefined : readPastMoment(options.since, clock, '--since');
  const access = await openAccess(options, surroundings);
  try {
    const { revisions, more } = await newest(access, options, sinceMs);
    if (options.json) {
      writeJson(stdout, { revisions: revisions.map(revisionData), more });
      return EXIT.ok;
    }
    if (revisions.length === 0) {
      writeLines(stderr, ['vpn-policy: no revision is as you want it']);
      return EXIT.ok;
    }
    const most = stdout.isTTY === true ? MOST_ON_TERMINAL : Number.POSITIVE_INFINITY;
    const table = {
      head: ['REVISION', 'WHEN', 'WHO', 'WHY', 'WHAT'],
      rows: revisions.map((revision) => rowOf(revision, clock, most)),
    };
    writeLines(stdout, tableLines(table, paintFor(stdout, env), stdout.columns));
    writeLines(stdout, ['', `Times: ${zoneText(clock.nowMs, clock.zone)}`]);
    if (more) writeLines(stderr, [messageLine(`there are older ones; --limit ${2 * options.limit} tells more`)]);
    return EXIT.ok;
  } finally {
    access.close();
  }
}

interface NewestRevisions {
  readonly revisions: readonly RevisionInfo[];
  /** Whether there are older ones that are as wanted. */
  readonly more: boolean;
}

async function newest(
  access: PolicyAccess,
  { limit, author }: LogOptions,
  sinceMs: number | undefined,
): Promise<NewestRevisions> {
  const revisions: RevisionInfo[] = [];
  let isEmpty = true;
  for await (const revision of access.revisions()) {
    isEmpty = false;
    if (sinceMs !== undefined && Date.parse(revision.createdAt) < sinceMs) break;
    if (author !== undefined && !isBy(author, revision)) continue;
    if (revisions.length === limit) return { revisions, more: true };
    revisions.push(revision);
  }
  if (isEmpty) throw nothingPublished(access);
  return { revisions, more: false };
}

function isBy(text: string, { author: { id, arn = '' } }: RevisionInfo): boolean {
  return [id, arn].some((name) => name.toLowerCase().includes(text.toLowerCase()));
}

/** `log 14` tells the whole text. */
const MOST_ON_TERMINAL = 160;

function rowOf(revision: RevisionInfo, clock: CallerClock, most: number): Cell[] {
  const { number, createdAt, author, summary, reason, confirmed } = revision;
  const words = confirmed.length === 0 ? '' : `[${confirmed.join(', ')} confirmed] `;
  return [
    String(number),
    shortMoment(toFullMinute(Date.parse(createdAt)), clock),
    authorName(author),
    shortened(onOneLine(reason), most),
    shortened(onOneLine(`${words}${summary}`), most),
  ];
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${cut(text, most - 1)}…`;
}

function toFullMinute(ms: number): number {
  return Math.floor(ms / 60_000) * 60_000;
}

async function logOne(number: number, options: LogOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { stdout, env } = surroundings;
  const clock = callerClock(options, surroundings);
  const access = await openAccess(options, surroundings);
  try {
    const policy = await publishedPolicy(access, number);
    const before = await previousPolicy(access, number);
    const { revision, document } = policy;
    if (options.json) {
      const changes = policyChanges(before?.document, document);
      writeJson(stdout, { revision: revisionData(revision), from: before?.revision.number ?? null, changes });
      return EXIT.ok;
    }
    const difference = differenceLines(before?.document, document, clock, paintFor(stdout, env));
    writeLines(stdout, [
      `revision ${number}`,
      ...factsOf(revision, clock).map(([name, fact]) => `  ${name}: ${onOneLine(fact)}`),
      '',
      ...(difference.length === 0 ? ['The policy is that of the revision before.'] : difference),
    ]);
    return EXIT.ok;
  } finally {
    access.close();
  }
}

function factsOf(
  { number, createdAt, author, reason, summary, confirmed, applied = [] }: RevisionInfo,
  clock: CallerClock,
): [string, string][] {
  const { type, id, arn, issuer } = author;
  const name = authorName(author);
  const sources = applied.filter(({ revision }) => revision === number).map(({ source }) => source);
  return [
    ['when', echoedMoment(Date.parse(createdAt), clock)],
    ['who', `${name} (${[type, id, arn, issuer].filter((part) => part !== undefined && part !== name).join(', ')})`],
    ['why', reason],
    ['what', summary],
    ['confirmed', confirmed.join(', ')],
    ['applied from', sources.join(', ')],
  ].filter((fact): fact is [string, string] => fact[1] !== '');
}

const MOST = 10_000;

function readLimit(text: string): number {
  const limit = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MOST) throw new InvalidArgumentError(`Accepted: 1 to ${MOST}.`);
  return limit;
}
