/** What made the difference? Takes one feature of the language out of a policy, so that decisions can be compared. */
import { type Connection, isMalformed } from '../connection.ts';
import type { Block, Blocks, PolicyDocument, PolicySet, Rule, Window } from '../document.ts';
import { isAddress } from './reference-addresses.ts';

/** A policy and a connection, less one feature; undefined where they do not have it. */
export type Ablation = (
  document: PolicyDocument,
  connection: Connection,
) => readonly [PolicyDocument, Connection] | undefined;

const CONDITIONS = [
  'endpoints',
  'users',
  'commonNames',
  'identities',
  'groups',
  'allGroups',
  'sourceIps',
  'platforms',
  'openvpnVersion',
  'awsClientVersion',
  'windows',
  'missing',
] as const satisfies readonly (keyof Block)[];

/** A window that no moment lies in any more. */
const NEVER: Window = { until: '1970-01-01T00:00Z' };

/** Every feature that can be taken out, by its name. */
export const ABLATIONS: Readonly<Record<string, Ablation>> = {
  'exempt rule': withRules((rule) => (rule.effect === 'exempt' ? [] : [rule])),
  final: withRules((rule) => (rule.effect === 'deny' && rule.final === true ? [{ ...rule, final: false }] : [rule])),
  except: withRules((rule) => [changed(rule, { except: undefined })]),
  enabled: withRules((rule) => [changed(rule, { enabled: undefined })]),
  notBefore: withRules((rule) => [changed(rule, { notBefore: undefined })]),
  expiresAt: withRules((rule) => [changed(rule, { expiresAt: undefined })]),
  'expired set entry': withSets((set) => ({
    ...set,
    entries: set.entries.map((entry) => (typeof entry === 'string' ? entry : entry.value)),
  })),
  'absolute window': withWindows((window) => ('from' in window || 'until' in window ? NEVER : window)),
  'weekly window': withWindows((window) => ('days' in window ? NEVER : window)),
  'window by date': withWindows((window) => ('dates' in window ? NEVER : window)),
  'cron window': withWindows((window) => ('cron' in window ? NEVER : window)),
  'malformed attribute': (document, connection) => {
    const given = Object.entries(connection);
    if (!given.some(([, value]) => isMalformed(value))) return undefined;
    const absent = Object.fromEntries(given.filter(([, value]) => isMalformed(value)).map(([key]) => [key, undefined]));
    return [document, { ...connection, ...absent }];
  },
  'malformed address': (document, connection) => {
    const { publicIp } = connection;
    if (typeof publicIp !== 'string' || isAddress(publicIp)) return undefined;
    return [document, { ...connection, publicIp: undefined }];
  },
  ...Object.fromEntries(
    CONDITIONS.map((name) => [name, withBlocks((block) => (name in block ? { windows: [NEVER] } : block))]),
  ),
};

function changed(rule: Rule, change: Partial<Rule>): Rule {
  // Spreading a part of a rule over the rule keeps its effect, which tsc cannot see.
  return { ...rule, ...change } as Rule;
}

function withRules(change: (rule: Rule) => readonly Rule[]): Ablation {
  return (document, connection) => {
    const rules = (document.rules ?? []).flatMap(change);
    return JSON.stringify(rules) === JSON.stringify(document.rules ?? [])
      ? undefined
      : [{ ...document, rules }, connection];
  };
}

function withSets(change: (set: PolicySet) => PolicySet): Ablation {
  return (document, connection) => {
    const sets = Object.fromEntries(Object.entries(document.sets ?? {}).map(([name, set]) => [name, change(set)]));
    return [{ ...document, sets }, connection];
  };
}

function withBlocks(change: (block: Block) => Block): Ablation {
  const all = (blocks: Blocks): Blocks => [blocks].flat().map(change);
  return withRules((rule) => [
    changed(rule, {
      match: rule.match === 'everyone' ? rule.match : all(rule.match),
      ...(rule.except === undefined ? {} : { except: all(rule.except) }),
    }),
  ]);
}

function withWindows(change: (window: Window) => Window): Ablation {
  return withBlocks((block) =>
    block.windows === undefined ? block : { ...block, windows: block.windows.map(change) },
  );
}
