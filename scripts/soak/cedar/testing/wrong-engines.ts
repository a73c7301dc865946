/** Engines that are wrong in one thing each: the real one, given a document or connections with that one thing changed. */
import type { Block, Blocks, PolicyDocument, PolicySet, Rule } from '../../../../shared/engine/index.ts';
import { addressNumber, addressText } from '../address-blocks.ts';
import type { CaseConnection, Sent } from '../case-connection.ts';
import type { CaseQuestion } from '../cases.ts';
import { type Judge, ourEngine } from '../judge.ts';

export const WRONG_ENGINES: Readonly<Record<string, Judge>> = {
  'lets allow rules overrule deny rules': (document, questions) =>
    ourEngine(document, questions).map((said, index) => {
      const question = questions[index];
      if (said.effect === 'allow' || question === undefined) return said;
      const [without] = ourEngine(
        withRules(document, (rule) => (rule.effect === 'deny' ? [] : [rule])),
        [question],
      );
      return without?.rules.length ? without : said;
    }),
  'names the first rule alone': (document, questions) =>
    ourEngine(document, questions).map(({ effect, rules }) => ({ effect, rules: rules.slice(0, 1) })),
  'forgets exceptions': onRules(({ except: _, ...rule }) => [rule]),
  'forgets exempt rules': onRules((rule) => (rule.effect === 'exempt' ? [] : [rule])),
  'lifts every deny rule': onRules((rule) => [rule.effect === 'exempt' ? { ...rule, from: '*' } : rule]),
  'lifts final deny rules': onRules((rule) => [rule.effect === 'deny' ? { ...rule, final: false } : rule]),
  'keeps rules that are switched off': onRules((rule) => [{ ...rule, enabled: true }]),
  'enforces rules in report mode': onRules((rule) => [{ ...rule, mode: 'enforce' }]),
  'forgets when rules begin': onRules(({ notBefore: _, ...rule }) => [rule]),
  'forgets when rules end': onRules(({ expiresAt: _, ...rule }) => [rule]),
  'is a millisecond early': onQuestions(({ connection, nowMs }) => ({ connection, nowMs: nowMs - 1 })),
  'is a millisecond late': onQuestions(({ connection, nowMs }) => ({ connection, nowMs: nowMs + 1 })),
  'forgets when entries of sets expire': onSets(({ entries, ...set }) => ({
    ...set,
    entries: entries.map((entry) => (typeof entry === 'string' ? entry : entry.value)),
  })),
  'forgets when windows begin': onBlocks((block) => ({
    ...block,
    ...(block.windows && { windows: block.windows.map((one) => ({ ...one, from: '2000-01-01T00:00Z' })) }),
  })),
  'forgets when windows end': onBlocks((block) => ({
    ...block,
    ...(block.windows && { windows: block.windows.map((one) => ({ ...one, until: '2100-01-01T00:00Z' })) }),
  })),
  'asks for any of all groups': onBlocks(({ allGroups, ...block }) =>
    allGroups === undefined ? block : { ...block, groups: [...allGroups, ...(block.groups ?? [])] },
  ),
  'looks at the first block of a list alone': onRules(({ match, ...rule }) => [
    { ...rule, match: match === 'everyone' ? match : ([match].flat()[0] ?? match) },
  ]),
  'looks at the first condition of a block alone': onBlocks((block) =>
    Object.fromEntries(Object.entries(block).slice(0, 1)),
  ),
  'looks at user names alone for identities': onBlocks(({ identities, ...block }) =>
    identities === undefined
      ? block
      : { ...block, users: identities.filter((entry) => entry !== '@certificates').concat('x') },
  ),
  'knows no defaults of endpoints': (document, questions) => {
    const names = Object.entries(document.endpoints ?? {}).map(([id, { name }]) => [id, { name }]);
    return ourEngine({ ...document, endpoints: Object.fromEntries(names) }, questions);
  },
  'knows no endpoint': onConnections((connection) => ({ ...connection, endpointId: ABSENT })),
  'sees no malformed attributes': onConnections((connection) => {
    const { endpointId, username, commonName, platform, publicIp, groups } = connection;
    return {
      endpointId: onlyValues(endpointId),
      username: onlyValues(username),
      commonName: onlyValues(commonName),
      platform: onlyValues(platform),
      publicIp: onlyValues(publicIp),
      groups: onlyValues(groups),
    };
  }),
  'takes what is absent for malformed': onConnections((connection) => ({
    ...connection,
    username: connection.username.means === 'absent' ? { means: 'malformed', sent: 7 } : connection.username,
  })),
  'takes an address for its neighbour': onConnections((connection) => ({
    ...connection,
    publicIp: neighbour(connection.publicIp),
  })),
  'takes IPv4 within IPv6 for IPv6': onConnections((connection) => ({
    ...connection,
    publicIp: asIpv6(connection.publicIp),
  })),
};

const ABSENT = { means: 'absent', sent: undefined } as const;

function onlyValues<T>(sent: Sent<T>): Sent<T> {
  return sent.means === 'value' ? sent : ABSENT;
}

function neighbour(sent: Sent<string>): Sent<string> {
  if (sent.means !== 'value') return sent;
  const { bits, value } = addressNumber(sent.value);
  const text = addressText({ bits, value: value ^ 1n });
  return { means: 'value', sent: text, value: text };
}

/** No address that any policy here knows of, but one of IPv6. */
function asIpv6(sent: Sent<string>): Sent<string> {
  const isMapped = sent.means === 'value' && sent.value.includes(':') && addressNumber(sent.value).bits === 32;
  return isMapped ? { means: 'value', sent: '2001:db8:ffff::', value: '2001:db8:ffff::' } : sent;
}

function withRules(document: PolicyDocument, change: (rule: Rule) => readonly Rule[]): PolicyDocument {
  const rules = (document.rules ?? []).flatMap(change);
  const denyIds = rules.filter(({ effect }) => effect === 'deny').map(({ id }) => id);
  // Exempt rules may name none but deny rules that are there.
  return {
    ...document,
    rules: rules.flatMap((rule): Rule[] => {
      if (rule.effect !== 'exempt' || rule.from === '*') return [rule];
      const from = rule.from.filter((id) => denyIds.includes(id));
      return from.length === 0 ? [] : [{ ...rule, from }];
    }),
  };
}

function onRules(change: (rule: Rule) => readonly Rule[]): Judge {
  return (document, questions) => ourEngine(withRules(document, change), questions);
}

function onBlocks(change: (block: Block) => Block): Judge {
  const each = (blocks: Blocks): Blocks => [blocks].flat().map(change);
  return onRules((rule) => [
    {
      ...rule,
      match: rule.match === 'everyone' ? rule.match : each(rule.match),
      ...(rule.except === undefined ? {} : { except: each(rule.except) }),
    },
  ]);
}

function onSets(change: (set: PolicySet) => PolicySet): Judge {
  return (document, questions) => {
    const sets = Object.entries(document.sets ?? {}).map(([name, set]) => [name, change(set)]);
    return ourEngine({ ...document, sets: Object.fromEntries(sets) }, questions);
  };
}

function onQuestions(change: (question: CaseQuestion) => CaseQuestion): Judge {
  return (document, questions) => ourEngine(document, questions.map(change));
}

function onConnections(change: (connection: CaseConnection) => CaseConnection): Judge {
  return onQuestions(({ connection, nowMs }) => ({ connection: change(connection), nowMs }));
}
