/** The policy language as a JSON Schema, for editors: they complete keys and mark mistakes while a policy is written. */
import { z } from 'zod';
import { policyDocument } from './schema.ts';

export const JSON_SCHEMA_ID = 'urn:client-vpn-policy:language:1';

/** JSON Schema, draft 2020-12. What no schema can say (references, duplicates, real dates) only validation tells. */
export function policyJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(policyDocument, { target: 'draft-2020-12' });
  return { $schema, $id: JSON_SCHEMA_ID, ...schema };
}

/** The text of `docs/policy.schema.json`. */
export function policyJsonSchemaText(): string {
  return `${JSON.stringify(policyJsonSchema(), null, 2)}\n`;
}
