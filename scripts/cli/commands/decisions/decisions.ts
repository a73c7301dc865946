/** `vpn-policy decisions`: who was refused, admitted or ended, and why. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { DecisionFilter, DecisionRecord } from '../../../../shared/decision-log/index.ts';
import { shown } from '../../../../shared/engine/index.ts';
import type { DecisionAccess } from '../../access/decision-access.ts';
import { addDecisionAccessOptions, type DecisionAccessOptions, openDecisions } from '../../access/decision-options.ts';
import { CommandError, EXIT, type ExitCode } from '../../exit-code.ts';
import { DECISION_HEAD, decisionRow, recordedDecisionLines } from '../../print/report-recorded-decision.ts';
import type { RunAction } from '../../run-action.ts';
import type { Surroundings } from '../../surroundings.ts';
import { jsonText, messageLine, paintFor, printable, writeJson, writeLines } from '../../terminal/output.ts';
import { tableLines } from '../../terminal/table.ts';
import { addTimezoneOption, type CallerClock, callerClock, type TimezoneOptions } from '../../time/caller-zone.ts';
import { zoneText } from '../../time/moment-text.ts';
import { readPastMoment } from '../../time/past-moment.ts';
import { addDecisionFilter, type DecisionFilterOptions, decisionFilter } from './decision-filter.ts';

interface DecisionsOptions extends DecisionAccessOptions, DecisionFilterOptions, TimezoneOptions {
  readonly since?: string;
  readonly until?: string;
  readonly limit?: number;
  readonly last?: boolean;
  readonly follow?: boolean;
  readonly explain?: boolean;
  readonly json?: boolean;
}

const DEFAULT_LIMIT = 50;
/** Of the past, before what is to come. */
const FOLLOW_FROM = 10;
const FOLLOW_EVERY_MS = 2_000;
/** A decision may come to be found a little after a later one. */
const OVERLAP_MS = 60_000;
const LARGEST_PAGE = 200;

export function addDecisions(program: Command, surroundings: Surroundings, run: RunAction): void {
  const command = program
    .command('decisions')
    .summary('tell who was refused, admitted or ended, and why')
    .description(
      "Lists the decisions on record, the newest first; with the id of a connection (a refused user's message may name it) tells\n" +
        'all of one: who, from where, what they were told, and the reasons, by the revision that decided. That a connection was\n' +
        'ended is a decision of its own, under ended: and its id.',
    )
    .argument('[connection-id]', 'that one, in full');
  addDecisionFilter(command)
    .option(
      '--since <time>',
      'from then on: 3d (ago), 2026-11-20, "today 09:00" (default: 7d; with --user all that is kept)',
    )
    .option('--until <time>', 'before then (default: now)')
    .option('--limit <number>', `at most so many (default: ${DEFAULT_LIMIT})`, readLimit)
    .addOption(new Option('--last', 'the newest of them, in full').conflicts(['limit', 'follow']))
    .addOption(new Option('--follow', 'go on with those that come').conflicts('until'))
    .option('--explain', 'of one decision: what every rule did, not only those that applied');
  addDecisionAccessOptions(addTimezoneOption(command))
    .option('--json', 'for programs; with --follow a line each')
    .addHelpText(
      'after',
      `
Exit codes: 0 listed, 1 there is no such decision on record, 2 wrong usage or no store.

Examples:
  vpn-policy decisions cvpn-connection-04edd76f5201e0cb8
  vpn-policy decisions --user batchi --last
  vpn-policy decisions --outcome refused --since "today 09:00"
  vpn-policy decisions --outcome ended --since 1d
  vpn-policy decisions --rule old-clients --since 14d --json
  vpn-policy decisions --follow`,
    )
    .action(run((id: string | undefined, options: DecisionsOptions) => decisions(id, options, surroundings)));
}

interface DecisionsRun {
  readonly access: DecisionAccess;
  readonly clock: CallerClock;
  readonly options: DecisionsOptions;
  readonly wanted: Wanted;
  readonly surroundings: Surroundings;
}

interface Wanted extends DecisionFilter {
  readonly sinceMs: number | undefined;
  readonly untilMs: number | undefined;
}

async function decisions(
  id: string | undefined,
  options: DecisionsOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const clock = callerClock(options, surroundings);
  const wanted: Wanted = {
    ...decisionFilter(options),
    sinceMs: momentOf(options.since, clock, '--since'),
    untilMs: momentOf(options.until, clock, '--until'),
  };
  if (id !== undefined) checkAlone(id, options);
  const access = await openDecisions(options, surroundings);
  try {
    const of = { access, clock, options, wanted, surroundings };
    if (id !== undefined) return await tellOne(id, of);
    if (options.last) return await tellLast(of);
    return await (options.follow ? follow(of) : list(of));
  } finally {
    access.close();
  }
}

function momentOf(text: string | undefined, clock: CallerClock, option: string): number | undefined {
  return text === undefined ? undefined : readPastMoment(text, clock, option);
}

const OF_LISTS = ['user', 'rule', 'outcome', 'vpnEndpoint', 'since', 'until', 'limit', 'last', 'follow'] as const;

function checkAlone(id: string, options: DecisionsOptions): void {
  if (!/^(?:request:|ended:)?[A-Za-z0-9_-]{1,64}$/.test(id)) {
    throw new CommandError(
      `${shown(id)} is no id of a connection; accepted: such as cvpn-connection-04edd76f5201e0cb8 (--user finds those of a user)`,
    );
  }
  const given = OF_LISTS.find((name) => options[name] !== undefined);
  if (given === undefined) return;
  const option = given === 'vpnEndpoint' ? 'vpn-endpoint' : given;
  throw new CommandError(`--${option} is for lists of decisions, and ${id} is one`);
}

async function tellOne(id: string, { access, clock, options, surroundings }: DecisionsRun): Promise<ExitCode> {
  const { stdout, env } = surroundings;
  const found = await access.decision(id);
  if (found === undefined) {
    throw new CommandError(
      `no decision on ${id} is on record in ${access.place}: it was never made, was not kept, or its time is over`,
      EXIT.checkFailed,
    );
  }
  if (options.json) {
    writeJson(stdout, found);
    return EXIT.ok;
  }
  const context = {
    clock,
    paint: paintFor(stdout, env),
    columns: stdout.columns,
    explain: options.explain === true,
  };
  writeLines(stdout, recordedDecisionLines(found, context));
  return EXIT.ok;
}

async function tellLast(of: DecisionsRun): Promise<ExitCode> {
  const { found } = await newest(of, 1);
  const [last] = found;
  if (last === undefined)
    throw new CommandError(`no such decision is on record in ${of.access.place}`, EXIT.checkFailed);
  return tellOne(last.id, of);
}

async function list(of: DecisionsRun): Promise<ExitCode> {
  const { clock, options, surroundings } = of;
  const { stdout, stderr, env } = surroundings;
  const limit = options.limit ?? DEFAULT_LIMIT;
  const { found, more } = await newest(of, limit);
  if (options.json) {
    writeJson(stdout, { decisions: found, more });
    return EXIT.ok;
  }
  if (found.length === 0) {
    writeLines(stderr, ['vpn-policy: no such decision is on record']);
    return EXIT.ok;
  }
  const table = { head: DECISION_HEAD, rows: found.map((record) => decisionRow(record, clock)) };
  writeLines(stdout, tableLines(table, paintFor(stdout, env), stdout.columns));
  writeLines(stdout, ['', `Times: ${zoneText(clock.nowMs, clock.zone)}`]);
  if (more) writeLines(stderr, [messageLine(`there are older ones; --limit ${Math.min(2 * limit, MOST)} tells more`)]);
  return EXIT.ok;
}

interface Newest {
  readonly found: readonly DecisionRecord[];
  /** Whether there are older ones. */
  readonly more: boolean;
}

async function newest({ access, wanted }: DecisionsRun, limit: number): Promise<Newest> {
  const found: DecisionRecord[] = [];
  for await (const record of access.decisions({ ...wanted, page: Math.min(limit + 1, LARGEST_PAGE) })) {
    if (found.length === limit) return { found, more: true };
    found.push(record);
  }
  return { found, more: false };
}

/** Ends with the process, or with `ended`. */
async function follow(of: DecisionsRun): Promise<ExitCode> {
  const { access, wanted, options, surroundings } = of;
  const { now, ended, followEveryMs = FOLLOW_EVERY_MS } = surroundings;
  const startMs = now();
  const told = new Map<string, number>();
  const fresh = async (sinceMs: number): Promise<DecisionRecord[]> => {
    const found: DecisionRecord[] = [];
    for await (const record of access.decisions({ ...wanted, sinceMs, page: LARGEST_PAGE })) {
      if (!told.has(record.id)) found.push(record);
      told.set(record.id, Date.parse(record.decidedAt));
    }
    return found;
  };
  // What is found of the past before that is told, so that none is lost in between, is not to come later.
  let sinceMs = Math.max(startMs - OVERLAP_MS, wanted.sinceMs ?? 0);
  await fresh(sinceMs);
  const { found } = await newest(of, options.limit ?? FOLLOW_FROM);
  tellLines(found.toReversed(), of);
  for (const { id, decidedAt } of found) told.set(id, Date.parse(decidedAt));
  while (await waited(followEveryMs, ended)) {
    const come = await fresh(sinceMs);
    tellLines(come.toReversed(), of);
    sinceMs = Math.max(sinceMs, ...come.map(({ decidedAt }) => Date.parse(decidedAt) - OVERLAP_MS));
    for (const [id, decidedMs] of told) if (decidedMs < sinceMs) told.delete(id);
  }
  return EXIT.ok;
}

/** False where it is over. */
async function waited(ms: number, ended: AbortSignal | undefined): Promise<boolean> {
  await sleep(ms, undefined, ended && { signal: ended }).catch(() => {});
  return ended?.aborted !== true;
}

/** A line each: what comes later has no share in the width of columns. */
function tellLines(records: readonly DecisionRecord[], { clock, options, surroundings }: DecisionsRun): void {
  const { stdout, env } = surroundings;
  const paint = paintFor(stdout, env);
  const lines = records.map((record) => {
    if (options.json) return jsonText(record);
    const cells = decisionRow(record, clock).map((cell) =>
      typeof cell === 'string' ? printable(cell) : paint(cell.colour, printable(cell.text)),
    );
    return cells.filter((cell) => cell !== '').join('  ');
  });
  writeLines(stdout, lines);
}

const MOST = 10_000;

function readLimit(text: string): number {
  const limit = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MOST) throw new InvalidArgumentError(`Accepted: 1 to ${MOST}.`);
  return limit;
}
