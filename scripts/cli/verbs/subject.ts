/** Whom a verb is about: a name, a certificate's common name, a group or addresses, as typed and as rules write them. */
import {
  foldPattern,
  PolicyValueError,
  parseAddressRange,
  parseNamePattern,
  setReference,
  shown,
} from '../../../shared/engine/index.ts';
import { CommandError } from '../exit-code.ts';
import { onOneLine } from '../terminal/output.ts';
import { looksLikeDuration } from '../time/duration.ts';

/** Where the holding of a condition leads: names are compared more widely where they are refused. */
export type LeadsTo = 'refuse' | 'grant';

export type SubjectKind = 'name' | 'commonName' | 'group' | 'ip';

export interface Subject {
  readonly kind: SubjectKind;
  /** As it was typed. */
  readonly typed: string;
  /** As it stands in a condition: literal, or with wildcards where patterns were asked for. */
  readonly entry: string;
}

export interface TypedSubjects {
  readonly names?: readonly string[] | undefined;
  readonly commonNames?: readonly string[] | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly ips?: readonly string[] | undefined;
  /** `*` and `?` in names are wildcards. Default false. */
  readonly pattern?: boolean | undefined;
}

const OPTION_OF: Readonly<Record<SubjectKind, string>> = {
  name: 'NAMES',
  commonName: '--common-name',
  group: '--group',
  ip: '--ip',
};

/**
 * Each once, as conditions that lead there compare them, in the order in which they were typed. Kinds do not mix: a name
 * together with an address could mean both at once or either. Throws a CommandError.
 */
export function readSubjects(
  { names, commonNames, groups, ips, pattern = false }: TypedSubjects,
  leadsTo: LeadsTo,
): readonly Subject[] {
  const typed: Readonly<Record<SubjectKind, readonly string[]>> = {
    name: names ?? [],
    commonName: commonNames ?? [],
    group: groups ?? [],
    ip: ips ?? [],
  };
  const kinds = (Object.keys(typed) as SubjectKind[]).filter((kind) => typed[kind].length > 0); // its own keys
  if (kinds.length > 1) {
    const told = kinds.map((kind) => OPTION_OF[kind]).join(' and ');
    throw new CommandError(`${told} together could mean both at once or either; accepted: one kind in a command`);
  }
  const subjects = kinds.flatMap((kind) => typed[kind].map((text) => readSubject(kind, text, pattern)));
  const seen = new Set<string>();
  return subjects.filter((subject) => {
    const key = keyOf(subject.kind, subject.entry, leadsTo);
    return !seen.has(key) && seen.add(key);
  });
}

/** `batchi`, `group staff`: as messages call it. */
export function calledSubject({ kind, typed }: Subject): string {
  return onOneLine(kind === 'group' ? `group ${typed}` : kind === 'commonName' ? `certificate ${typed}` : typed);
}

/** The condition that refuses the subject, however they log in, or that grants by what exactly was asked for. */
export function conditionFor({ kind }: Subject, leadsTo: LeadsTo): SubjectCondition {
  switch (kind) {
    case 'name':
      return leadsTo === 'refuse' ? 'identities' : 'users';
    case 'commonName':
      return 'commonNames';
    case 'group':
      return 'groups';
    case 'ip':
      return 'sourceIps';
  }
}

export type SubjectCondition = 'identities' | 'users' | 'commonNames' | 'groups' | 'sourceIps';

/** True for every address of a family, and for a pattern of wildcards alone that every long enough name fits. */
export function isEverybody({ kind, entry }: Subject): boolean {
  if (kind !== 'ip') return entry.includes('*') && /^[*?]+$/.test(entry);
  const { first, last } = parseAddressRange(entry);
  return first.every((word) => word === 0) && last.every((word) => word === 0xffffffff);
}

/** Whether an entry of a condition says the same as the subject's own, compared as conditions that lead there compare. */
export function isEntryOf(subject: Subject, entry: string, leadsTo: LeadsTo): boolean {
  if (setReference(entry) !== undefined) return false;
  return keyOf(subject.kind, entry, leadsTo) === keyOf(subject.kind, subject.entry, leadsTo);
}

/** The name as a pattern that matches it alone. */
function literalPattern(name: string): string {
  // Before anything but a wildcard or another backslash, a backslash is itself.
  return name.replace(/\\(?=[\\*?])|[*?]/g, '\\$&');
}

/** Throws a CommandError that begins with the name of the option, for what no rule can call so. */
export function readSubject(kind: SubjectKind, typed: string, pattern = false, option = OPTION_OF[kind]): Subject {
  const entry = kind === 'ip' || pattern ? typed : literalPattern(typed);
  const told = (reason: string, cause?: unknown) =>
    new CommandError(onOneLine(`${option}: ${reason}`), undefined, { cause });
  if (kind !== 'ip' && setReference(entry) !== undefined) {
    throw told(`${shown(typed)} is how rules call a set; accepted: names (vpn-policy set add puts a name into a set)`);
  }
  if (kind === 'name' && (/^\d{1,2}:\d{2}$/.test(typed) || looksLikeDuration(typed))) {
    throw told(`${shown(typed)} looks like a part of a time; quote what belongs together: --until "friday 18:00"`);
  }
  try {
    if (kind === 'ip') parseAddressRange(entry);
    else parseNamePattern(entry);
  } catch (error) {
    if (error instanceof PolicyValueError) throw told(error.message, error);
    throw error;
  }
  return { kind, typed, entry };
}

/** The same text for entries that mean the same. */
function keyOf(kind: SubjectKind, entry: string, leadsTo: LeadsTo): string {
  if (kind === 'ip') {
    const { family, first, last } = parseAddressRange(entry);
    return JSON.stringify([family, first, last]);
  }
  return JSON.stringify(foldPattern(parseNamePattern(entry), leadsTo === 'refuse' ? 'wide' : 'narrow'));
}
