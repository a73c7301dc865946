/** Operations on a policy: put, patch and delete of rules, limits, sets, tests, endpoints and settings, all or nothing. */

import type { PolicyDocument, PolicySet, SetKind } from '../../engine/index.ts';
import { shown } from '../../engine/index.ts';
import { entryKeys } from '../entry-key.ts';
import type { DocumentPath, FoundIssue } from '../issue.ts';
import { itemHash } from '../item-hash.ts';
import { mergePatch } from '../merge-patch.ts';
import { type Suggest, suggester } from '../suggest.ts';
import { type OperationIssue, operationIssue } from './operation-issue.ts';
import type { PolicyOperation } from './operation-schema.ts';
import { type PatchedEntries, patchEntries } from './patch-entries.ts';
import { type ItemKind, PolicyDraft, type Settings, settingsOf } from './policy-draft.ts';

export type AppliedOperations =
  | {
      readonly ok: true;
      /** To be validated. The given document itself where nothing changed; what was not touched is the same object as before. */
      readonly document: unknown;
      /** One for each operation. */
      readonly results: readonly OperationResult[];
    }
  | { readonly ok: false; readonly issues: readonly OperationIssue[] };

export interface OperationResult {
  readonly outcome: 'created' | 'changed' | 'deleted' | 'unchanged';
  /** Where the item stands in the new document; absent where it is gone, or for settings. */
  readonly path?: DocumentPath;
  /** For `patch-set`. */
  readonly entries?: EntriesResult;
}

/** How many entries are new, took the place of one with the same value, went; and what was to go and was not there. */
export type EntriesResult = Omit<Extract<PatchedEntries, { ok: true }>, 'ok' | 'set'>;

/**
 * Applies operations in order, each to what those before it left; preconditions (`ifMatch`, `ifNoneMatch`) are compared
 * with `document` itself, which is what their author saw. The issues of all operations are told, but for those of
 * operations on an item where an earlier one has failed.
 * @param document a valid policy
 * @param operations as `readOperations` gives them
 */
export function applyOperations(document: PolicyDocument, operations: readonly PolicyOperation[]): AppliedOperations {
  const draft = new PolicyDraft(document);
  const issues: OperationIssue[] = [];
  const failed = new Set<string>();
  const work: Work = { draft, suggest: suggester(), keysOf: keysByKind() };
  const done = operations.map((operation, index) => {
    const item = targetOf(operation);
    const place = `${item.kind} ${item.name}`;
    if (failed.has(place)) return undefined;
    const found = preconditionIssues(operation, item, draft, document);
    const step = found.length > 0 ? { issues: found } : apply(operation, work);
    if (!('issues' in step)) return { ...step, item };
    failed.add(place);
    // One by one: as arguments of one call, 150,000 would be too many.
    for (const { path, code, message } of step.issues) issues.push(operationIssue(index, path, code, message));
    return undefined;
  });
  if (issues.length > 0) return { ok: false, issues };
  return { ok: true, document: draft.build(), results: withPaths(done, draft) };
}

/**
 * The operation that an issue of the new document belongs to: the last one that wrote the item where the issue lies.
 * Undefined for what no operation wrote (a rule that refers to a set that is now gone).
 */
export function operationOf(results: readonly OperationResult[], path: DocumentPath): number | undefined {
  const index = results.findLastIndex(
    (result) =>
      result.outcome !== 'unchanged' &&
      result.path !== undefined &&
      result.path.length <= path.length &&
      result.path.every((step, position) => step === path[position]),
  );
  return index < 0 ? undefined : index;
}

interface Target {
  readonly kind: ItemKind | 'settings';
  readonly name: string;
  /** Where the operation names it. */
  readonly path: DocumentPath;
}

function targetOf(operation: PolicyOperation): Target {
  switch (operation.op) {
    case 'put-rule':
      return { kind: 'rule', name: operation.rule.id, path: ['rule', 'id'] };
    case 'patch-rule':
    case 'delete-rule':
      return { kind: 'rule', name: operation.id, path: ['id'] };
    case 'put-limit':
      return { kind: 'limit', name: operation.limit.id, path: ['limit', 'id'] };
    case 'patch-limit':
    case 'delete-limit':
      return { kind: 'limit', name: operation.id, path: ['id'] };
    case 'put-set':
    case 'patch-set':
    case 'delete-set':
      return { kind: 'set', name: operation.name, path: ['name'] };
    case 'put-test':
      return { kind: 'test', name: operation.test.name, path: ['test', 'name'] };
    case 'delete-test':
      return { kind: 'test', name: operation.name, path: ['name'] };
    case 'put-endpoint':
    case 'patch-endpoint':
    case 'delete-endpoint':
      return { kind: 'endpoint', name: operation.id, path: ['id'] };
    case 'patch-settings':
      return { kind: 'settings', name: '', path: [] };
  }
}

type Step = Omit<OperationResult, 'path'> | { readonly issues: readonly FoundIssue[] };

/** What the operations of one list share. */
interface Work {
  readonly draft: PolicyDraft;
  readonly suggest: Suggest;
  /** `entryKeys` of each kind: many operations may patch one large set. */
  readonly keysOf: (kind: SetKind) => (value: string) => string;
}

function keysByKind(): Work['keysOf'] {
  const known = new Map<SetKind, (value: string) => string>();
  return (kind) => {
    const keyOf = known.get(kind) ?? entryKeys(kind);
    known.set(kind, keyOf);
    return keyOf;
  };
}

function apply(operation: PolicyOperation, { draft, suggest, keysOf }: Work): Step {
  const target = targetOf(operation);
  const { kind, name } = target;
  if (operation.op === 'patch-settings') return patchSettings(operation.patch, draft);
  if (kind === 'settings') throw new Error('INVARIANT: only patch-settings is about settings');
  const items = draft.items(kind);
  const before = items.get(name);
  const put = (item: unknown): Step => {
    items.put(name, item);
    if (before === undefined) return { outcome: 'created' };
    return { outcome: items.get(name) === before ? 'unchanged' : 'changed' };
  };
  switch (operation.op) {
    case 'put-rule':
      return put(operation.rule);
    case 'put-limit':
      return put(operation.limit);
    case 'put-set':
      return put(operation.set);
    case 'put-test':
      return put(operation.test);
    case 'put-endpoint':
      return put(operation.endpoint);
  }
  if (before === undefined) return { issues: [notFound(target, draft, suggest)] };
  switch (operation.op) {
    case 'delete-rule':
    case 'delete-limit':
    case 'delete-set':
    case 'delete-test':
    case 'delete-endpoint':
      items.delete(name);
      return { outcome: 'deleted' };
    case 'patch-rule':
    case 'patch-limit': {
      const { patch } = operation;
      if (Object.hasOwn(patch, 'id') && patch.id !== undefined && patch.id !== name) {
        const message = `the id of a ${kind} cannot be changed; accepted: no id, or ${shown(name)}`;
        return { issues: [{ path: ['patch', 'id'], code: 'immutable-id', message }] };
      }
      return put(mergePatch(before, patch));
    }
    case 'patch-endpoint':
      return put(mergePatch(before, operation.patch));
    case 'patch-set':
      return patchSet(before as PolicySet, operation, keysOf, put); // `readOperations` and the document have only valid sets
  }
}

function patchSettings(patch: Readonly<Record<string, unknown>>, draft: PolicyDraft): Step {
  const before = draft.settings;
  draft.settings = mergePatch(before, patch) as Settings; // of an object and an object comes an object
  return { outcome: draft.settings === before ? 'unchanged' : 'changed' };
}

function patchSet(
  set: PolicySet,
  operation: Extract<PolicyOperation, { op: 'patch-set' }>,
  keysOf: Work['keysOf'],
  put: (item: unknown) => Step,
): Step {
  const result = patchEntries(set, operation, keysOf(set.kind));
  if (!result.ok) return { issues: result.issues };
  const { ok: _, set: next, ...entries } = result;
  return { ...put(next), entries };
}

function preconditionIssues(
  operation: PolicyOperation,
  { kind, name }: Target,
  draft: PolicyDraft,
  document: PolicyDocument,
): FoundIssue[] {
  const inForce = kind === 'settings' ? settingsOf(document) : draft.items(kind).original(name);
  const called = kind === 'settings' ? 'the settings' : `the ${kind} ${shown(name)}`;
  const refused = (key: string, message: string): FoundIssue[] => [
    { path: [key], code: 'precondition-failed', message },
  ];
  if ('ifNoneMatch' in operation && operation.ifNoneMatch !== undefined && inForce !== undefined) {
    return refused('ifNoneMatch', `${called} exists already; accepted: another name, or no ifNoneMatch to replace it`);
  }
  const { ifMatch } = operation;
  if (ifMatch === undefined) return [];
  if (inForce === undefined) return refused('ifMatch', `there is no ${called.replace(/^the /, '')}`);
  if (ifMatch === '*' || ifMatch === itemHash(inForce)) return [];
  return refused('ifMatch', `${called} has changed since: its hash is ${itemHash(inForce)}; accepted: read it again`);
}

function notFound({ kind, name, path }: Target, draft: PolicyDraft, suggest: Suggest): FoundIssue {
  const names = kind === 'settings' ? [] : [...draft.items(kind).names()];
  return { path, code: 'not-found', message: `there is no ${kind} ${shown(name)}${suggest(name, names)}` };
}

function withPaths(
  done: readonly ((Omit<OperationResult, 'path'> & { readonly item: Target }) | undefined)[],
  draft: PolicyDraft,
): OperationResult[] {
  const finders = new Map<ItemKind, (name: string) => DocumentPath | undefined>();
  return done.map((step) => {
    if (step === undefined) throw new Error('INVARIANT: without issues every operation has a result');
    const { item, ...result } = step;
    if (item.kind === 'settings') return result;
    const find = finders.get(item.kind) ?? draft.pathsOf(item.kind);
    finders.set(item.kind, find);
    const path = find(item.name);
    return path === undefined ? result : { ...result, path };
  });
}
