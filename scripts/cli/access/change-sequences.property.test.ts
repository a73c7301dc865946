/**
 * Git, operators and those who undo, in any order, through both ways at once. What must come of it is told by a model that
 * knows policies as flat maps: what a file says has its way where it changed, what others did stays where the file did not
 * change, whatever gives way is told, and the ways never differ.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '../../../shared/canonical-json.ts';
import type { PolicyDocument, Rule, SetEntry } from '../../../shared/engine/index.ts';
import { entryValue, type PolicyChange, type PolicyOperation } from '../../../shared/policy/index.ts';
import {
  createRulesTable,
  type LocalDynamoDb,
  localDocumentClient,
  startDynalite,
} from '../../../shared/store/testing/dynalite.ts';
import { inReadingOrder } from '../print/policy-yaml.ts';
import { startTestApi } from '../testing/policy-api.ts';
import { openPolicyApi } from './api-access.ts';
import type { AcceptedWrite, Conflict, PolicyAccess, WriteStep, Written } from './policy-access.ts';
import { openPolicyTable } from './table-access.ts';
import { surroundingsAt } from './testing/surroundings.ts';

const NOW_MS = Date.parse('2026-11-24T10:00:00Z');
const SOURCES = ['vpn/a.yaml', 'vpn/b.yaml'] as const;
const FIRST: PolicyDocument = {
  version: 1,
  defaultEffect: 'allow',
  sets: { team: { kind: 'user', entries: ['ito', 'kato'] } },
  rules: [0, 1, 2].map((index) => ({ id: `r${index}`, effect: 'deny', match: { users: ['mori'] } })),
};

type Edit =
  | { readonly kind: 'rule'; readonly id: string; readonly key: 'message' | 'enabled'; readonly value: unknown }
  | { readonly kind: 'no rule'; readonly id: string }
  | { readonly kind: 'entry'; readonly entry: Exclude<SetEntry, string> }
  | { readonly kind: 'no entry'; readonly value: string }
  | { readonly kind: 'no set' }
  | { readonly kind: 'default message'; readonly value: string | undefined };

type Step =
  | { readonly do: 'edit the file'; readonly of: number; readonly edit: Edit }
  | { readonly do: 'turn the file'; readonly of: number }
  | { readonly do: 'export into the file'; readonly of: number }
  | { readonly do: 'apply'; readonly of: number; readonly prune: boolean; readonly force: boolean }
  | { readonly do: 'seed'; readonly of: number | undefined }
  | { readonly do: 'operate'; readonly edits: readonly Edit[] }
  | { readonly do: 'revert' | 'roll back'; readonly back: number };

const ruleId = fc.constantFrom('r0', 'r1', 'r2', 'r3');
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({
    kind: fc.constant('rule' as const),
    id: ruleId,
    ...{ key: fc.constant('message' as const), value: fc.constantFrom('A', 'B') },
  }),
  fc.record({
    kind: fc.constant('rule' as const),
    id: ruleId,
    ...{ key: fc.constant('enabled' as const), value: fc.boolean() },
  }),
  fc.record({ kind: fc.constant('no rule' as const), id: ruleId }),
  fc.record({
    kind: fc.constant('entry' as const),
    entry: fc.record({ value: fc.constantFrom('ito', 'kato', 'sato', 'ono'), note: fc.constantFrom('a', 'b') }),
  }),
  fc.record({ kind: fc.constant('no entry' as const), value: fc.constantFrom('ito', 'kato', 'sato', 'ono') }),
  { arbitrary: fc.constant<Edit>({ kind: 'no set' }), weight: 1 },
  fc.record({ kind: fc.constant('default message' as const), value: fc.constantFrom(undefined, 'A', 'B') }),
);
const of = fc.constantFrom(0, 0, 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: fc.record({
      ...{ do: fc.constant('apply' as const), of },
      ...{ prune: fc.constantFrom(false, false, true), force: fc.constantFrom(false, false, true) },
    }),
    weight: 5,
  },
  { arbitrary: fc.record({ do: fc.constant('edit the file' as const), of, edit }), weight: 4 },
  {
    arbitrary: fc.record({
      do: fc.constant('operate' as const),
      edits: fc.array(edit, { minLength: 1, maxLength: 3 }),
    }),
    weight: 4,
  },
  { arbitrary: fc.record({ do: fc.constant('export into the file' as const), of }), weight: 1 },
  { arbitrary: fc.record({ do: fc.constant('turn the file' as const), of }), weight: 1 },
  { arbitrary: fc.record({ do: fc.constant('seed' as const), of: fc.constantFrom(undefined, 0, 1) }), weight: 1 },
  {
    arbitrary: fc.record({ do: fc.constantFrom('revert' as const, 'roll back' as const), back: fc.nat(4) }),
    weight: 2,
  },
);

describe('changes in any order', () => {
  let dynamoDb: LocalDynamoDb;
  beforeAll(async () => {
    dynamoDb = await startDynalite();
  });
  afterAll(() => dynamoDb.stop());

  it('lose nothing, bring nothing back, and are told alike by both ways', async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 14, size: 'max' }), async (steps) => {
        const world = await openWorld(dynamoDb.endpoint);
        try {
          for (const one of steps) {
            const outcome = await world.take(one);
            seen.set(`${one.do}: ${outcome}`, (seen.get(`${one.do}: ${outcome}`) ?? 0) + 1);
          }
          await world.checkHistory();
        } finally {
          await world.close();
        }
      }),
      { numRuns: 10 },
    );
    for (const outcome of ['apply: written', 'operate: written', 'roll back: written']) {
      expect([outcome, seen.get(outcome) ?? 0]).not.toEqual([outcome, 0]);
    }
  }, 120_000);
});

async function openWorld(endpoint: string) {
  const client = localDocumentClient(endpoint);
  const [tableName, behindApi] = [await createRulesTable(client), await createRulesTable(client)];
  const now = () => NOW_MS;
  const api = await startTestApi({ endpoint, tableName: behindApi, now });
  const address = { tableName, region: 'us-east-1', endpoint, local: false };
  const table = openPolicyTable(address, { unverifiedAuthor: false }, surroundingsAt(now));
  const throughApi = openPolicyApi({ url: new URL(`${api.url}/`), caller: { kind: 'nobody' } }, surroundingsAt(now));
  const world = new World([table, throughApi]);
  await world.begin();
  return {
    take: (one: Step) => world.take(one),
    checkHistory: () => world.checkHistory(),
    async close() {
      table.close();
      throughApi.close();
      await api.stop();
      client.destroy();
    },
  };
}

class World {
  readonly #ways: readonly [PolicyAccess, PolicyAccess];
  /** What lies in git. */
  readonly #files: PolicyDocument[] = [FIRST, { version: 1, defaultEffect: 'allow' }];
  /** What was last applied from each. */
  readonly #applied: (PolicyDocument | undefined)[] = [undefined, undefined];
  readonly #history: PolicyDocument[] = [];

  constructor(ways: readonly [PolicyAccess, PolicyAccess]) {
    this.#ways = ways;
  }

  async begin(): Promise<void> {
    await this.#write({ kind: 'replace', document: FIRST, source: SOURCES[0], mayReplace: false });
    this.#applied[0] = FIRST;
    this.#history.push(FIRST);
  }

  async take(step: Step): Promise<string> {
    switch (step.do) {
      case 'edit the file':
        this.#files[step.of] = edited(this.#file(step.of), step.edit);
        return 'done';
      case 'turn the file': {
        const file = this.#file(step.of);
        const sets = Object.entries(file.sets ?? {}).map(([name, set]) => [
          name,
          { ...set, entries: [...set.entries].reverse() },
        ]);
        this.#files[step.of] = { ...file, ...(file.sets && { sets: Object.fromEntries(sets) }) };
        return 'done';
      }
      case 'export into the file':
        this.#files[step.of] = inReadingOrder(this.#inForce()) as PolicyDocument;
        return 'done';
      case 'apply':
        return this.#apply(step);
      case 'seed':
        return this.#seed(step.of);
      case 'operate':
        return this.#operate(step.edits);
      case 'revert':
        return this.#revert(step.back);
      case 'roll back':
        return this.#rollBack(step.back);
    }
  }

  async checkHistory(): Promise<void> {
    for (const way of this.#ways) expect(await way.verify()).toMatchObject({ ok: true });
  }

  async #apply({ of, prune, force }: Extract<Step, { readonly do: 'apply' }>): Promise<string> {
    const [source, document] = [SOURCES[of] ?? '', this.#file(of)];
    const [base, before] = [this.#applied[of], this.#inForce()];
    const written = await this.#write({ kind: 'apply', document, source, prune, forceConflicts: force });
    if (written.outcome === 'conflict') expect(written.conflicts).not.toEqual([]);
    if (!isAccepted(written)) expect([written, force]).toMatchObject([{ outcome: 'conflict' }, false]);
    else this.#applied[of] = document;
    const after = await this.#record(written);
    if (isAccepted(written)) checkApplied({ base, file: document, before, after, prune }, written);
    return written.outcome;
  }

  async #seed(of: number | undefined): Promise<string> {
    const document = this.#file(of ?? 0);
    const source = of === undefined ? undefined : SOURCES[of];
    const written = await this.#write({ kind: 'replace', document, source, mayReplace: true });
    if (of !== undefined) this.#applied[of] = document;
    expect(flat(await this.#record(written))).toEqual(flat(document));
    return written.outcome;
  }

  async #operate(edits: readonly Edit[]): Promise<string> {
    const before = this.#inForce();
    const operations: PolicyOperation[] = [];
    let wanted = before;
    for (const one of edits) {
      const operation = operationOf(one, wanted);
      if (operation === undefined) continue;
      operations.push(operation);
      wanted = edited(wanted, one);
    }
    if (operations.length === 0) return 'nothing to do';
    const written = await this.#write({ kind: 'operations', operations });
    expect(flat(await this.#record(written))).toEqual(flat(wanted));
    return written.outcome;
  }

  async #revert(back: number): Promise<string> {
    const number = this.#history.length - back;
    const [base, changed] = [this.#history[number - 2], this.#history[number - 1]];
    if (base === undefined || changed === undefined) return 'nothing to do';
    const [was, made, before] = [base, changed, this.#inForce()].map(flat) as [Flat, Flat, Flat];
    const written = await this.#write({ kind: 'revert', revision: number });
    const after = flat(await this.#record(written));
    const undone = (path: string) => (was.get(path) === made.get(path) ? before.get(path) : was.get(path));
    const wanted = isAccepted(written) ? fromPaths(paths(was, made, before), undone) : before;
    expect(after).toEqual(wanted);
    return written.outcome;
  }

  async #rollBack(back: number): Promise<string> {
    const revision = this.#history.length - back;
    const document = this.#history[revision - 1];
    if (document === undefined) return 'nothing to do';
    const written = await this.#write({ kind: 'restore', revision, ifCurrent: this.#inForce() });
    expect(await this.#record(written)).toEqual(document);
    return written.outcome;
  }

  #file(of: number): PolicyDocument {
    return this.#files[of] ?? FIRST;
  }

  #inForce(): PolicyDocument {
    return this.#history.at(-1) ?? FIRST;
  }

  /** Through both ways, which must tell the same but for the author. */
  async #write(step: WriteStep): Promise<Written> {
    const [one, other] = await Promise.all(
      this.#ways.map((way) => way.write({ step, reason: 'because', confirm: ['lockout', 'tests'], dryRun: false })),
    );
    if (one === undefined || other === undefined) throw new Error('INVARIANT: there are two ways');
    expect(withoutAuthor(one)).toEqual(withoutAuthor(other));
    return one;
  }

  /** Reads back what a write came to; the ways and the marks of all files must be as the model has them. */
  async #record(written: Written): Promise<PolicyDocument> {
    const [one, other] = await Promise.all(this.#ways.map((way) => way.policy()));
    if (one === undefined || other === undefined) throw new Error('INVARIANT: a policy is published');
    expect(one.document).toEqual(other.document);
    if (written.outcome === 'written') this.#history.push(one.document);
    else expect(one.document).toEqual(this.#inForce());
    expect([one.revision.number, other.revision.number]).toEqual([this.#history.length, this.#history.length]);
    for (const way of this.#ways) {
      const applied = await Promise.all(SOURCES.map((source) => way.applied(source)));
      expect(applied.map((found) => found?.document)).toEqual(this.#applied);
    }
    return one.document;
  }
}

function isAccepted(written: Written): written is AcceptedWrite {
  return written.outcome === 'written' || written.outcome === 'unchanged';
}

function withoutAuthor(written: Written): object {
  return 'revision' in written && written.revision
    ? { ...written, revision: { ...written.revision, author: undefined } }
    : written;
}

/** What must be true of an application that was made. */
function checkApplied(
  applied: Readonly<Record<'file' | 'before' | 'after', PolicyDocument>> & {
    readonly base: PolicyDocument | undefined;
    readonly prune: boolean;
  },
  { kept = [], overridden = [] }: AcceptedWrite,
): void {
  const { base, prune } = applied;
  const [file, before, after] = [flat(applied.file), flat(applied.before), flat(applied.after)];
  const last = base && flat(base);
  const items = { last: itemsOf(last), file: itemsOf(file) };
  for (const path of paths(last, file, before, after)) {
    const [was, ours, theirs, now] = [last, file, before, after].map((versions) => versions?.get(path));
    const context = { path, was, ours, theirs, now };
    const item = itemOf(path);
    const onlyOthers = !path.startsWith('setting ') && !items.last.has(item) && !items.file.has(item);
    const isOverridden = overridden.some((conflict) => isAbout(conflict, path));
    const fileChangedIt = last === undefined ? ours !== undefined : ours !== was;
    const othersChangedIt = last === undefined ? theirs !== undefined && theirs !== ours : theirs !== was;
    if (fileChangedIt) expect({ ...context, now }).toEqual({ ...context, now: ours });
    else if (!othersChangedIt) expect({ ...context, now }).toEqual({ ...context, now: was });
    else if (prune && onlyOthers) expect({ ...context, now }).toEqual({ ...context, now: undefined });
    else if (!isOverridden) expect({ ...context, now }).toEqual({ ...context, now: theirs });
    // Whatever others did and is gone is told, and so is whatever stays of it.
    if (othersChangedIt && now !== theirs && !(prune && onlyOthers))
      expect([context, isOverridden]).toEqual([context, true]);
    const isKept = kept.some((change) => tells(change, path));
    expect([context, isKept]).toEqual([context, now !== ours]);
  }
}

/** Values by where they stand: `rule r0 message`, `set team entry ito`. */
type Flat = ReadonlyMap<string, string>;

function flat({ sets = {}, rules = [], defaultMessage }: PolicyDocument): Flat {
  return new Map([
    ...(defaultMessage === undefined ? [] : ([['setting defaultMessage', defaultMessage]] as const)),
    ...rules.flatMap((rule) =>
      Object.entries(rule).map(([key, value]) => [`rule ${rule.id} ${key}`, canonicalJson(value)] as const),
    ),
    ...Object.entries(sets).flatMap(([name, { kind, entries }]) => [
      [`set ${name} kind`, kind] as const,
      ...entries.map((entry) => [`set ${name} entry ${entryValue(entry)}`, canonicalJson(entry)] as const),
    ]),
  ]);
}

function paths(...versions: readonly (Flat | undefined)[]): Set<string> {
  return new Set(versions.flatMap((version) => [...(version?.keys() ?? [])]));
}

function fromPaths(all: Iterable<string>, valueAt: (path: string) => string | undefined): Flat {
  return new Map(
    [...all].flatMap((path) => {
      const value = valueAt(path);
      return value === undefined ? [] : [[path, value] as const];
    }),
  );
}

/** What prune takes out or leaves: a rule, an entry, a set; settings it leaves alone. */
function itemOf(path: string): string {
  const [what, id, ...rest] = path.split(' ');
  return rest[0] === 'entry' ? path : `${what} ${id}`;
}

function itemsOf(versions: Flat | undefined): Set<string> {
  return new Set([...(versions?.keys() ?? [])].map(itemOf));
}

function isAbout({ what, id, field, entry }: Conflict, path: string): boolean {
  const about = what === 'set-entry' ? `set ${id} entry ${entry}` : `${what} ${id}`;
  return `${path} `.startsWith(field === undefined ? `${about} ` : `${about} ${field} `);
}

function tells(change: PolicyChange, path: string): boolean {
  if (change.change === 'reordered' || !`${path} `.startsWith(`${change.what} ${change.id} `)) return false;
  if (change.change !== 'changed' || change.what === 'setting') return true;
  const { added = [], removed = [], changed = [] } = change.entries ?? {};
  const told = [
    ...change.fields.map(({ key }) => `${change.what} ${change.id} ${key}`),
    ...[...added, ...removed, ...changed].map((entry) => `set ${change.id} entry ${entryValue(entry)}`),
  ];
  return told.includes(path);
}

function edited(document: PolicyDocument, edit: Edit): PolicyDocument {
  const { rules = [], sets = {}, defaultMessage: _, ...rest } = document;
  const entries = sets.team?.entries ?? [];
  switch (edit.kind) {
    case 'rule': {
      const known = rules.find(({ id }) => id === edit.id);
      const rule = { ...(known ?? newRule(edit.id)), [edit.key]: edit.value } as Rule;
      return { ...document, rules: known ? rules.map((one) => (one === known ? rule : one)) : [...rules, rule] };
    }
    case 'no rule':
      return { ...document, rules: rules.filter(({ id }) => id !== edit.id) };
    case 'entry': {
      const others = entries.filter((entry) => entryValue(entry) !== edit.entry.value);
      return { ...document, sets: { ...sets, team: { kind: 'user', entries: [...others, edit.entry] } } };
    }
    case 'no entry': {
      if (sets.team === undefined) return document;
      const others = entries.filter((entry) => entryValue(entry) !== edit.value);
      return { ...document, sets: { ...sets, team: { kind: 'user', entries: others } } };
    }
    case 'no set': {
      const { team: _gone, ...others } = sets;
      return { ...document, sets: others };
    }
    case 'default message':
      return edit.value === undefined
        ? { ...rest, ...(document.sets && { sets }), ...(document.rules && { rules }) }
        : { ...document, defaultMessage: edit.value };
  }
}

function newRule(id: string): Rule {
  return { id, effect: 'deny', match: { users: ['mori'] } };
}

/** The operation that makes an edit; undefined where there is none for it. */
function operationOf(edit: Edit, { rules = [], sets = {} }: PolicyDocument): PolicyOperation | undefined {
  switch (edit.kind) {
    case 'rule':
      if (rules.some(({ id }) => id === edit.id)) {
        return { op: 'patch-rule', id: edit.id, patch: { [edit.key]: edit.value } } as PolicyOperation;
      }
      return { op: 'put-rule', rule: { ...newRule(edit.id), [edit.key]: edit.value } } as PolicyOperation;
    case 'no rule':
      return rules.some(({ id }) => id === edit.id) ? { op: 'delete-rule', id: edit.id } : undefined;
    case 'entry':
      if (sets.team === undefined) return { op: 'put-set', name: 'team', set: { kind: 'user', entries: [edit.entry] } };
      return { op: 'patch-set', name: 'team', add: [edit.entry] };
    case 'no entry':
      return sets.team === undefined ? undefined : { op: 'patch-set', name: 'team', remove: [edit.value] };
    case 'no set':
      return sets.team === undefined ? undefined : { op: 'delete-set', name: 'team' };
    case 'default message':
      return { op: 'patch-settings', patch: { defaultMessage: edit.value ?? null } };
  }
}
