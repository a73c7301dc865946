import { API_AUTHOR, startTestApi } from '../testing/policy-api.ts';
import { openPolicyApi } from './api-access.ts';
import { describePolicyAccess } from './testing/policy-access-contract.ts';
import { surroundingsAt } from './testing/surroundings.ts';

describePolicyAccess('the API', async (table) => {
  const { url, stop } = await startTestApi(table);
  const address = { url: new URL(`${url}/`), caller: { kind: 'nobody' } as const };
  return { access: openPolicyApi(address, surroundingsAt(table.now)), author: API_AUTHOR, stop };
});
