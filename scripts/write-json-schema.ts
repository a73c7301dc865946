/** Writes docs/policy.schema.json anew from the schemas: `npx tsx scripts/write-json-schema.ts`. */
import { writeFileSync } from 'node:fs';
import { policyJsonSchemaText } from '../shared/policy/index.ts';

const file = new URL('../docs/policy.schema.json', import.meta.url);
writeFileSync(file, policyJsonSchemaText());
console.log(`wrote ${file.pathname}`);
