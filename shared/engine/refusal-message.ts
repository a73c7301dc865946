/** What a refused user is told: whose message counts, and what its placeholders stand for. */

import type { CompiledRule } from './compiled-rule.ts';
import { attributeOf, type Connection, isMalformed } from './connection.ts';
import type { Verdict } from './judge.ts';
import { fillMessage, type Placeholder } from './message.ts';
import type { CompiledPolicy } from './policy.ts';
import type { Subject } from './subject.ts';
import { refusalEnd, showTime } from './until.ts';
import { DEFAULT_RULE } from './vocabulary.ts';
import type { TimeDisplay } from './window.ts';

/** The first deny rule's message, else the endpoint's, else the document's, filled in; at most 255 UTF-16 units. */
export function refusalMessage(
  policy: CompiledPolicy,
  subject: Subject,
  nowMs: number,
  verdict: Verdict,
  endpointName: string | undefined,
): string {
  const { endpoint } = verdict;
  const first = verdict.rules[0];
  const rule = first === undefined ? undefined : policy.rules[first];
  const template = (rule?.effect === 'deny' ? rule.message : undefined) ?? (endpoint ?? policy).defaultMessage;
  return fillMessage(template, (placeholder: Placeholder) => {
    switch (placeholder) {
      case 'endpoint':
        return endpointName;
      case 'rule':
        return rule?.id ?? DEFAULT_RULE;
      case 'until':
        return showTime(refusalEnd(policy, subject, verdict, nowMs), displayOf(rule, nowMs));
      default:
        return textOf(attributeOf(subject.connection, placeholder));
    }
  });
}

function textOf(attribute: Connection['username']): string | undefined {
  if (typeof attribute === 'string') return attribute;
  return isMalformed(attribute) && typeof attribute.malformed === 'string' ? attribute.malformed : undefined;
}

/** How times are shown in a rule's message: as its first window that holds, else as its `expiresAt`, else in UTC. */
function displayOf(rule: CompiledRule | undefined, nowMs: number): TimeDisplay {
  const window = rule?.matchWindows.find((each) => each.contains(nowMs));
  return window?.display ?? rule?.expiryDisplay ?? { offsetMinutes: 0 };
}
