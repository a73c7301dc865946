/** From blocks of conditions as written to compiled ones. */
import { AddressEntries, type AddressList } from './address-list.ts';
import type { WindowContext } from './compile-window.ts';
import { compileWindow } from './compile-window.ts';
import type { CompiledBlock } from './compiled-rule.ts';
import {
  addressCondition,
  allGroupsCondition,
  type Condition,
  type Direction,
  endpointCondition,
  foldingOf,
  identityCondition,
  missingCondition,
  nameCondition,
  versionCondition,
  windowCondition,
} from './condition.ts';
import { PolicyValueError, shown } from './errors.ts';
import { NameEntries, type NameList } from './name-list.ts';
import { at, type Path, readChoice, readList, readObject, readText, readTexts } from './reading.ts';
import { type CompiledSet, NameSet } from './sets.ts';
import { parseVersionRange } from './version.ts';
import {
  ATTRIBUTE_NAMES,
  CONDITION_SET_KINDS,
  CONDITIONS,
  type ConditionName,
  ENDPOINT_ID,
  setReference,
} from './vocabulary.ts';
import type { CompiledWindow } from './window.ts';

/** What compiling blocks needs of the document around them. */
export interface BlockContext extends WindowContext {
  /** The id of the endpoint that has that name, if one has. */
  endpointId(name: string): string | undefined;
  onWindow(window: CompiledWindow): void;
}

/** Compiles a block or a list of blocks. Throws `PolicyValueError`. */
export function compileBlocks(
  value: unknown,
  path: Path,
  direction: Direction,
  context: BlockContext,
): readonly CompiledBlock[] {
  if (!Array.isArray(value)) return [compileBlock(value, path, direction, context)];
  return readList(value, path).map((block, index) => compileBlock(block, path.to(index), direction, context));
}

function compileBlock(value: unknown, path: Path, direction: Direction, context: BlockContext): CompiledBlock {
  const block = readObject(value, path, CONDITION_KEYS);
  const names = conditionsOf(block);
  if (names.length === 0) {
    throw new PolicyValueError(
      'invalid-value',
      'a block has no condition; accepted: at least one (every connection is "match: everyone")',
      path.keys,
    );
  }
  return names.map((name) => compileCondition(name, block[name], path.to(name), direction, context));
}

const CONDITION_KEYS: ReadonlySet<string> = new Set(CONDITIONS);

/** In the order of `CONDITIONS`; most blocks have one. */
function conditionsOf(block: Readonly<Record<string, unknown>>): readonly ConditionName[] {
  const keys = Object.keys(block) as ConditionName[]; // there is no other key
  const given = keys.filter((name) => block[name] !== undefined);
  return given.length < 2 ? given : CONDITIONS.filter((name) => given.includes(name));
}

function compileCondition(
  name: ConditionName,
  value: unknown,
  path: Path,
  direction: Direction,
  context: BlockContext,
): Condition {
  switch (name) {
    case 'endpoints':
      return endpointCondition(direction, compileEndpoints(value, path, context));
    case 'users':
      return nameCondition(name, direction, 'username', compileNames(name, value, path, direction, context));
    case 'commonNames':
      return nameCondition(name, direction, 'commonName', compileNames(name, value, path, direction, context));
    case 'groups':
      return nameCondition(name, direction, 'groups', compileNames(name, value, path, direction, context));
    case 'platforms':
      return nameCondition(name, direction, 'platform', compileNames(name, value, path, direction, context));
    case 'allGroups':
      return allGroupsCondition(direction, compileNames(name, value, path, direction, context));
    case 'identities':
      if (direction === 'granting') {
        throw new PolicyValueError(
          'invalid-value',
          'identities catches a person under any name, so it may not let anybody in; accepted here: users or commonNames',
          path.keys,
        );
      }
      return identityCondition(compileNames(name, value, path, direction, context));
    case 'sourceIps':
      return addressCondition(direction, compileAddresses(value, path, context));
    case 'openvpnVersion':
    case 'awsClientVersion': {
      const ranges = typeof value === 'string' ? [value] : readTexts(value, path);
      return versionCondition(
        name,
        direction,
        ranges.map((range) => at(path, () => parseVersionRange(range))),
      );
    }
    case 'windows': {
      const windows = readList(value, path).map((window, index) => compileWindow(window, path.to(index), context));
      for (const window of windows) context.onWindow(window);
      return windowCondition(direction, windows);
    }
    case 'missing':
      return missingCondition(
        direction,
        readList(value, path).map((attribute, index) => readChoice(attribute, path.to(index), ATTRIBUTE_NAMES)),
      );
  }
}

function compileEndpoints(value: unknown, path: Path, context: BlockContext): ReadonlySet<string> {
  const ids = readTexts(value, path).map((entry, index) => {
    const id = ENDPOINT_ID.test(entry) ? entry : context.endpointId(entry);
    if (id === undefined) {
      throw new PolicyValueError(
        'unknown-endpoint',
        `${shown(entry)} is neither an endpoint id nor a name under endpoints`,
        path.to(index).keys,
      );
    }
    return id;
  });
  return new Set(ids);
}

/** The lists of a condition on names: its own entries, and one for each set that it refers to. */
function compileNames(
  name: ConditionName,
  value: unknown,
  path: Path,
  direction: Direction,
  context: BlockContext,
): readonly NameList[] {
  const folding = foldingOf(direction);
  const own = new NameEntries();
  const lists: NameList[] = [];
  visitEntries(name, value, path, context, (entry, set, ofEntry) => {
    if (set === undefined) at(ofEntry, () => own.add(entry, Number.POSITIVE_INFINITY));
    else if (set instanceof NameSet) lists.push(set.list(folding));
  });
  return own.isEmpty ? lists : [own.toList(folding), ...lists];
}

function compileAddresses(value: unknown, path: Path, context: BlockContext): readonly AddressList[] {
  const own = new AddressEntries();
  const lists: AddressList[] = [];
  visitEntries('sourceIps', value, path, context, (entry, set, ofEntry) => {
    if (set === undefined) at(ofEntry, () => own.add(entry, Number.POSITIVE_INFINITY));
    else if (set.kind === 'ip') lists.push(set.list);
  });
  return own.isEmpty ? lists : [own.toList(), ...lists];
}

/** Visits each entry with the set that it refers to, if it does, which is of a kind that the condition takes. */
function visitEntries(
  name: ConditionName,
  value: unknown,
  path: Path,
  context: BlockContext,
  visit: (entry: string, set: CompiledSet | undefined, path: Path) => void,
): void {
  const list = readList(value, path);
  for (let index = 0; index < list.length; index++) {
    const ofEntry = path.to(index);
    const entry = readText(list[index], ofEntry);
    const setName = setReference(entry);
    const set = setName === undefined ? undefined : context.set(setName, ofEntry);
    const kinds = CONDITION_SET_KINDS[name] ?? [];
    if (set !== undefined && !kinds.includes(set.kind)) {
      const accepted = kinds.length === 0 ? 'no set' : `a set of kind ${kinds.join(' or ')}`;
      throw new PolicyValueError(
        'wrong-set-kind',
        `the set ${shown(entry)} is of kind ${set.kind}; accepted: ${accepted}`,
        ofEntry.keys,
      );
    }
    visit(entry, set, ofEntry);
  }
}
