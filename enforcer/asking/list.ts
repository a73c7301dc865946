/** The connections that stand, each with what is on record of it and what the policy says of it now. */
import {
  type ConnectionList,
  EnforcerError,
  type Judged,
  type ListRequest,
  type StandingConnection,
} from '../../shared/enforcement/index.ts';
import { olderFirst } from '../judging/age.ts';
import type { JudgedConnection } from '../judging/judge-connections.ts';
import { shownNames, textOf } from '../judging/shown-names.ts';
import { isOfUser } from '../judging/user.ts';
import type { EnforcerParts, Time } from './enforcer-parts.ts';
import { type Survey, survey } from './survey.ts';

/** Lambda's answers have 6 MB ("Lambda quotas"), a connection some 450 bytes. */
const MOST_LISTED = 10_000;

/** The longest-standing first. Rejects with an EnforcerError. */
export async function list(parts: EnforcerParts, request: ListRequest, { signal }: Time): Promise<ConnectionList> {
  const { user, wouldRefuse = false, endpoint } = request;
  const found = await survey(parts, signal);
  const { atMs, inForce, judged } = found;
  const asked = judged.filter(
    (one) =>
      (user === undefined || isOfUser(one, user, parts.settings.names)) &&
      (!wouldRefuse || one.judgement.verdict === 'refused' || one.judgement.verdict === 'grace') &&
      (endpoint === undefined || one.active.endpoint === endpoint || nameOf(found, one) === endpoint),
  );
  if (asked.length > MOST_LISTED) {
    throw new EnforcerError(
      'bad-request',
      `${asked.length} connections are more than one answer holds (${MOST_LISTED}): ask for one endpoint, a user, or those that would be refused.`,
    );
  }
  const oldestFirst = asked.toSorted(({ active: one }, { active: other }) => olderFirst(one, other));
  return {
    at: new Date(atMs).toISOString(),
    revision: inForce.revision.number,
    mode: parts.settings.mode,
    connections: oldestFirst.map((one) => shown(found, one)),
  };
}

function nameOf({ inForce }: Survey, { active }: JudgedConnection): string | undefined {
  return inForce.policy.endpoints.get(active.endpoint)?.name;
}

function shown(found: Survey, one: JudgedConnection): StandingConnection {
  const { active, known } = one;
  const { id, endpoint, clientIp, establishedMs } = active;
  const event = known?.record.event;
  return {
    id,
    endpoint,
    ...given('endpointName', nameOf(found, one)),
    ...shownNames(one),
    ...given('clientIp', clientIp),
    since: new Date(establishedMs ?? known?.decidedAtMs ?? found.atMs).toISOString(),
    ...given('publicIp', textOf(event?.['public-ip'])),
    ...given('platform', textOf(event?.platform)),
    ...given('admitted', known?.record.allow ? admission(known.record) : undefined),
    standing: standing(one),
  };
}

function admission({ decidedAt, revision, rules }: { decidedAt: string; revision?: number; rules: readonly string[] }) {
  return { at: decidedAt, ...given('revision', revision), rules };
}

function standing({ judgement }: JudgedConnection): Judged {
  switch (judgement.verdict) {
    case 'kept':
    case 'refused':
      return { verdict: judgement.verdict, rules: judgement.rules };
    case 'grace':
      return { verdict: 'grace', rules: judgement.rules, endsAt: new Date(judgement.endsMs()).toISOString() };
    default:
      return { verdict: judgement.verdict, rules: [] };
  }
}

function given<Key extends string, T>(key: Key, value: T | undefined): { readonly [K in Key]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]: T });
}
