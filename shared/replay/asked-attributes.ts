/** Which rules ask for which attributes of a connection. */
import type { AttributeName, Block, ConditionName, PolicyDocument, Rule } from '../engine/index.ts';

const ATTRIBUTES: Readonly<Record<Exclude<ConditionName, 'missing'>, readonly AttributeName[]>> = {
  endpoints: [],
  users: ['username'],
  commonNames: ['commonName'],
  identities: ['username', 'commonName'],
  groups: ['groups'],
  allGroups: ['groups'],
  sourceIps: ['publicIp'],
  platforms: ['platform'],
  openvpnVersion: ['openvpnVersion'],
  awsClientVersion: ['awsClientVersion'],
  windows: [],
};

/** The ids of the rules that ask for the attribute, in document order; of rules that are switched off none. */
export function rulesAskingFor({ rules = [] }: PolicyDocument, attribute: AttributeName): readonly string[] {
  return rules.filter((rule) => rule.enabled !== false && asksFor(rule, attribute)).map(({ id }) => id);
}

function asksFor({ match, except }: Rule, attribute: AttributeName): boolean {
  const blocks = [match === 'everyone' ? [] : match, except ?? []].flat();
  return blocks.some((block: Block) => {
    const { missing = [], ...conditions } = block;
    return missing.includes(attribute) || namesOf(conditions).some((name) => ATTRIBUTES[name].includes(attribute));
  });
}

function namesOf(conditions: Omit<Block, 'missing'>): readonly (keyof typeof ATTRIBUTES)[] {
  const names = Object.keys(ATTRIBUTES) as (keyof typeof ATTRIBUTES)[]; // its own keys
  return names.filter((name) => conditions[name] !== undefined);
}
