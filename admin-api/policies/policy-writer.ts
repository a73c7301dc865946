/** Every write of the API: permitted, checked and committed at once, its refusals told in terms of what was sent. */
import type { Context } from 'hono';
import { diffPolicies, type LintWarning } from '../../shared/policy/index.ts';
import {
  type CurrentPolicy,
  PolicyRefusedError,
  type PolicyWrite,
  type WrittenPolicy,
  writePolicy,
} from '../../shared/store/index.ts';
import { checkPermitted, type Permission, requireAny } from '../access/permissions.ts';
import type { AdminEnv, Services } from '../environment.ts';
import { Problem } from '../http/problem.ts';
import { workingTimeMs } from '../http/working-time.ts';
import type { WriteAnswer } from '../schemas/answers.ts';
import type { WriteQuery } from '../schemas/requests.ts';
import { type BodyPlace, inBody, inDocument } from './document-places.ts';
import { revisionView } from './revision-view.ts';

/** What a write takes. */
export interface WriteKind {
  /** The permissions of which the caller needs one, in words for what. */
  readonly needs: readonly Permission[];
  readonly to: string;
}

/** To be asked before a body is read: who may not write at all has nothing looked at. @throws Problem forbidden */
export function requireWrite(c: Context<AdminEnv>, { needs, to }: WriteKind): void {
  requireAny(c.get('permissions'), needs, to);
}

export interface ApiWrite extends WriteKind {
  /**
   * Makes the next document from the policy in force (undefined before the first). Called again when another writer was
   * first, so preconditions are checked in here; what it throws ends the write.
   */
  readonly change: (current: CurrentPolicy | undefined) => unknown;
  /** The file that the document is. */
  readonly applied?: PolicyWrite['applied'];
  /** Where a place in the next document stands in the body; called after `change`. */
  readonly place?: BodyPlace;
  /** True for what takes the policy back to an earlier state. */
  readonly goesBack?: boolean;
}

export interface ApiWriteMeans
  extends Pick<PolicyWrite, 'author' | 'reason' | 'confirm' | 'dryRun' | 'now' | 'deadlineMs'> {
  /** To be called with each state that the write is tried on and what it would make of it. @throws Problem forbidden */
  readonly permit: (current: CurrentPolicy | undefined, next: unknown) => void;
}

interface Answered {
  readonly dryRun: boolean;
  /** What every answer to a write says. */
  readonly answer: WriteAnswer;
}

export type WriteOutcome = WrittenPolicy & Answered;

/** @throws Problem; nothing is written then */
export function write(
  c: Context<AdminEnv>,
  services: Services,
  query: WriteQuery,
  { change, applied, ...kind }: ApiWrite,
): Promise<WriteOutcome> {
  return writeBy(c, services, query, kind, ({ permit, ...means }) =>
    writePolicy(services.store, {
      ...means,
      applied,
      change: (current) => {
        const next = change(current);
        permit(current, next);
        return next;
      },
    }),
  );
}

/** As `write`, carried out by `work`. @throws Problem; nothing is written then */
export async function writeBy<Written extends WrittenPolicy>(
  c: Context<AdminEnv>,
  services: Services,
  query: WriteQuery,
  { place = () => undefined, needs, to, goesBack = false }: Omit<ApiWrite, 'change' | 'applied'>,
  work: (means: ApiWriteMeans) => Promise<Written>,
): Promise<Written & Answered> {
  const { now } = services;
  const [caller, held, told] = [c.get('caller'), c.get('permissions'), c.get('told')];
  const dryRun = query.dryRun === 'true';
  const reason = query.reason ?? '';
  const confirm = confirmationsIn(query);
  Object.assign(told, { reason, dryRun, ...(confirm.length > 0 && { confirm }) });
  requireAny(held, needs, to);
  if (confirm.length > 0) requireAny(held, ['confirm'], 'override a check');

  try {
    const written = await work({
      permit: (current, after) => checkPermitted({ held, goesBack, before: current?.document, after, nowMs: now() }),
      author: caller.author,
      reason,
      confirm,
      dryRun,
      now,
      deadlineMs: workingTimeMs(c.env),
    });
    const { revision } = written;
    Object.assign(told, { written: written.written, ...(revision && { revision: revision.number }) });
    if (written.written) await services.passAfterWrite(told);
    return { ...written, dryRun, answer: answerOf(written, dryRun) };
  } catch (error) {
    if (error instanceof PolicyRefusedError) throw refused(error, place);
    throw error;
  }
}

function confirmationsIn({ confirm }: WriteQuery) {
  const named = new Set(confirm?.split(','));
  return (['lockout', 'tests'] as const).filter((confirmation) => named.has(confirmation));
}

/** A policy can have a warning for each of its entries. */
const MAX_WARNINGS = 100;

function answerOf(result: WrittenPolicy, dryRun: boolean): WriteAnswer {
  const { revision, written, changed, summary, warnings, confirmedFor, previous, document } = result;
  return {
    revision: revision === undefined ? null : revisionView(revision),
    written,
    dryRun,
    ...(dryRun && { wouldWrite: changed }),
    summary,
    warnings: warnings.slice(0, MAX_WARNINGS).map(warningView),
    ...(warnings.length > MAX_WARNINGS && { warningsInAll: warnings.length }),
    ...(confirmedFor.length > 0 && { confirmed: confirmedFor.map((reason) => ({ ...reason })) }),
    ...(dryRun && previous !== undefined && { diff: diffPolicies(previous.document, document) }),
  };
}

function warningView({ code, message, path }: LintWarning) {
  return { code, message, ...inDocument(path) };
}

function refused({ refusal, refused: document, cause }: PolicyRefusedError, place: BodyPlace): Problem {
  const { issues, failedTests, unconfirmed } = refusal;
  if (issues.length > 0) {
    const errors = issues.map(({ code, message, path }) => {
      const sent = place(path, document);
      return { code, message, ...(sent && inBody(sent)), ...inDocument(path) };
    });
    const [first] = errors;
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
    return new Problem('invalid', `${first?.documentPath || 'The policy'}: ${first?.message}${more}`, {
      errors,
      cause,
    });
  }
  const members = {
    ...(failedTests.length > 0 && { failedTests }),
    ...(unconfirmed.length > 0 && { confirm: unconfirmed }),
  };
  if (failedTests.length > 0) {
    const [first] = failedTests;
    return new Problem(
      'tests-failed',
      `The test ${JSON.stringify(first?.name)} fails (${first?.differences.join('; ')}).`,
      { members, cause },
    );
  }
  const words = [...new Set(unconfirmed.map(({ confirm }) => confirm))].join(',');
  return new Problem(
    'confirmation-needed',
    `${unconfirmed
      .map(({ message }) => message)
      .slice(0, 5)
      .join('; ')}. If that is what you mean, send it again with confirm=${words}.`,
    { members, cause },
  );
}
