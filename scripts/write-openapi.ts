/** Writes docs/openapi.json anew from the admin API's routes: `npx tsx scripts/write-openapi.ts`. */
import { writeFileSync } from 'node:fs';
import { openApiText } from '../admin-api/openapi-text.ts';

const file = new URL('../docs/openapi.json', import.meta.url);
writeFileSync(file, openApiText());
console.log(`wrote ${file.pathname}`);
