/** The schemas under `components` of the OpenAPI document, written from the Zod schemas as JSON Schema (draft 2020-12). */
import { z } from 'zod';
import { passReport } from '../../shared/enforcement/index.ts';
import { policySet, policyRule as rule } from '../../shared/policy/index.ts';
import * as answers from './answers.ts';
import { connectionsPage } from './connection-answers.ts';
import { terminateRequest } from './connection-requests.ts';
import { decisionAnswer, decisionsPage, replayAnswer } from './decision-answers.ts';
import { replayRequest } from './decision-requests.ts';
import { changesRequest, entriesPatch, evaluateRequest, policy } from './requests.ts';

/** What bodies are, by the name under `components`. */
export const SCHEMAS = {
  Policy: policy,
  Rule: rule,
  Set: policySet,
  EntriesPatch: entriesPatch,
  ChangesRequest: changesRequest,
  EvaluateRequest: evaluateRequest,
  ReplayRequest: replayRequest,
  TerminateRequest: terminateRequest,
  Written: answers.writeAnswer,
  RuleWritten: answers.ruleWritten,
  SetWritten: answers.setWritten,
  EntriesWritten: answers.entriesWritten,
  ChangesWritten: answers.changesWritten,
  ApplyWritten: answers.applyWritten,
  AppliedAnswer: answers.appliedAnswer,
  RulesPage: answers.rulesPage,
  SetsList: answers.setsList,
  SetAnswer: answers.setAnswer,
  Revision: answers.revision,
  RevisionsPage: answers.revisionsPage,
  Diff: answers.diffAnswer,
  Evaluation: answers.evaluation,
  DecisionsPage: decisionsPage,
  DecisionAnswer: decisionAnswer,
  ReplayPart: replayAnswer,
  ConnectionsPage: connectionsPage,
  PassReport: passReport,
  Verification: answers.verification,
  Health: answers.health,
  Problem: answers.problem,
} as const satisfies Readonly<Record<string, z.ZodType>>;

/** `RulePatch` is a part of `ChangesRequest`. */
export type SchemaName = keyof typeof SCHEMAS | 'RulePatch';

export function schemaRef(name: SchemaName): { $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

/** Every schema with an id that one of `SCHEMAS` is made of. */
export function componentSchemas(): Record<string, object> {
  const all = z.toJSONSchema(z.object(SCHEMAS), { target: 'draft-2020-12' });
  const text = JSON.stringify(all.$defs ?? {}).replaceAll('"#/$defs/', '"#/components/schemas/');
  const schemas: Record<string, Record<string, unknown>> = JSON.parse(text);
  // Their names are their keys here.
  return Object.fromEntries(Object.entries(schemas).map(([name, { id: _, ...schema }]) => [name, schema]));
}
