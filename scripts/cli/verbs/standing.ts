/** What a policy says of a subject, of whom nothing else is known. */
import { type ConnectRequest, readRequest } from '../../../shared/client-vpn/index.ts';
import {
  type CompiledPolicy,
  type ConditionName,
  compile,
  explain,
  type PolicyDocument,
  parseNamePattern,
  type RuleTrace,
} from '../../../shared/engine/index.ts';
import { endpointIdOf } from './rule-target.ts';
import { calledSubject, type Subject } from './subject.ts';

/** A policy that can be asked. */
export interface AskedPolicy {
  readonly document: PolicyDocument;
  readonly compiled: CompiledPolicy;
}

export interface Standing {
  /** Deny rules that refuse the subject, whatever else there is to know. */
  readonly refusedBy: readonly string[];
  /** Deny rules that would, each with the exempt rules that lift it. */
  readonly lifted: ReadonlyMap<string, readonly string[]>;
  /** Deny rules that name the subject and refuse under further conditions, such as a time or an address. */
  readonly refusedElsewhere: readonly string[];
  /** Allow rules that admit the subject where no deny rule refuses. */
  readonly admittedBy: readonly string[];
  /** What happens where no rule decides. */
  readonly byDefault: 'allow' | 'deny';
}

export function askedPolicy(document: PolicyDocument): AskedPolicy {
  return { document, compiled: compile(document) };
}

/** How the subject logs in: a name as user name and common name alike, addresses from the first one; undefined for a pattern. */
export function connectionOf({ kind, typed, entry }: Subject, endpointId?: string): ConnectRequest | undefined {
  const isPattern = kind !== 'ip' && parseNamePattern(entry).pieces.some((piece) => 'wildcard' in piece);
  if (isPattern) return undefined;
  const attributes = {
    name: { username: typed, 'common-name': typed },
    commonName: { 'common-name': typed },
    group: { groups: [typed] },
    ip: { 'public-ip': typed.split(/[/-]/)[0] },
  };
  return readRequest({ ...attributes[kind], 'endpoint-id': endpointId });
}

/** Of whom a standing speaks: `batchi`, of a range its first address, `198.51.100.0 of 198.51.100.0/24`. */
export function askedSubject(subject: Subject): string {
  const [first] = subject.typed.split(/[/-]/);
  const called = calledSubject(subject);
  return subject.kind !== 'ip' || first === called ? called : `${first} of ${called}`;
}

/**
 * What the policy says at that moment, at the first of the endpoints or at one that it does not mention. Undefined for a
 * pattern, which stands for many.
 */
export function standingOf(
  { document, compiled }: AskedPolicy,
  subject: Subject,
  [endpoint]: readonly string[],
  nowMs: number,
): Standing | undefined {
  const endpointId = endpoint === undefined ? undefined : endpointIdOf(endpoint, document);
  const connection = connectionOf(subject, endpointId);
  if (connection === undefined) return undefined;
  const inForce = explain(compiled, connection, nowMs).rules.filter(
    ({ mode, outcome }) => mode === 'enforce' && outcome !== 'not-in-force',
  );
  const denying = inForce.filter(({ effect }) => effect === 'deny');
  const settings = endpointId === undefined ? undefined : compiled.endpoints.get(endpointId);
  return {
    refusedBy: idsOf(denying.filter((trace) => applies(trace) && refusesByWhatIsKnown(trace))),
    lifted: new Map(
      denying.flatMap(({ rule, liftedBy = [] }) => (liftedBy.length === 0 ? [] : [[rule, liftedBy] as const])),
    ),
    refusedElsewhere: idsOf(denying.filter((trace) => trace.outcome === 'not-matched' && namesTheSubject(trace))),
    admittedBy: idsOf(inForce.filter((trace) => trace.effect === 'allow' && applies(trace))),
    byDefault: (settings ?? compiled).defaultEffect,
  };
}

function applies({ outcome }: RuleTrace): boolean {
  return outcome === 'decided' || outcome === 'outranked';
}

/** A block that asks for what is missing holds only because nothing else is known of the subject. */
function refusesByWhatIsKnown({ match }: RuleTrace): boolean {
  const known = match.filter(({ conditions }) => conditions.every(({ condition }) => condition !== 'missing'));
  return match.length === 0 || known.some(({ holds }) => holds);
}

const ABOUT_SUBJECTS: readonly ConditionName[] = [
  'identities',
  'users',
  'commonNames',
  'groups',
  'allGroups',
  'sourceIps',
];

function namesTheSubject({ match }: RuleTrace): boolean {
  return match.some(({ conditions }) =>
    conditions.some(({ condition, finding }) => finding === 'match' && ABOUT_SUBJECTS.includes(condition)),
  );
}

function idsOf(traces: readonly RuleTrace[]): string[] {
  return traces.map(({ rule }) => rule);
}
