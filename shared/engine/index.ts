/** The policy engine: compile a document once, decide many connections; and the parsers of the language's values. */
export { type Address, type AddressRange, parseAddress, parseAddressRange } from './address.ts';
export { addressOrder } from './address-order.ts';
export { BUILT_IN_MESSAGE, compile } from './compile.ts';
export {
  type Attribute,
  type Connection,
  isMalformed,
  MAX_NAME_LENGTH,
  type Malformed,
  namesAttribute,
  textAttribute,
} from './connection.ts';
export { parseCron } from './cron.ts';
export { decide } from './decide.ts';
export { decideEnforcing } from './decide-enforcing.ts';
export type { Decision, LimitRefusal } from './decision.ts';
export type * from './document.ts';
export { MAX_SESSION_MS, parseDurationMs, parseGraceMs } from './duration.ts';
export { type PolicyValueCode, PolicyValueError, shown } from './errors.ts';
export { type BlockTrace, type ConditionTrace, type Explanation, explain, type RuleTrace } from './explain.ts';
export { foldNarrow, foldWide } from './folding.ts';
export { parseInstant, parseInstantMs } from './instant.ts';
export { type ConnectionLimit, limitsOf, refusedByLimit } from './limits.ts';
export { cut, insertable, MAX_MESSAGE_LENGTH, MAX_TEMPLATE_LENGTH, PLACEHOLDERS, parseMessage } from './message.ts';
export { foldPattern, MAX_PATTERN_LENGTH, parseNamePattern } from './name-pattern.ts';
export type { CompiledPolicy } from './policy.ts';
export { SET_KINDS } from './sets.ts';
export { judgeStanding, refusedStanding, type StandingRefusal, type StandingVerdict } from './standing.ts';
export { parseVersionRange } from './version.ts';
export {
  ATTRIBUTE_NAMES,
  CONDITION_SET_KINDS,
  CONDITIONS,
  type ConditionName,
  DEFAULT_RULE,
  ENDPOINT_ID,
  LANGUAGE_VERSION,
  MAX_CONNECTIONS,
  RULE_ID,
  setReference,
  WEEKDAYS,
} from './vocabulary.ts';
export { parseCalendarDate, parseTimeOfDay } from './wall-clock.ts';
export { parseZone } from './zone.ts';
