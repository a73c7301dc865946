/** Whether an answer is one that the service takes, and whether it is the one that the reference evaluator gives. */
import type { Decision, PolicyDocument } from '../../../shared/engine/index.ts';
import { referenceDecide } from '../../../shared/engine/reference/reference-evaluator.ts';
import { momentsShowing } from '../../../shared/engine/reference/reference-windows.ts';
import type { ExpectedRequest, Version } from './event-spec.ts';

/** Written out here once more, so that a mistake in the handler cannot repeat itself in its judge. */
const MESSAGE_KEY: Readonly<Record<Version, string>> = {
  v1: 'error-msg-on-failed-posture-compliance',
  v2: 'error-msg-on-denied-connection',
  v3: 'error-msg-on-denied-connection',
};

const NEVER_SENT = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/u;

/** What is not as AWS documents it ("Connection authorization", Client VPN administrator guide), after JSON as before. */
export function formatFaults(answer: unknown, version: Version): string[] {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return ['the answer is no object'];
  const faults: string[] = [];
  const fields = new Map(Object.entries(answer));
  const messageKey = MESSAGE_KEY[version];
  const keys = ['allow', messageKey, 'posture-compliance-statuses', 'schema-version'].sort();
  const has = Reflect.ownKeys(answer).map(String).sort();
  if (has.join() !== keys.join()) faults.push(`its keys are ${has.join(', ')}; wanted: ${keys.join(', ')}`);
  if (typeof fields.get('allow') !== 'boolean') faults.push(`allow is ${typeof fields.get('allow')}`);
  if (fields.get('schema-version') !== version)
    faults.push(`schema-version is ${String(fields.get('schema-version'))}; wanted: ${version}`);
  faults.push(...textFaults('the message', fields.get(messageKey)));
  if ((fields.get(messageKey) === '') !== fields.get('allow'))
    faults.push('a refusal says something, an admission nothing');
  const statuses: unknown = fields.get('posture-compliance-statuses');
  if (!Array.isArray(statuses)) return [...faults, 'posture-compliance-statuses is no list'];
  if (statuses.length > 10) faults.push(`${statuses.length} posture-compliance-statuses`);
  for (const status of statuses) faults.push(...textFaults('a posture-compliance-status', status));
  if (!sameJson(JSON.parse(JSON.stringify(answer)), answer)) faults.push('JSON makes another answer of it');
  return faults;
}

function textFaults(what: string, text: unknown): string[] {
  if (typeof text !== 'string') return [`${what} is ${typeof text}`];
  const faults = text.length > 255 ? [`${what} has ${text.length} UTF-16 units`] : [];
  return NEVER_SENT.test(text) ? [...faults, `${what} has a control or bidi character or half a pair`] : faults;
}

/** What the handler answered and what it logged of the decision. */
export interface Answered {
  readonly answer: unknown;
  readonly line: Readonly<Record<string, unknown>>;
  /** False where pseudonyms stand in the log for names, in messages too. */
  readonly logsNames: boolean;
}

export interface Judged {
  readonly faults: string[];
  readonly wanted: Decision;
  /** True where the message says when the refusal ends, and that was looked up. */
  readonly saysUntil: boolean;
}

/**
 * Where answer and log line differ from the reference.
 * @param resolved the document at that moment (see `policyAt`), which the reference reads faster
 */
export function decisionFaults(
  document: PolicyDocument,
  resolved: PolicyDocument,
  { connection, version }: ExpectedRequest,
  nowMs: number,
  { answer, line, logsNames }: Answered,
): Judged {
  const fields = new Map(Object.entries(Object(answer)));
  const message = fields.get(MESSAGE_KEY[version]);
  const textWith = (until: string) => referenceDecide(resolved, connection, nowMs, until).message;
  const unfilled = referenceDecide(resolved, connection, nowMs);
  // Where the endpoint observes, what the user would have read is in the log alone.
  const told = unfilled.allow ? line.refusalMessage : message;
  const until = unfilled.message === told ? undefined : untilIn(told).find((text) => textWith(text) === told);
  const wanted = until === undefined ? unfilled : referenceDecide(resolved, connection, nowMs, until);

  const faults: string[] = [];
  const compare = (what: string, is: unknown, should: unknown) => {
    if (!sameJson(is, should)) faults.push(`${what} is ${shortly(is)}; the reference says ${shortly(should)}`);
  };
  compare('allow', fields.get('allow'), wanted.allow);
  compare('the message', message, wanted.allow ? '' : wanted.message);
  compare('posture-compliance-statuses', fields.get('posture-compliance-statuses'), wanted.postureStatuses);
  if (logsNames) compare('the logged message', line.refusalMessage, wanted.message);
  compare('the logged outcome', line.outcome, outcomeOf(wanted));
  compare('the logged effect', line.effect, wanted.effect);
  compare('the logged decidedBy', line.decidedBy, wanted.decidedBy);
  compare('the logged rules', line.rules, wanted.rules);
  compare('the logged reported rules', line.reported, wanted.reported);
  compare('the logged endpoint', line.endpoint, wanted.endpoint);
  const saysUntil = until !== undefined && until !== 'further notice';
  if (saysUntil && !endsThen()) faults.push(`{until} is ${until}; the reference sees no end of the refusal there`);
  return { faults, wanted, saysUntil };

  function endsThen(): boolean {
    const [, clock = '', seconds = '00', zone = ''] =
      /^(\d{4}-\d\d-\d\d \d\d:\d\d)(?::(\d\d))? \((.+)\)$/.exec(until ?? '') ?? [];
    const refused = (ms: number) => referenceDecide(document, connection, ms).effect === 'deny';
    return (
      momentsShowing(clock, zone)
        .map((ms) => ms + Number(seconds) * 1_000)
        // Shown rounded up to the second; an hour that comes twice shows two moments alike.
        .some((ms) => ms > nowMs && !refused(ms) && refused(Math.max(nowMs, ms - 1_000)))
    );
  }
}

export function outcomeOf({ allow, observed }: Decision): 'admitted' | 'refused' | 'observed' {
  return !allow ? 'refused' : observed ? 'observed' : 'admitted';
}

/** Whatever in the message can be what {until} stands for. */
function untilIn(message: unknown): string[] {
  if (typeof message !== 'string') return [];
  return message.match(/further notice|\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)? \([^()]+\)/g) ?? [];
}

function sameJson(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function shortly(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 300 ? text : `${text.slice(0, 300)}…`;
}
