/** A connection while it is decided: its attributes parsed and folded, each at most once and only when a rule asks. */
import { type Address, parseAddress } from './address.ts';
import { type Attribute, attributeOf, type Connection, isMalformed, type Malformed } from './connection.ts';
import type { AttributeName } from './document.ts';
import { foldNarrow, foldWide } from './folding.ts';
import { parseVersion, type Version } from './version.ts';

export type Folding = 'wide' | 'narrow';

/** Not read yet; other than `undefined`, which is absent. */
const UNREAD = Symbol('unread');
type Unread = typeof UNREAD;

/** The attributes that hold one name, or a list of them. */
export type NameAttribute = 'username' | 'commonName' | 'platform' | 'groups';

export type VersionAttribute = 'openvpnVersion' | 'awsClientVersion';

/** More splits than any real name has; beyond it the name counts as malformed, so that none costs more than this. */
const MAX_IDENTITY_FORMS = 64;

export class Subject {
  readonly connection: Connection;
  #wide: FoldedAttributes | undefined;
  #narrow: FoldedAttributes | undefined;
  #openvpnVersion: Attribute<Version> | Unread = UNREAD;
  #awsClientVersion: Attribute<Version> | Unread = UNREAD;
  #address: Attribute<Address> | Unread = UNREAD;
  #identities: Attribute<readonly string[]> | Unread = UNREAD;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** The attribute as conditions see it; addresses and versions that do not parse are malformed. */
  attribute(name: AttributeName): Attribute<unknown> {
    if (name === 'publicIp') return this.address();
    if (name === 'openvpnVersion' || name === 'awsClientVersion') return this.version(name);
    return attributeOf(this.connection, name);
  }

  address(): Attribute<Address> {
    if (this.#address === UNREAD) this.#address = parsed(this.connection.publicIp, parseAddress);
    return this.#address;
  }

  version(name: VersionAttribute): Attribute<Version> {
    if (name === 'openvpnVersion') {
      if (this.#openvpnVersion === UNREAD) this.#openvpnVersion = parsed(this.connection.openvpnVersion, parseVersion);
      return this.#openvpnVersion;
    }
    if (this.#awsClientVersion === UNREAD)
      this.#awsClientVersion = parsed(this.connection.awsClientVersion, parseVersion);
    return this.#awsClientVersion;
  }

  /** The attribute's names, folded. */
  names(attribute: NameAttribute, folding: Folding): Attribute<readonly string[]> {
    const folded = folding === 'wide' ? this.#wideAttributes() : this.#narrowAttributes();
    const known = folded[attribute];
    if (known !== UNREAD) return known;
    const names = foldAll(this.connection[attribute], folding);
    folded[attribute] = names;
    return names;
  }

  // Most decisions ask for neither: the index folds for itself.
  #wideAttributes(): FoldedAttributes {
    this.#wide ??= new FoldedAttributes();
    return this.#wide;
  }

  #narrowAttributes(): FoldedAttributes {
    this.#narrow ??= new FoldedAttributes();
    return this.#narrow;
  }

  /** Every form under which `identities` knows the user name and the common name, folded wide. */
  identities(): Attribute<readonly string[]> {
    if (this.#identities === UNREAD) this.#identities = identityForms(this.connection);
    return this.#identities;
  }
}

/** The names of one connection, folded one way. */
class FoldedAttributes {
  username: Attribute<readonly string[]> | Unread = UNREAD;
  commonName: Attribute<readonly string[]> | Unread = UNREAD;
  platform: Attribute<readonly string[]> | Unread = UNREAD;
  groups: Attribute<readonly string[]> | Unread = UNREAD;
}

function parsed<T>(text: Attribute<string>, parse: (text: string) => T | undefined): Attribute<T> {
  if (text === undefined || isMalformed(text)) return text;
  return parse(text) ?? { malformed: text };
}

function foldAll(names: Attribute<string | readonly string[]>, folding: Folding): Attribute<readonly string[]> {
  if (names === undefined || isMalformed(names)) return names;
  const fold = folding === 'wide' ? foldWide : foldNarrow;
  return typeof names === 'string' ? [fold(names)] : names.map((name) => fold(name));
}

function identityForms({ username, commonName }: Connection): Attribute<readonly string[]> {
  const forms: string[] = [];
  for (const name of [username, commonName]) {
    if (name === undefined) continue;
    const ofName = isMalformed(name) ? name : formsOfName(foldWide(name));
    if (isMalformed(ofName)) return ofName;
    forms.push(...ofName);
  }
  return forms.length === 0 ? undefined : forms;
}

/**
 * A name folded wide in every form that `identities` knows: `DOMAIN\x@anything` as x, `DOMAIN\x`, `x@anything` and whole, for
 * any backslash before any `@`.
 */
export function formsOfName(name: string): readonly string[] | Malformed {
  const at = name.indexOf('@');
  if (!name.includes('\\') && at === name.lastIndexOf('@')) {
    // Most names: one form, or two.
    return at < 0 ? [name] : [name, name.slice(0, at).trim()];
  }
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
  return [...forms];
}
