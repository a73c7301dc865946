/** What a rule is about, where it is about one subject alone: what verbs make, and what they find again. */
import {
  type Block,
  type Blocks,
  ENDPOINT_ID,
  type PolicyDocument,
  type Rule,
  shown,
} from '../../../shared/engine/index.ts';
import { suggester } from '../../../shared/policy/index.ts';
import { CommandError, EXIT } from '../exit-code.ts';
import { onOneLine } from '../terminal/output.ts';
import { conditionFor, isEntryOf, type LeadsTo, type Subject, type SubjectCondition } from './subject.ts';

/** The block of a rule about the subject alone, in those endpoints or in all. */
export function blockAbout(subject: Subject, leadsTo: LeadsTo, endpoints: readonly string[]): Block {
  return {
    ...(endpoints.length === 0 ? {} : { endpoints }),
    [conditionFor(subject, leadsTo)]: [subject.entry],
  };
}

/** Under which conditions a rule may speak of the subject, how they compare, and at which endpoints; undefined: at any. */
export interface Target {
  readonly subject: Subject;
  readonly leadsTo: LeadsTo;
  readonly conditions: readonly SubjectCondition[];
  readonly endpoints: readonly string[] | undefined;
}

/** True for a rule whose match is the subject, perhaps at endpoints, and nothing else. */
export function isAboutAlone(rule: Rule, target: Target, document: PolicyDocument): boolean {
  const { subject, leadsTo, conditions, endpoints } = target;
  const { endpoints: at = [], ...others } = onlyBlock(rule) ?? {};
  const found = conditions.flatMap((condition) => {
    const entries = others[condition];
    return entries?.length === 1 && Object.keys(others).length === 1 ? entries : [];
  });
  if (!found.some((entry) => isEntryOf(subject, entry, leadsTo))) return false;
  return endpoints === undefined || sameEndpoints(at, endpoints, document);
}

/** Undefined for a rule about everyone, one with several blocks or exceptions. */
function onlyBlock(rule: Rule): Block | undefined {
  const blocks = rule.except === undefined ? blocksOf(rule) : [];
  return blocks.length === 1 ? blocks[0] : undefined;
}

/** What the rule matches; nothing for one about everyone. */
export function blocksOf({ match }: Rule): readonly Block[] {
  if (match === 'everyone') return [];
  return isList(match) ? match : [match];
}

/** `Array.isArray` does not narrow readonly lists. */
function isList(blocks: Blocks): blocks is readonly Block[] {
  return Array.isArray(blocks);
}

/** Throws a CommandError for an endpoint that is neither an id nor one of the policy's names. */
export function checkEndpoints(endpoints: readonly string[], document: PolicyDocument): void {
  for (const endpoint of endpoints) {
    const names = namesOf(document);
    if (ENDPOINT_ID.test(endpoint) || names.includes(endpoint)) continue;
    const known = names.length === 0 ? 'the policy names none' : `the policy names ${names.join(', ')}`;
    throw new CommandError(
      onOneLine(
        `--vpn-endpoint: ${shown(endpoint)} is no endpoint${suggester()(endpoint, names)}; accepted: cvpn-endpoint-… or a name (${known})`,
      ),
      EXIT.checkFailed,
    );
  }
}

/** Those of the endpoints (none: of all) that let in whom a rule refuses, by name where they have one. */
export function observingEndpoints(endpoints: readonly string[], document: PolicyDocument): string[] {
  const ids = new Set(endpoints.map((endpoint) => endpointIdOf(endpoint, document)));
  return Object.entries(document.endpoints ?? {}).flatMap(([id, { name = id, mode }]) =>
    mode === 'observe' && (ids.size === 0 || ids.has(id)) ? [name] : [],
  );
}

/** The id of an endpoint that a rule calls by name or by id. */
export function endpointIdOf(endpoint: string, document: PolicyDocument): string {
  const named = Object.entries(document.endpoints ?? {}).find(([, { name }]) => name === endpoint);
  return named?.[0] ?? endpoint;
}

function sameEndpoints(some: readonly string[], others: readonly string[], document: PolicyDocument): boolean {
  const ids = (endpoints: readonly string[]) => new Set(endpoints.map((endpoint) => endpointIdOf(endpoint, document)));
  const [a, b] = [ids(some), ids(others)];
  return a.size === b.size && [...a].every((id) => b.has(id));
}

function namesOf({ endpoints = {} }: PolicyDocument): string[] {
  return Object.values(endpoints).flatMap(({ name }) => (name === undefined ? [] : [name]));
}
