/** What a refused user is told: whose message counts, and what its placeholders stand for. */
import { type Connection, isMalformed } from './connection.ts';
import { fillMessage, type Placeholder } from './message.ts';
import type { CompiledEndpoint, CompiledPolicy, CompiledRule } from './policy.ts';
import { refusalEnd, showTime } from './until.ts';
import { DEFAULT_RULE } from './vocabulary.ts';
import type { TimeDisplay } from './window.ts';

/** A refusal to be put into words. */
export interface Refusal {
  readonly connection: Connection;
  readonly nowMs: number;
  readonly endpoint: CompiledEndpoint | undefined;
  readonly endpointName: string | undefined;
  /** The first rule that refused; undefined when the default did. */
  readonly rule: CompiledRule | undefined;
  /** Whether the policy refuses the same connection at another moment. */
  readonly refusedAt: (momentMs: number) => boolean;
}

/** The first deny rule's message, else the endpoint's, else the document's, filled in; at most 255 UTF-16 units. */
export function refusalMessage(policy: CompiledPolicy, refusal: Refusal): string {
  const { rule, endpoint, connection, nowMs } = refusal;
  const template = (rule?.effect === 'deny' ? rule.message : undefined) ?? (endpoint ?? policy).defaultMessage;
  return fillMessage(template, (placeholder: Placeholder) => {
    switch (placeholder) {
      case 'endpoint':
        return refusal.endpointName;
      case 'rule':
        return rule?.id ?? DEFAULT_RULE;
      case 'until':
        return showTime(refusalEnd(policy, nowMs, refusal.refusedAt), displayOf(rule, nowMs));
      default:
        return textOf(connection[placeholder]);
    }
  });
}

function textOf(attribute: Connection['username']): string | undefined {
  const value = isMalformed(attribute) ? attribute.malformed : attribute;
  return typeof value === 'string' ? value : undefined;
}

/** How times are shown in a rule's message: as its first window that holds, else as its `expiresAt`, else in UTC. */
function displayOf(rule: CompiledRule | undefined, nowMs: number): TimeDisplay {
  const window = rule?.matchWindows.find((each) => each.contains(nowMs));
  return window?.display ?? rule?.expiryDisplay ?? { offsetMinutes: 0 };
}
