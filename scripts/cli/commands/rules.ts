/** `vpn-policy rules`: which rules there are, and which of them count now. */
import { type Command, Option } from 'commander';
import { compile, parseAddress, parseInstantMs, type Rule, shown } from '../../../shared/engine/index.ts';
import { describeRule, ruleFilter, suggester } from '../../../shared/policy/index.ts';
import { type AccessOptions, addAccessOptions, openAccess } from '../access/access-options.ts';
import { type PolicyAt, publishedPolicy } from '../access/policy-access.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts';
import { policyYaml } from '../print/policy-yaml.ts';
import { type RuleState, ruleState } from '../print/rule-state.ts';
import type { RunAction } from '../run-action.ts';
import type { Surroundings } from '../surroundings.ts';
import { counted, paintFor, printable, writeJson, writeLines } from '../terminal/output.ts';
import { type Cell, tableLines } from '../terminal/table.ts';
import { addTimezoneOption, type CallerClock, callerClock, type TimezoneOptions } from '../time/caller-zone.ts';
import { shortMoment, zoneText } from '../time/moment-text.ts';

interface ShowOptions extends AccessOptions, TimezoneOptions {
  readonly json?: boolean;
}

interface RulesOptions extends ShowOptions {
  readonly effect?: Rule['effect'];
  readonly mode?: 'enforce' | 'report';
  readonly enabled?: boolean;
  readonly disabled?: boolean;
  readonly user?: string;
  readonly ip?: string;
  readonly inForce?: boolean;
}

export function addRules(program: Command, surroundings: Surroundings, run: RunAction): void {
  const command = program
    .command('rules')
    .summary('list the rules, or show one')
    .description('Lists the rules of the policy in force as sentences, and says which of them count now.')
    .addOption(new Option('--effect <effect>', 'only those').choices(['allow', 'deny', 'exempt']))
    .addOption(new Option('--mode <mode>', 'only those').choices(['enforce', 'report']))
    .addOption(new Option('--enabled', 'only those that are switched on').conflicts('disabled'))
    .option('--disabled', 'only those that are switched off')
    .option('--user <name>', 'only those with a condition that this user name or common name fits')
    .option('--ip <address>', 'only those with a condition that this address fits')
    .option(
      '--in-force',
      'only those that count now: neither expired, nor to come, nor switched off, nor in report mode',
    );
  addAccessOptions(addTimezoneOption(command))
    .option('--json', 'the whole rules for programs')
    .addHelpText(
      'after',
      `
Exit codes: 0 listed, 1 no policy has been published yet, 2 wrong usage or no store.

Examples:
  vpn-policy rules --in-force
  vpn-policy rules --user batchi --effect deny
  vpn-policy rules show patch-night`,
    )
    .action(run((options: RulesOptions) => rules(options, surroundings)));
  addRulesShow(command, surroundings, run);
}

function addRulesShow(rulesCommand: Command, surroundings: Surroundings, run: RunAction): void {
  const command = rulesCommand
    .command('show')
    .summary('show one rule')
    .description('Shows one rule of the policy in force as it stands in a policy file.')
    .argument('<id>', 'the rule');
  addAccessOptions(addTimezoneOption(command))
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      `
Exit codes: 0 shown, 1 there is no such rule, 2 wrong usage or no store.

Examples:
  vpn-policy rules show patch-night
  vpn-policy rules show block-batchi --json`,
    )
    // Options that both commands have, commander keeps for `rules`.
    .action(run((id: string) => showRule(id, command.optsWithGlobals<ShowOptions>(), surroundings)));
}

async function rules(options: RulesOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { stdout, env } = surroundings;
  const clock = callerClock(options, surroundings);
  const { ip } = options;
  if (ip !== undefined && parseAddress(ip) === undefined) {
    throw new CommandError(`--ip ${shown(ip)} is no address; accepted: an IPv4 or IPv6 address`);
  }
  const policy = await inForce(options, surroundings);
  const all = policy.document.rules ?? [];
  const found = all.filter(filterOf(options, policy, clock.nowMs));
  if (options.json) {
    writeJson(stdout, { revision: policy.revision.number, rules: found.map((rule) => ruleData(rule, clock.nowMs)) });
    return EXIT.ok;
  }
  const table = {
    head: ['RULE', 'STATE', 'UNTIL', 'WHAT'],
    rows: found.map((rule) => rowOf(rule, clock)),
  };
  const count =
    found.length === all.length ? counted(all.length, 'rule') : `${found.length} of ${counted(all.length, 'rule')}`;
  writeLines(stdout, [
    ...(found.length === 0 ? [] : [...tableLines(table, paintFor(stdout, env), stdout.columns), '']),
    `${count}; times: ${zoneText(clock.nowMs, clock.zone)}`,
  ]);
  return EXIT.ok;
}

async function showRule(id: string, options: ShowOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { stdout } = surroundings;
  const clock = callerClock(options, surroundings);
  const { document, revision } = await inForce(options, surroundings);
  const all = document.rules ?? [];
  const rule = all.find((candidate) => candidate.id === id);
  if (rule === undefined) {
    const hint = suggester()(
      id,
      all.map((other) => other.id),
    );
    throw new CommandError(`there is no rule ${shown(id)}${hint}: vpn-policy rules lists them`, EXIT.checkFailed);
  }
  if (options.json) {
    writeJson(stdout, { revision: revision.number, ...ruleData(rule, clock.nowMs) });
    return EXIT.ok;
  }
  const yaml = policyYaml({ version: 1, defaultEffect: 'deny', rules: [rule] });
  const lines = [
    `# ${STATES[ruleState(rule, clock.nowMs)]}: ${describeRule(rule, { printTime: (time) => shortMoment(parseInstantMs(time), clock) })}`,
    `# times: ${zoneText(clock.nowMs, clock.zone)}`,
  ];
  writeLines(stdout, [...lines.map(printable), yaml.slice(yaml.indexOf('rules:')).trimEnd()]);
  return EXIT.ok;
}

async function inForce(options: ShowOptions, surroundings: Surroundings): Promise<PolicyAt> {
  const access = await openAccess(options, surroundings);
  try {
    const policy = await publishedPolicy(access);
    return policy;
  } finally {
    access.close();
  }
}

function filterOf(
  { effect, mode, enabled, disabled, user, ip, inForce: onlyInForce }: RulesOptions,
  { document }: PolicyAt,
  nowMs: number,
): (rule: Rule, place: number) => boolean {
  const on = enabled === true ? true : disabled === true ? false : undefined;
  const fits = ruleFilter({ effect, mode, enabled: on, user, ip }, () => compile(document), nowMs);
  return (rule, place) => fits(rule, place) && (onlyInForce !== true || ruleState(rule, nowMs) === 'in-force');
}

/** What programs are told; times as they are written. */
function ruleData(rule: Rule, nowMs: number): object {
  return { id: rule.id, state: ruleState(rule, nowMs), sentence: describeRule(rule), rule };
}

/** The lifetime stands beside the sentence. */
function rowOf(rule: Rule, clock: CallerClock): Cell[] {
  const { notBefore: _, expiresAt, enabled: __, mode: ___, ...lasting } = rule;
  const printTime = (time: string) => shortMoment(parseInstantMs(time), clock);
  const until = expiresAt === undefined ? '' : printTime(expiresAt);
  return [rule.id, stateCell(rule, clock), until, describeRule(lasting, { printTime })];
}

const STATES: Readonly<Record<RuleState, string>> = {
  'in-force': 'in force',
  off: 'off',
  report: 'report only',
  'not-yet': 'not yet',
  expired: 'expired',
};

function stateCell(rule: Rule, clock: CallerClock): Cell {
  const { notBefore } = rule;
  const state = ruleState(rule, clock.nowMs);
  if (state === 'in-force') return { text: STATES[state], colour: 'green' };
  if (state === 'not-yet' && notBefore !== undefined) {
    return { text: `from ${shortMoment(parseInstantMs(notBefore), clock)}`, colour: 'yellow' };
  }
  return { text: STATES[state], colour: 'yellow' };
}
