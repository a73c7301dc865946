/**
 * Finds the rules that can apply to a connection, so that a decision does not ask the thousands that cannot. Each block of a
 * rule's `match` is filed under its most selective condition: a name, an address, an endpoint, an absent attribute, else its windows or
 * a version.
 *
 * INVARIANT: a rule that applies is always found. What is found besides costs time and changes nothing, since every rule
 * found is then asked in full, unless being found is all that it takes (`rule-traits.ts`, which relies on `filedUnder` as this does).
 */

import type { CompiledRule } from '../compiled-rule.ts';
import type { Condition } from '../condition.ts';
import { foldingOf } from '../condition.ts';
import { type Attribute, isMalformed } from '../connection.ts';
import type { NameList } from '../name-list.ts';
import type { RuleFinder, RuleNumbers } from '../policy.ts';
import type { Folding, NameAttribute, Subject } from '../subject.ts';
import { AddressFile } from './address-file.ts';
import { filedUnder } from './filed-under.ts';
import { FoundRules } from './found-rules.ts';
import { MissingIndex } from './missing-index.ts';
import { NameIndex, type NameUses } from './name-index.ts';
import { VersionIndex } from './version-index.ts';
import { WindowIndex } from './window-index.ts';

/** User names and common names share an index, since `identities` speaks of both. */
const USERNAME: NameUses = { wide: 1, narrow: 2, identity: 16 };
const COMMON_NAME: NameUses = { wide: 4, narrow: 8, identity: 16 };
const OTHER_NAMES: NameUses = { wide: 1, narrow: 2, identity: 0 };

const NAMES = 1;
const ADDRESSES = 2;
const OTHERS = 4;

export class RuleIndex implements RuleFinder {
  /** Of the running look-up; kept, so that a look-up makes no garbage. */
  readonly #found: FoundRules;
  readonly #always: number[] = [];
  /** Which of the indexes below have rules: most policies use few of them. */
  #filed = 0;
  readonly #people: NameIndex;
  readonly #groups: NameIndex;
  readonly #platforms: NameIndex;
  readonly #addresses: AddressFile;
  readonly #openvpnVersions: VersionIndex;
  readonly #awsClientVersions: VersionIndex;
  readonly #missing: MissingIndex;
  readonly #endpoints = new Map<string, number[]>();
  /** Those with a refusing condition on it: in doubt they are found. */
  readonly #endpointRules: number[] = [];
  readonly #timed = new WindowIndex();

  constructor(rules: readonly CompiledRule[]) {
    this.#found = new FoundRules(rules.length);
    this.#people = new NameIndex(this.#found);
    this.#groups = new NameIndex(this.#found);
    this.#platforms = new NameIndex(this.#found);
    this.#addresses = new AddressFile(this.#found);
    this.#openvpnVersions = new VersionIndex('openvpnVersion', this.#found);
    this.#awsClientVersions = new VersionIndex('awsClientVersion', this.#found);
    this.#missing = new MissingIndex(this.#found);
    rules.forEach((rule, number) => {
      if (rule.enabled) this.#file(number, rule);
    });
    for (const index of [this.#people, this.#groups, this.#platforms, this.#addresses]) index.finish();
  }

  find(subject: Subject, when: number | 'ever'): RuleNumbers {
    const found = this.#found;
    const filed = this.#filed;
    const { connection } = subject;
    found.clear();
    found.addAll(this.#always);
    if ((filed & NAMES) !== 0) {
      this.#people.find(connection.username, USERNAME);
      this.#people.find(connection.commonName, COMMON_NAME);
      this.#groups.find(connection.groups, OTHER_NAMES);
      this.#platforms.find(connection.platform, OTHER_NAMES);
    }
    if ((filed & ADDRESSES) !== 0) this.#addresses.find(subject);
    if ((filed & OTHERS) !== 0) {
      this.#openvpnVersions.find(subject);
      this.#awsClientVersions.find(subject);
      this.#missing.find(subject);
      this.#findByEndpoint(connection.endpointId);
      found.addAll(when === 'ever' ? this.#timed.rules : this.#timed.inside(when));
    }
    found.sort();
    return found;
  }

  #findByEndpoint(endpointId: Attribute<string>): void {
    if (isMalformed(endpointId)) this.#found.addAll(this.#endpointRules);
    else if (endpointId !== undefined) {
      const rules = this.#endpoints.get(endpointId);
      if (rules !== undefined) this.#found.addAll(rules);
    }
  }

  #file(number: number, rule: CompiledRule): void {
    const conditions = rule.match.map(filedUnder);
    // One block that no index knows makes all others pointless.
    if (conditions.includes(undefined)) this.#always.push(number);
    else for (const condition of conditions) if (condition !== undefined) this.#fileUnder(condition, number);
  }

  #fileUnder({ key, direction }: Condition, number: number): void {
    const folding = foldingOf(direction);
    const refuses = folding === 'wide';
    this.#filed |= key.kind === 'names' ? NAMES : key.kind === 'addresses' ? ADDRESSES : OTHERS;
    switch (key.kind) {
      case 'names':
        this.#fileUnderNames(key.attribute, key.lists, folding, number);
        return;
      case 'addresses':
        this.#addresses.add(key.lists, number, refuses);
        return;
      case 'endpoints':
        if (refuses) this.#endpointRules.push(number);
        for (const id of key.ids) {
          const rules = this.#endpoints.get(id) ?? [];
          this.#endpoints.set(id, rules);
          rules.push(number);
        }
        return;
      case 'versions':
        (key.attribute === 'openvpnVersion' ? this.#openvpnVersions : this.#awsClientVersions).add(
          key.ranges,
          number,
          refuses,
        );
        return;
      case 'missing':
        this.#missing.add(key.attributes, number, refuses);
        return;
      case 'windows':
        this.#timed.add(key.windows, number);
    }
  }

  #fileUnderNames(
    attribute: NameAttribute | 'identities',
    lists: readonly NameList[],
    folding: Folding,
    number: number,
  ): void {
    const refuses = folding === 'wide';
    switch (attribute) {
      case 'username':
        this.#people.add(lists, USERNAME[folding], refuses, number);
        return;
      case 'commonName':
        this.#people.add(lists, COMMON_NAME[folding], refuses, number);
        return;
      case 'identities':
        this.#people.add(lists, USERNAME.identity, refuses, number);
        return;
      case 'groups':
        this.#groups.add(lists, OTHER_NAMES[folding], refuses, number);
        return;
      case 'platform':
        this.#platforms.add(lists, OTHER_NAMES[folding], refuses, number);
    }
  }
}
