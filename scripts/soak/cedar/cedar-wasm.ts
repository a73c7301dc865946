/** Cedar (@cedar-policy/cedar-wasm) as a judge: a policy set parsed once, then asked about connections. */
import { createRequire } from 'node:module';
import type * as Cedar from '@cedar-policy/cedar-wasm/nodejs';

// A require, since the package's file for Node is a CommonJS module of a package that says that it has ES modules.
const cedar: typeof Cedar = createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs');

/** Cedar's version. */
export const CEDAR_VERSION = cedar.getCedarVersion();

/** Cedar keeps parsed sets by name for ever; one name is used again and again. */
const POLICY_SET = 'judge';

export type CedarQuestion = Omit<Cedar.StatefulAuthorizationCall, 'preparsedPolicySetId'>;

export interface CedarAnswer {
  readonly decision: Cedar.Decision;
  /** The ids of the policies that made the decision. */
  readonly reasons: readonly string[];
}

/** Parses policies (their texts by id) and asks. A policy that fails while it is evaluated is an error, where Cedar passes it over. */
export function askCedar(
  policies: Readonly<Record<string, string>>,
  questions: readonly CedarQuestion[],
): CedarAnswer[] {
  const parsed = cedar.preparsePolicySet(POLICY_SET, { staticPolicies: { ...policies } });
  if (parsed.type === 'failure')
    throw new Error(`Cedar does not parse the policies: ${JSON.stringify(parsed.errors[0])}`);
  return questions.map((question) => {
    const answer = cedar.statefulIsAuthorized({ ...question, preparsedPolicySetId: POLICY_SET });
    if (answer.type === 'failure')
      throw new Error(`Cedar does not take the question: ${JSON.stringify(answer.errors[0])}`);
    const { decision, diagnostics } = answer.response;
    if (diagnostics.errors.length > 0) throw new Error(`Cedar fails: ${JSON.stringify(diagnostics.errors[0])}`);
    return { decision, reasons: diagnostics.reason };
  });
}
