/** The steps of a write, each as a request to the admin API; what comes of it is told as the table tells it. */
import { itemHash } from '../../../shared/policy/index.ts';
import { CommandError } from '../exit-code.ts';
import { type ApiProblem, applied, changesWritten, type WrittenAnswer, written } from './api-answers.ts';
import type { ApiClient, ApiRequest } from './api-client.ts';
import type { AcceptedWrite, PolicyAt, PolicyWrite, RefusedWrite, WriteStep, Written } from './policy-access.ts';
import {
  baseMoved,
  changedMeanwhile,
  conflictOfApply,
  conflictOfRevert,
  noSuchRevision,
  nothingBefore,
  nothingToChange,
  refuseToReplace,
} from './write-outcomes.ts';

export interface ApiWriter {
  readonly client: ApiClient;
  readonly inForce: () => Promise<PolicyAt | undefined>;
}

/** Problems in which a write of any kind can end as the checks of a write say. */
const REFUSALS = ['invalid', 'tests-failed', 'confirmation-needed'];

/** Throws a CommandError where a write makes no sense, or is not allowed. */
export function writeThroughApi(writer: ApiWriter, write: PolicyWrite): Promise<Written> {
  const { step } = write;
  switch (step.kind) {
    case 'replace':
      return replace(writer, step, write);
    case 'apply':
      return apply(writer, step, write);
    case 'operations':
      return change(writer, step, write);
    case 'restore':
      return restore(writer, step, write);
    case 'revert':
      return revert(writer, step, write);
  }
}

type Step<K extends WriteStep['kind']> = Extract<WriteStep, { readonly kind: K }>;

function request(
  method: 'PUT' | 'POST',
  path: string,
  { reason, confirm, dryRun }: PolicyWrite,
  more: Pick<ApiRequest, 'query' | 'headers' | 'body'> = {},
): ApiRequest {
  const query = {
    ...more.query,
    ...(reason !== '' && { reason }),
    ...(confirm.length > 0 && { confirm: [...new Set(confirm)].join(',') }),
    ...(dryRun && { dryRun: 'true' }),
  };
  return { ...more, method, path, query, changes: !dryRun };
}

/** How often a replacement starts again where others write at the same time. */
const REPLACE_TRIES = 6;

async function replace({ client, inForce }: ApiWriter, step: Step<'replace'>, write: PolicyWrite): Promise<Written> {
  const { document: body, source, mayReplace } = step;
  let create = false;
  for (let tries = 0; tries < REPLACE_TRIES; tries++) {
    const current = mayReplace ? undefined : await inForce();
    if (!mayReplace) refuseToReplace(current, body);
    const ifMatch = current === undefined ? '*' : `"${itemHash(current.document)}"`;
    create = mayReplace ? tries % 2 === 1 : current === undefined;
    const headers = create ? { 'if-none-match': '*' } : { 'if-match': ifMatch };
    const sent = request('PUT', 'v1/policy', write, { query: { source }, headers, body });
    const answer = await client.call(sent, written, [...REFUSALS, 'precondition-failed']);
    if (answer.ok) return accepted(answer.body);
    if (answer.problem.code !== 'precondition-failed') return refused(answer.problem);
  }
  throw new CommandError(`others write to ${client.place} at the same time, again and again: try again`);
}

async function apply({ client }: ApiWriter, step: Step<'apply'>, write: PolicyWrite): Promise<Written> {
  const { document: body, source, prune, forceConflicts, ifRevision } = step;
  const query = {
    source,
    ...(prune && { prune: 'true' }),
    ...(forceConflicts && { forceConflicts: 'true' }),
    ...(ifRevision !== undefined && { ifRevision: String(ifRevision) }),
  };
  const sent = request('POST', 'v1/apply', write, { query, body });
  const answer = await client.call(sent, applied, [...REFUSALS, 'apply-conflict', 'precondition-failed']);
  if (answer.ok) {
    const { kept, overridden } = answer.body;
    return { ...accepted(answer.body), kept, overridden: overridden.map(conflictOfApply) };
  }
  const { problem } = answer;
  if (problem.code === 'apply-conflict')
    return { outcome: 'conflict', conflicts: problem.conflicts.map(conflictOfApply) };
  if (problem.code !== 'precondition-failed') return refused(problem);
  return baseMoved(ifRevision ?? 0, problem.revision ?? 0);
}

async function change({ client }: ApiWriter, step: Step<'operations'>, write: PolicyWrite): Promise<Written> {
  const { operations } = step;
  const sent = request('POST', 'v1/changes', write, { body: { operations } });
  const answer = await client.call(sent, changesWritten, [...REFUSALS, 'no-policy', 'precondition-failed']);
  if (answer.ok) return { ...accepted(answer.body), results: answer.body.results };
  const { problem } = answer;
  if (problem.code === 'no-policy') throw nothingToChange();
  if (problem.code !== 'precondition-failed') return refused(problem);
  return { outcome: 'moved', message: problem.errors.map(({ message }) => message).join('; ') };
}

async function restore({ client }: ApiWriter, step: Step<'restore'>, write: PolicyWrite): Promise<Written> {
  const { revision, ifCurrent } = step;
  const headers = ifCurrent === undefined ? {} : { 'if-match': `"${itemHash(ifCurrent)}"` };
  const sent = request('POST', `v1/revisions/${revision}/restore`, write, { headers });
  const answer = await client.call(sent, written, [...REFUSALS, 'no-such-revision', 'precondition-failed']);
  if (answer.ok) return accepted(answer.body);
  if (answer.problem.code === 'no-such-revision') throw noSuchRevision(revision, client.place);
  if (answer.problem.code === 'precondition-failed') return changedMeanwhile();
  return refused(answer.problem);
}

async function revert({ client }: ApiWriter, { revision }: Step<'revert'>, write: PolicyWrite): Promise<Written> {
  const sent = request('POST', `v1/revisions/${revision}/revert`, write);
  const answer = await client.call(sent, written, [...REFUSALS, 'no-such-revision', 'revert-conflict']);
  if (answer.ok) return accepted(answer.body);
  const { problem } = answer;
  if (problem.code === 'no-such-revision') throw noSuchRevision(revision, client.place);
  if (problem.code !== 'revert-conflict') return refused(problem);
  if (problem.conflicts.length === 0) throw nothingBefore(revision);
  return { outcome: 'conflict', conflicts: problem.conflicts.map(conflictOfRevert) };
}

function accepted(answer: WrittenAnswer): AcceptedWrite {
  const { revision, summary, warnings, confirmed } = answer;
  return {
    outcome: answer.written ? 'written' : answer.wouldWrite ? 'checked' : 'unchanged',
    ...(revision !== null && { revision }),
    summary,
    warnings: warnings.map(({ code, message, documentPath = '' }) => ({ code, message, where: documentPath })),
    confirmedFor: confirmed,
  };
}

function refused({ code, detail, errors, failedTests, confirm }: ApiProblem): RefusedWrite {
  const issues =
    errors.length === 0 && code === 'invalid'
      ? [{ code, message: detail, where: '' }]
      : errors.map(({ code, message, path = '', documentPath }) => ({
          code,
          message,
          where: documentPath ?? path.replace(/^operations(?=\[)/, ''),
        }));
  return { outcome: 'refused', refusal: { issues, failedTests, unconfirmed: confirm } };
}
