/** A connection while it is decided: its attributes parsed and folded, each at most once and only when a rule asks. */
import { type Address, parseAddress } from './address.ts';
import { type Attribute, type Connection, isMalformed, type Malformed } from './connection.ts';
import type { AttributeName } from './document.ts';
import { foldNarrow, foldWide } from './folding.ts';
import { parseVersion, type Version } from './version.ts';

/** A name folded one way, and its characters (code points) for wildcards. */
export class FoldedName {
  readonly text: string;
  #characters: readonly string[] | undefined;

  constructor(text: string) {
    this.text = text;
  }

  get characters(): readonly string[] {
    this.#characters ??= [...this.text];
    return this.#characters;
  }
}

export type Folding = 'wide' | 'narrow';

/** The attributes that hold one name, or a list of them. */
export type NameAttribute = 'username' | 'commonName' | 'platform' | 'groups';

export type VersionAttribute = 'openvpnVersion' | 'awsClientVersion';

/** More splits than any real name has; beyond it the name counts as malformed, so that none costs more than this. */
const MAX_IDENTITY_FORMS = 64;

export class Subject {
  readonly connection: Connection;
  readonly #names = new Map<string, Attribute<readonly FoldedName[]>>();
  readonly #versions = new Map<VersionAttribute, Attribute<Version>>();
  #address: Attribute<Address> | 'unread' = 'unread';
  #identities: Attribute<readonly FoldedName[]> | 'unread' = 'unread';

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** The attribute as conditions see it; addresses and versions that do not parse are malformed. */
  attribute(name: AttributeName): Attribute<unknown> {
    if (name === 'publicIp') return this.address();
    if (name === 'openvpnVersion' || name === 'awsClientVersion') return this.version(name);
    return this.connection[name];
  }

  address(): Attribute<Address> {
    if (this.#address === 'unread') this.#address = parsed(this.connection.publicIp, parseAddress);
    return this.#address;
  }

  version(name: VersionAttribute): Attribute<Version> {
    if (!this.#versions.has(name)) this.#versions.set(name, parsed(this.connection[name], parseVersion));
    return this.#versions.get(name);
  }

  /** The attribute's names, folded. */
  names(attribute: NameAttribute, folding: Folding): Attribute<readonly FoldedName[]> {
    const key = `${attribute} ${folding}`;
    if (!this.#names.has(key)) this.#names.set(key, foldAll(this.connection[attribute], folding));
    return this.#names.get(key);
  }

  /** Every form under which `identities` knows the user name and the common name, folded wide. */
  identities(): Attribute<readonly FoldedName[]> {
    if (this.#identities === 'unread') this.#identities = identityForms(this.connection);
    return this.#identities;
  }
}

function parsed<T>(text: Attribute<string>, parse: (text: string) => T | undefined): Attribute<T> {
  if (text === undefined || isMalformed(text)) return text;
  return parse(text) ?? { malformed: text };
}

function foldAll(names: Attribute<string | readonly string[]>, folding: Folding): Attribute<readonly FoldedName[]> {
  if (names === undefined || isMalformed(names)) return names;
  const fold = folding === 'wide' ? foldWide : foldNarrow;
  return (typeof names === 'string' ? [names] : names).map((name) => new FoldedName(fold(name)));
}

function identityForms({ username, commonName }: Connection): Attribute<readonly FoldedName[]> {
  const forms: FoldedName[] = [];
  for (const name of [username, commonName]) {
    if (name === undefined) continue;
    const ofName = isMalformed(name) ? name : formsOfName(foldWide(name));
    if (isMalformed(ofName)) return ofName;
    forms.push(...ofName);
  }
  return forms.length === 0 ? undefined : forms;
}

/** `DOMAIN\x@anything` as x, `DOMAIN\x`, `x@anything` and whole, for any backslash before any `@`. */
function formsOfName(name: string): readonly FoldedName[] | Malformed {
  const starts = [0];
  const ends = [name.length];
  for (let index = 0; index < name.length; index++) {
    if (name[index] === '\\') starts.push(index + 1);
    if (name[index] === '@') ends.push(index);
  }
  if (starts.length * ends.length > MAX_IDENTITY_FORMS) return { malformed: name };
  const forms = new Set<string>();
  for (const start of starts) {
    for (const end of ends) {
      if (start <= end) forms.add(name.slice(start, end).trim());
    }
  }
  return [...forms].map((form) => new FoldedName(form));
}
