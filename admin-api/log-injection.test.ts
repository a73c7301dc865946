/** One request is one line in the log, whatever stands in it; and nothing in the line is what it is not. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  createRulesTable,
  type LocalDynamoDb,
  localDocumentClient,
  startDynalite,
} from '../shared/store/testing/dynalite.ts';
import { logLines, printedLines } from '../shared/testing/printed-lines.ts';
import { startAdminApi } from './start-admin-api.ts';
import { POLICY } from './testing/example-policy.ts';
import { httpEvent, iamAuthorizer, type TestRequest } from './testing/http-event.ts';

/** A line of its own, one for those who read carriage returns, a key that is there already, what a terminal obeys. */
const EVIL =
  'x"}\n{"level":"ERROR","message":"request","status":200,"caller":"root"}\r\n\u001b[2J\u0085\u2028","status":500';

let dynalite: LocalDynamoDb;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());

it.each<[string, TestRequest]>([
  ['the path', { path: `/v1/${EVIL}` }],
  ['the query', { path: '/v1/rules', query: EVIL }],
  ['an encoded query', { path: '/v1/rules', query: `user=${encodeURIComponent(EVIL)}` }],
  ['the method', { method: EVIL, path: '/v1/policy' }],
  ['a header', { path: '/v1/policy', headers: { 'if-none-match': EVIL, 'user-agent': EVIL, [`a${EVIL}`]: 'b' } }],
  ['the body', { method: 'POST', path: '/v1/rules', body: EVIL }],
  [
    'the reason',
    {
      method: 'PUT',
      path: '/v1/policy',
      query: `reason=${encodeURIComponent(EVIL)}`,
      body: POLICY,
      headers: { 'if-none-match': '*' },
    },
  ],
  ['the session of a role', { path: '/v1/rules', authorizer: iamAuthorizer('operator', EVIL) }],
  [
    'the subject of a token',
    { path: '/v1/rules', authorizer: { jwt: { claims: { sub: EVIL, iss: EVIL, scope: EVIL }, scopes: [EVIL] } } },
  ],
  [
    'a rule',
    { method: 'POST', path: '/v1/rules', body: { id: EVIL, effect: EVIL, match: { users: [EVIL], [EVIL]: EVIL } } },
  ],
])('makes no line of its own by %s', async (_, request) => {
  const client = localDocumentClient(dynalite.endpoint);
  const RULES_TABLE = await createRulesTable(client);
  const { result, lines } = await printedLines(() => startAdminApi({ RULES_TABLE }, { client })(httpEvent(request)));
  // Each line was JSON, or `printedLines` would have thrown.
  const told = logLines(lines).filter(({ message }) => message !== undefined);
  expect(told.length).toBeLessThanOrEqual(1);
  for (const line of told) {
    expect(line).toMatchObject({ level: 'INFO', message: 'request', status: result.statusCode });
    expect(line.caller).not.toBe('root');
  }
  for (const name of Object.keys(result.headers ?? {})) expect(name).toMatch(/^[a-z-]+$/);
  for (const value of Object.values(result.headers ?? {})) expect(String(value)).toMatch(/^[\x20-\x7e]*$/);
});
