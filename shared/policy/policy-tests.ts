/** Policy tests: the connections that a policy itself lists, and what must come of them. */
import { readRequest } from '../client-vpn/index.ts';
import {
  type CompiledPolicy,
  compile,
  DEFAULT_RULE,
  decide,
  type PolicyDocument,
  type PolicyTest,
  parseInstantMs,
  shown,
  type TestExpectation,
} from '../engine/index.ts';

export interface PolicyTestResult {
  readonly name: string;
  readonly passed: boolean;
  readonly expected: TestExpectation;
  readonly actual: TestOutcome;
  /** One line for each expectation that was not met: `rule: expected "a", got "b"`. */
  readonly differences: readonly string[];
}

export interface TestOutcome {
  readonly allow: boolean;
  /** The first rule that made the decision, or `default`. */
  readonly rule: string;
  /** Only on a refusal. */
  readonly message?: string;
  readonly postureStatuses: readonly string[];
}

export interface RunOptions {
  /** The document compiled, where the caller has it. */
  readonly compiled?: CompiledPolicy | undefined;
  /** The tests to run. Default: the document's own. */
  readonly tests?: readonly PolicyTest[] | undefined;
}

/** Runs tests against a valid document, in their order. */
export function runPolicyTests(document: PolicyDocument, options: RunOptions = {}): PolicyTestResult[] {
  const tests = options.tests ?? document.tests ?? [];
  if (tests.length === 0) return [];
  const policy = options.compiled ?? compile(document);
  return tests.map((test) => {
    const actual = outcomeOf(policy, test);
    const differences = differencesOf(test.expect, actual);
    return { name: test.name, passed: differences.length === 0, expected: test.expect, actual, differences };
  });
}

function outcomeOf(policy: CompiledPolicy, test: PolicyTest): TestOutcome {
  const { allow, rules, message, postureStatuses } = decide(
    policy,
    readRequest(test.connection),
    parseInstantMs(test.at),
  );
  const outcome = { allow, rule: rules[0] ?? DEFAULT_RULE, postureStatuses };
  return message === undefined ? outcome : { ...outcome, message };
}

function differencesOf(expected: TestExpectation, actual: TestOutcome): string[] {
  const compared = ['allow', 'rule', 'message', 'postureStatuses'] as const;
  return compared.flatMap((key) => {
    const [wanted, got] = [expected[key], actual[key]];
    if (wanted === undefined || JSON.stringify(wanted) === JSON.stringify(got)) return [];
    return [`${key}: expected ${inFull(wanted)}, got ${got === undefined ? 'none' : inFull(got)}`];
  });
}

/** Messages are compared to the last character, so they are told to it. */
function inFull(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : shown(value);
}
