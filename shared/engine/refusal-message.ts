/** What a refused user is told: whose message counts, and what its placeholders stand for. */

import type { CompiledRule } from './compiled-rule.ts';
import { attributeOf, type Connection, isMalformed } from './connection.ts';
import type { Verdict } from './judge.ts';
import { fillMessage, type MessageTemplate, type Placeholder } from './message.ts';
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
  return fillPlaceholders(template, subject.connection, {
    endpoint: endpointName,
    rule: () => rule?.id ?? DEFAULT_RULE,
    until: () => showTime(refusalEnd(policy, subject, verdict, nowMs), displayOf(rule, nowMs)),
  });
}

/** What placeholders stand for that are no attributes of the connection. */
export interface Refusal {
  readonly endpoint: string | undefined;
  readonly rule: () => string;
  /** Asked only where the message shows it: it takes long. */
  readonly until: () => string;
}

/** The message with its placeholders filled in; at most 255 UTF-16 units. */
export function fillPlaceholders(template: MessageTemplate, connection: Connection, refusal: Refusal): string {
  return fillMessage(template, (placeholder: Placeholder) => {
    switch (placeholder) {
      case 'endpoint':
        return refusal.endpoint;
      case 'rule':
        return refusal.rule();
      case 'until':
        return refusal.until();
      default:
        return textOf(attributeOf(connection, placeholder));
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
