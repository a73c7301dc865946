/**
 * Compiles a policy document. Done once a revision, so that `decide` only compares; and strict: what it does not know (a key,
 * a condition, a kind, a version) is an error, since passing over an unknown condition would widen its rule.
 */
import { ApplyingRules } from './applying-rules.ts';
import { type BlockContext, compileBlocks } from './compile-block.ts';
import type { CompiledLimit } from './compiled-limit.ts';
import type { CompiledBlock, CompiledRule, Standing } from './compiled-rule.ts';
import { type CronSchedule, parseCron } from './cron.ts';
import type { Effect, PolicyDocument } from './document.ts';
import { parseGraceMs } from './duration.ts';
import { PolicyValueError, shown } from './errors.ts';
import { parseInstant, parseInstantMs } from './instant.ts';
import { type MessageTemplate, parseMessage } from './message.ts';
import type { CompiledEndpoint, CompiledPolicy } from './policy.ts';
import {
  at,
  optional,
  Path,
  readChoice,
  readCount,
  readFlag,
  readList,
  readObject,
  readText,
  readTexts,
} from './reading.ts';
import { RuleIndex } from './rule-index/rule-index.ts';
import { RuleTraits } from './rule-traits.ts';
import { type CompiledSet, compileSet } from './sets.ts';
import { DEFAULT_RULE, ENDPOINT_ID, LANGUAGE_VERSION, MAX_CONNECTIONS, RULE_ID } from './vocabulary.ts';
import type { CompiledWindow, TimeDisplay } from './window.ts';
import { parseZone, type Zone } from './zone.ts';

/** Sent where neither rule nor endpoint nor document has a message. */
export const BUILT_IN_MESSAGE = "Refused by the VPN's policy. Connection {connectionId}.";

const EFFECTS: readonly Effect[] = ['allow', 'deny'];
const DOCUMENT_KEYS = new Set([
  'version',
  'defaultEffect',
  'defaultMessage',
  'endpoints',
  'sets',
  'rules',
  'limits',
  'tests',
]);
const ENDPOINT_KEYS = new Set(['name', 'defaultEffect', 'defaultMessage', 'mode']);
const COMMON_RULE_KEYS = [
  'id',
  'effect',
  'description',
  'match',
  'except',
  'mode',
  'enabled',
  'notBefore',
  'expiresAt',
];
const DENY_KEYS = new Set([...COMMON_RULE_KEYS, 'message', 'postureStatuses', 'final', 'standing', 'grace']);
const ALLOW_KEYS = new Set([...COMMON_RULE_KEYS, 'postureStatuses', 'standing', 'grace']);
const EXEMPT_KEYS = new Set([...COMMON_RULE_KEYS, 'from']);
const RULE_EFFECTS = ['deny', 'allow', 'exempt'] as const;
const LIMIT_KEYS = new Set([
  'id',
  'description',
  'match',
  'except',
  'enabled',
  'maxConnections',
  'whenExceeded',
  'message',
]);

/** The policy ready to decide. Throws `PolicyValueError`, whose path leads to what was not understood. */
export function compile(document: PolicyDocument): CompiledPolicy {
  return new Compiler().compile(document);
}

class Compiler implements BlockContext {
  // Reading a zone or a schedule costs far more than looking it up, and a policy has few different ones.
  readonly #zones = new Map<string, Zone>();
  readonly #schedules = new Map<string, CronSchedule>();
  readonly #sets = new Map<string, CompiledSet>();
  readonly #endpointIds = new Map<string, string>();
  readonly #windows: CompiledWindow[] = [];

  compile(document: unknown): CompiledPolicy {
    const { root } = Path;
    const fields = readObject(document, root, DOCUMENT_KEYS);
    if (fields.version !== LANGUAGE_VERSION) {
      throw new PolicyValueError(
        'unknown-language-version',
        `version ${shown(fields.version)} of the policy language is not known; accepted: ${LANGUAGE_VERSION}`,
        ['version'],
      );
    }
    const defaultEffect = readChoice(fields.defaultEffect, root.to('defaultEffect'), EFFECTS);
    const defaultMessage =
      optionalMessage(fields.defaultMessage, root.to('defaultMessage')) ?? parseMessage(BUILT_IN_MESSAGE);
    const endpoints = this.#compileEndpoints(fields.endpoints, defaultEffect, defaultMessage);
    for (const [name, set] of entriesOf(fields.sets, root.to('sets'))) {
      this.#sets.set(name, compileSet(set, root.to('sets').to(name)));
    }
    const ofRules = root.to('rules');
    const rules = (optional(fields.rules, (list) => readList(list, ofRules, 0)) ?? []).map((rule, index) =>
      this.#compileRule(rule, ofRules.to(index)),
    );
    refuseUnknownReferences(rules);
    const ofLimits = root.to('limits');
    const limits = (optional(fields.limits, (list) => readList(list, ofLimits, 0)) ?? []).map((limit, index) =>
      this.#compileLimit(limit, ofLimits.to(index)),
    );
    refuseRepeatedIds(rules, limits);
    return {
      defaultEffect,
      defaultMessage,
      endpoints,
      rules,
      ids: rules.map(({ id }) => id),
      traits: new RuleTraits(rules),
      index: new RuleIndex(rules),
      applying: new ApplyingRules(rules.length),
      limits,
    };
  }

  zone(name: string): Zone {
    const zone = this.#zones.get(name) ?? parseZone(name);
    this.#zones.set(name, zone);
    return zone;
  }

  schedule(cron: string): CronSchedule {
    const schedule = this.#schedules.get(cron) ?? parseCron(cron);
    this.#schedules.set(cron, schedule);
    return schedule;
  }

  set(name: string, path: Path): CompiledSet {
    const set = this.#sets.get(name);
    if (set === undefined) {
      const known = [...this.#sets.keys()].map((each) => `@${each}`).join(', ') || 'none is defined';
      throw new PolicyValueError('unknown-set', `there is no set ${shown(name)}; accepted: ${known}`, path.keys);
    }
    return set;
  }

  endpointId(name: string): string | undefined {
    return this.#endpointIds.get(name);
  }

  onWindow(window: CompiledWindow): void {
    this.#windows.push(window);
  }

  #compileEndpoints(
    value: unknown,
    defaultEffect: Effect,
    defaultMessage: MessageTemplate,
  ): Map<string, CompiledEndpoint> {
    const endpoints = new Map<string, CompiledEndpoint>();
    for (const [id, settings] of entriesOf(value, Path.root.to('endpoints'))) {
      const path = Path.root.to('endpoints').to(id);
      if (!ENDPOINT_ID.test(id)) {
        throw new PolicyValueError(
          'invalid-value',
          `${shown(id)} is no endpoint id; accepted: cvpn-endpoint-…`,
          path.keys,
        );
      }
      const fields = readObject(settings, path, ENDPOINT_KEYS);
      const name = optional(fields.name, (text) => readText(text, path.to('name')));
      if (name !== undefined) {
        // A rule that uses the name would speak of one of the two, silently.
        if (this.#endpointIds.has(name)) {
          throw new PolicyValueError(
            'invalid-value',
            `a second endpoint has the name ${shown(name)}`,
            path.to('name').keys,
          );
        }
        this.#endpointIds.set(name, id);
      }
      endpoints.set(id, {
        id,
        name,
        defaultEffect:
          optional(fields.defaultEffect, (effect) => readChoice(effect, path.to('defaultEffect'), EFFECTS)) ??
          defaultEffect,
        defaultMessage: optionalMessage(fields.defaultMessage, path.to('defaultMessage')) ?? defaultMessage,
        observes:
          optional(fields.mode, (mode) => readChoice(mode, path.to('mode'), ['enforce', 'observe'])) === 'observe',
      });
    }
    return endpoints;
  }

  #compileRule(value: unknown, path: Path): CompiledRule {
    const fields = readObject(value, path);
    const effect = readChoice(fields.effect, path.to('effect'), RULE_EFFECTS);
    const common = this.#compileCommon(fields, path, effect === 'deny');
    switch (effect) {
      case 'deny':
        readObject(value, path, DENY_KEYS);
        return {
          ...common,
          effect,
          message: optionalMessage(fields.message, path.to('message')),
          postureStatuses: compileStatuses(fields.postureStatuses, path),
          final: optional(fields.final, (flag) => readFlag(flag, path.to('final'))) ?? false,
          standing: compileStanding(fields, path, ['keep', 'end', 'endAll']),
        };
      case 'allow':
        readObject(value, path, ALLOW_KEYS);
        return {
          ...common,
          effect,
          postureStatuses: compileStatuses(fields.postureStatuses, path),
          standing: compileStanding(fields, path, ['keep', 'end']),
        };
      case 'exempt':
        readObject(value, path, EXEMPT_KEYS);
        return {
          ...common,
          effect,
          from: fields.from === '*' ? 'every' : new Set(readTexts(fields.from, path.to('from'))),
        };
    }
  }

  #compileCommon(fields: Readonly<Record<string, unknown>>, path: Path, refuses: boolean) {
    const id = readId(fields.id, path.to('id'), 'rule');
    optional(fields.description, (text) => readText(text, path.to('description')));
    const expiresAt = optional(fields.expiresAt, (time) =>
      at(path.to('expiresAt'), () => parseInstant(readText(time, path.to('expiresAt')))),
    );
    const notBeforeMs = optional(fields.notBefore, (time) =>
      at(path.to('notBefore'), () => parseInstantMs(readText(time, path.to('notBefore')))),
    );
    const windowsBefore = this.#windows.length;
    const match = this.#compileMatch(fields.match, path.to('match'), refuses);
    const matchWindows = this.#windows.slice(windowsBefore);
    const except = optional(fields.except, (blocks) =>
      compileBlocks(blocks, path.to('except'), refuses ? 'granting' : 'refusing', this),
    );
    const expiryDisplay: TimeDisplay | undefined = expiresAt && { offsetMinutes: expiresAt.offsetMinutes };
    return {
      id,
      enforced: optional(fields.mode, (mode) => readChoice(mode, path.to('mode'), ['enforce', 'report'])) !== 'report',
      enabled: optional(fields.enabled, (flag) => readFlag(flag, path.to('enabled'))) ?? true,
      notBeforeMs: notBeforeMs ?? Number.NEGATIVE_INFINITY,
      expiresAtMs: expiresAt?.ms ?? Number.POSITIVE_INFINITY,
      match,
      except: except ?? [],
      matchWindows,
      expiryDisplay,
    };
  }

  #compileLimit(value: unknown, path: Path): CompiledLimit {
    const fields = readObject(value, path, LIMIT_KEYS);
    optional(fields.description, (text) => readText(text, path.to('description')));
    return {
      id: readId(fields.id, path.to('id'), 'limit'),
      enabled: optional(fields.enabled, (flag) => readFlag(flag, path.to('enabled'))) ?? true,
      match: this.#compileMatch(fields.match, path.to('match'), true),
      except: optional(fields.except, (blocks) => compileBlocks(blocks, path.to('except'), 'granting', this)) ?? [],
      maxConnections: readCount(fields.maxConnections, path.to('maxConnections'), MAX_CONNECTIONS),
      whenExceeded:
        optional(fields.whenExceeded, (action) =>
          readChoice(action, path.to('whenExceeded'), ['refuse', 'endOldest']),
        ) ?? 'refuse',
      message: optionalMessage(fields.message, path.to('message')),
    };
  }

  #compileMatch(value: unknown, path: Path, refuses: boolean): readonly CompiledBlock[] {
    return value === 'everyone' ? [[]] : compileBlocks(value, path, refuses ? 'refusing' : 'granting', this);
  }
}

function entriesOf(value: unknown, path: Path): [string, unknown][] {
  return value === undefined ? [] : Object.entries(readObject(value, path));
}

function optionalMessage(value: unknown, path: Path): MessageTemplate | undefined {
  return optional(value, (text) => at(path, () => parseMessage(readText(text, path))));
}

function compileStatuses(value: unknown, path: Path): readonly string[] {
  return optional(value, (statuses) => readTexts(statuses, path.to('postureStatuses'))) ?? [];
}

function readId(value: unknown, path: Path, kind: 'rule' | 'limit'): string {
  const id = readText(value, path);
  if (RULE_ID.test(id) && id !== DEFAULT_RULE) return id;
  throw new PolicyValueError(
    'invalid-value',
    `${shown(id)} is no ${kind} id; accepted: ${RULE_ID.source}, other than ${DEFAULT_RULE}`,
    path.keys,
  );
}

function compileStanding<T extends Standing['becomes']>(
  { standing, grace }: Readonly<Record<string, unknown>>,
  path: Path,
  choices: readonly T[],
): Standing {
  const becomes = optional(standing, (choice) => readChoice(choice, path.to('standing'), choices)) ?? 'end';
  const graceMs = optional(grace, (text) => at(path.to('grace'), () => parseGraceMs(readText(text, path.to('grace')))));
  if (becomes === 'keep' && graceMs !== undefined) {
    throw new PolicyValueError(
      'invalid-value',
      'a rule that keeps standing connections has no grace after which they end; accepted: standing keep, or grace',
      path.to('grace').keys,
    );
  }
  return { becomes, graceMs: graceMs ?? 0 };
}

/** A decision names rules and limits alike. */
function refuseRepeatedIds(rules: readonly CompiledRule[], limits: readonly CompiledLimit[]): void {
  if (limits.length === 0) return;
  const taken = new Set(rules.map(({ id }) => id));
  limits.forEach(({ id }, index) => {
    if (taken.has(id)) {
      throw new PolicyValueError('invalid-value', `a second rule or limit has the id ${shown(id)}`, [
        'limits',
        index,
        'id',
      ]);
    }
    taken.add(id);
  });
}

/** Two rules of one id would make an exemption ambiguous, and one that names no deny rule would lift nothing, silently. */
function refuseUnknownReferences(rules: readonly CompiledRule[]): void {
  const effects = new Map<string, CompiledRule['effect']>();
  rules.forEach(({ id, effect }, index) => {
    if (effects.has(id))
      throw new PolicyValueError('invalid-value', `a second rule has the id ${shown(id)}`, ['rules', index, 'id']);
    effects.set(id, effect);
  });
  rules.forEach((rule, index) => {
    if (rule.effect !== 'exempt' || rule.from === 'every') return;
    for (const id of rule.from) {
      if (effects.get(id) === 'deny') continue;
      throw new PolicyValueError('unknown-rule', `${shown(id)} is no deny rule; accepted: ids of deny rules, or "*"`, [
        'rules',
        index,
        'from',
      ]);
    }
  });
}
