/** Rules by attributes that are absent. */
import { isMalformed } from '../connection.ts';
import type { AttributeName } from '../document.ts';
import type { Subject } from '../subject.ts';
import type { FoundRules } from './found-rules.ts';

interface RulesOfAttribute {
  readonly attribute: AttributeName;
  readonly rules: number[];
  /** Those with a refusing condition: in doubt they are found. */
  readonly inDoubt: number[];
}

export class MissingIndex {
  readonly #found: FoundRules;
  readonly #attributes: RulesOfAttribute[] = [];

  /** @param found what look-ups add to */
  constructor(found: FoundRules) {
    this.#found = found;
  }

  /** Files a rule that holds where one of the attributes is absent. */
  add(attributes: readonly AttributeName[], rule: number, refuses: boolean): void {
    for (const attribute of attributes) {
      let of = this.#attributes.find((each) => each.attribute === attribute);
      if (of === undefined) {
        of = { attribute, rules: [], inDoubt: [] };
        this.#attributes.push(of);
      }
      of.rules.push(rule);
      if (refuses) of.inDoubt.push(rule);
    }
  }

  find(subject: Subject): void {
    for (let place = 0; place < this.#attributes.length; place++) {
      const { attribute, rules, inDoubt } = this.#attributes[place] as RulesOfAttribute; // in bounds
      const value = subject.attribute(attribute);
      if (value === undefined) this.#found.addAll(rules);
      else if (isMalformed(value)) this.#found.addAll(inDoubt);
    }
  }
}
