import { openPolicyTable } from './table-access.ts';
import { describePolicyAccess } from './testing/policy-access-contract.ts';
import { surroundingsAt } from './testing/surroundings.ts';

describePolicyAccess('the table', async ({ endpoint, tableName, now }) => {
  const address = { tableName, region: 'us-east-1', endpoint, local: false };
  return {
    access: openPolicyTable(address, { unverifiedAuthor: false }, surroundingsAt(now)),
    author: { type: 'cli', id: 'tanaka@laptop' },
    stop: async () => {},
  };
});
